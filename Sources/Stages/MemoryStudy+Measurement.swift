import Equilibrium
import Records
import StudyKit
import Support
import Torch

extension MemoryStudy {
  /// Peak memory of one model. An explicit one has one number, for its only pass.
  ///
  /// - Parameters:
  ///   - model: in the element type it is trained in.
  ///   - batch: of the same type.
  /// - Returns: nil for a model without parameters, which is not trained.
  func measured<Case: CaseStudy>(_ case: Case.Type, _ model: Model<Case.Batch>, on batch: Case.Batch) throws -> MemoryTable? {
    if model.module.parameters.isEmpty { return nil }
    guard case .implicit = model else {
      return MemoryTable(
        adjoints: ["backpropagation"], iterations: [1], peaks: [[try peak(Case.self, model, batch, .unrolled, 1)]])
    }
    return MemoryTable(
      adjoints: adjoints.map(\.rawValue), iterations: iterations,
      peaks: try adjoints.map { adjoint in
        try iterations.map { try peak(Case.self, model, batch, adjoint, $0) }
      })
  }

  /// What `measured` takes, from the two smallest numbers of iterations: time and memory grow by the same for each further one.
  func price<Case: CaseStudy>(_ case: Case.Type, _ model: Model<Case.Batch>, on batch: Case.Batch) throws -> TaskPrice {
    guard case .implicit = model, !model.module.parameters.isEmpty else { return TaskPrice(seconds: 0, memory: 0) }
    // A batch of fewer samples than the study has takes less of both.
    let share = Double(samples) / Double(batch.sampleCount)
    var price = TaskPrice(seconds: 0, memory: 0)
    for adjoint in adjoints {
      let points = try iterations.prefix(2).map { iterations in
        let start = ContinuousClock.now
        let bytes = try peak(Case.self, model, batch, adjoint, iterations)
        return (iterations: Double(iterations), bytes: Double(bytes), seconds: (ContinuousClock.now - start) / .seconds(1))
      }
      guard let first = points.first, let last = points.last, let most = iterations.last else { continue }
      func at(_ iterations: Double, _ value: (Int) -> Double) -> Double {
        guard points.count == 2 else { return value(0) }
        return value(1) + max(0, value(1) - value(0)) / (last.iterations - first.iterations) * (iterations - last.iterations)
      }
      price.memory = max(price.memory, Int(share * at(Double(most)) { points[$0].bytes }))
      price.seconds += share * iterations.map { at(Double($0)) { points[$0].seconds } }.reduce(0, +)
    }
    return price
  }

  /// Forward and adjoint equation by Picard steps, exactly so many: nothing but their number changes.
  private func peak<Case: CaseStudy>(
    _ case: Case.Type, _ model: Model<Case.Batch>, _ batch: Case.Batch, _ name: AdjointName, _ iterations: Int
  ) throws -> Int {
    let picard = SolverSettings(.picard(Picard()), stopping: .exactly(iterations))
    let adjoint = AdjointConfiguration(name, solver: picard, implicit: ImplicitAdjoint(solver: picard))
    let gradient = BatchGradient<Case>(
      model: model, adjoint: adjoint, iterations: iterations, threads: 1, random: StepRandom(seed: 0, step: 0))
    return try Runtime.measuringPeakMemory { try gradient(batch) }.bytes
  }
}
