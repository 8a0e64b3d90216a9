import Records

/// Mean, trimmed mean, median and largest value of the Lipschitz ratios, with what they are.
enum LipschitzTable {
  /// A row for each model and kind of perturbation.
  ///
  /// - Parameter iteration: the last recorded one that is not beyond it; nil for the last of all.
  static func table(_ models: [ModelSweeps], iteration: Int?) -> Table {
    let headings = [
      "model", "perturbation", "samples", "iteration", "median", "trimmed mean", "mean", "largest", "median at iteration 1",
      "what over what",
    ]
    let rows = models.flatMap { model in
      model.perturbations.indices.compactMap { row(model, $0, iteration) }
    }
    return Table(columns: headings.map { .init($0) }, rows: rows)
  }

  private static func row(_ model: ModelSweeps, _ number: Int, _ iteration: Int?) -> [Table.Cell]? {
    guard let statistics = model.statistics(.lipschitzRatio, perturbation: model.perturbations[number]) else { return nil }
    let iterations = model.iterations
    let index = ResultRow.index(of: iteration, in: model)
    let shown = statistics[index]
    let first = model.isIterative ? iterations.firstIndex(of: 1).map { statistics[$0].median } : nil
    let meanings = model.first.ratioMeanings
    let values = [shown.median, shown.trimmedMean, shown.mean, shown.maximum, first ?? .nan]
    var row: [Table.Cell] = [
      .text(model.label), .text(model.perturbations[number]), .integer(shown.count),
      model.isIterative ? .integer(iterations[index]) : .empty,
    ]
    row += values.map { $0.isNaN ? Table.Cell.empty : .number($0) }
    row.append(.text(meanings.indices.contains(number) ? meanings[number] : ""))
    return row
  }
}
