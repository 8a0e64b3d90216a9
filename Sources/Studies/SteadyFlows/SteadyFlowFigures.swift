import Foundation
import Plot
import StudyKit
import Torch

extension SteadyFlowStudy {
  /// For the first two samples of the sweep: the input, the solution, and for each model its predictions along the iteration and its
  /// error at the end.
  public static func figures(_ inputs: [FigureInput<SteadyFlowStudy>]) throws -> [Figure] {
    guard let first = inputs.first else { return [] }
    return try first.rows.prefix(2).map { row in
      let batch = try Self.batch(first.dataset, first.sweep.split, rows: [row], options: TensorOptions())
      let solution = try grid(batch.solution.select(0, 0))
      let limit = largest(solution)
      let fields = try (0..<batch.input.shape[1]).map { try grid(batch.input.select(0, 0).select(0, $0)) }
      let names = fields.count == 2 ? ["force, x", "force, y"] : ["coefficient"]
      let range = fields.map(largest).max() ?? 1
      let given =
        zip(names, fields).map { Figure.Panel($0, values: $1, limit: range) }
        + [Figure.Panel("solution", values: solution, limit: limit)]
      let sample = inputs.filter { $0.rows.contains(row) && $0.dataset.header.contentHash == first.dataset.header.contentHash }
      let rows = try sample.map { try predictions($0, batch, solution, limit: limit) }
      return Figure(
        name: "fields-\(row)", title: "Sample \(row) of the split \(first.sweep.split.rawValue)",
        caption: "Input, solution, and for each model its prediction, of implicit ones after t iterations, and its error. "
          + "Fields are divided by the scales of the dataset; x points down, y to the right; predictions and errors have the "
          + "colours of the solution, from \(Float(-limit)) (blue) to \(Float(limit)) (red).",
        panels: [given] + rows)
    }
  }

  private static func predictions(
    _ swept: FigureInput<SteadyFlowStudy>, _ batch: SteadyFlowBatch, _ solution: [[Double]], limit: Double
  ) throws -> [Figure.Panel] {
    let last = swept.sweep.iterations.last ?? 0
    let times = swept.model.isImplicit ? Set([1, 2, 5, last].filter { $0 <= last }).sorted() : [last]
    let shown = try zip(times, swept.outputs(batch, at: times)).map { t, output in
      (label: swept.sweep.model + (swept.model.isImplicit ? ", t = \(t)" : ""), field: try grid(output.select(0, 0)))
    }
    let panels = shown.map { Figure.Panel($0.label, values: $0.field, limit: limit) }
    guard let last = shown.last else { return [] }
    let error = zip(last.field, solution).map { zip($0, $1).map { $0 - $1 } }
    return panels + [Figure.Panel("error of the last", values: error, limit: limit)]
  }

  private static func grid(_ field: Tensor) throws -> [[Double]] {
    let values = try field.doubles()
    let width = field.shape[1]
    return (0..<field.shape[0]).map { Array(values[($0 * width)..<(($0 + 1) * width)]) }
  }

  private static func largest(_ field: [[Double]]) -> Double {
    field.joined().reduce(1e-300) { max($0, $1.isFinite ? abs($1) : 0) }
  }
}
