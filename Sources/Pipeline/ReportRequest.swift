import Configuration
import Report
import Support

/// What the section `aggregate` asks of the sweeps, compared with what they will measure: a mistake is found before hours of work.
///
/// What no sweep of the case study could ever have is a spelling mistake, and an error. What only these settings do not measure, for
/// example an iteration beyond the last of a shorter rerun, is said, and stands in the report as not measured.
struct ReportRequest {
  private let settings: AggregationSettings
  private let document: ConfigurationDocument

  init(_ settings: AggregationSettings, _ document: ConfigurationDocument) {
    (self.settings, self.document) = (settings, document)
  }

  /// - Throws: `Failure` (usage) that names the claim.
  func check(_ outline: PipelineOutline) throws {
    let measured = outline.measurements
    if let iteration = settings.iteration, iteration > measured.iterations {
      document.note(
        "the table of results is about iteration \(measured.iterations): aggregate.iteration, \(iteration), is beyond sweep.iterations"
      )
    }
    for band in settings.bands {
      for quantity in [band.quantity, band.reference].compactMap(\.self) {
        try checkModel(of: quantity, in: band, outline.models.map(\.name))
        try checkMetric(of: quantity, in: band, measured.qualities)
        let gaps = gaps(of: quantity, outline)
        if !gaps.isEmpty { document.note("the claim \"\(band.name)\" will not be measured: \(gaps.joined(separator: "; "))") }
      }
    }
  }

  private func checkModel(of quantity: Quantity, in band: ExpectedBand, _ names: [String]) throws {
    // `implicit-8, anderson` is a model with its solver.
    guard
      !names.contains(where: {
        quantity.model == $0 || quantity.model.hasPrefix("\($0) ") || quantity.model.hasPrefix("\($0),")
      })
    else { return }
    throw Failure(
      .usage, "the expected band \"\(band.name)\" is about the model `\(quantity.model)`, which is not among `models`",
      at: document.name, remedy: suggestion(for: quantity.model, among: names, called: "models"))
  }

  private func checkMetric(of quantity: Quantity, in band: ExpectedBand, _ qualities: [String]) throws {
    guard case .quality(let name) = quantity.metric, !qualities.contains(name) else { return }
    throw Failure(
      .usage, "the expected band \"\(band.name)\" is about `\(name)`, which this case study does not measure", at: document.name,
      remedy: suggestion(for: name, among: Metric.common.map(\.name) + qualities, called: "metrics"))
  }

  /// What these settings do not measure.
  private func gaps(of quantity: Quantity, _ outline: PipelineOutline) -> [String] {
    let measured = outline.measurements
    var gaps: [String] = []
    for case .integer(let iteration) in [quantity.iteration, quantity.spreadTo].compactMap(\.self)
    where iteration > measured.iterations {
      gaps.append("iteration \(iteration) is beyond sweep.iterations, \(measured.iterations)")
    }
    if quantity.metric.isPerturbed, let kind = quantity.perturbation, kind != "all", !measured.perturbations.contains(kind) {
      gaps.append("the perturbation `\(kind)` is none of \(measured.perturbations.joined(separator: ", "))")
    }
    if !outline.splits.contains(quantity.split.rawValue) {
      gaps.append("the split `\(quantity.split.rawValue)` is not in sweep.splits, \(outline.splits.joined(separator: ", "))")
    }
    return gaps
  }
}
