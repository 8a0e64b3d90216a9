import Configuration
import Records
import Support

/// An expected band and what was found.
///
///     let band = ExpectedBand(name: "converges", quantity: Quantity(model: "implicit-8"), atMost: 0.2)
///     try Verdict(band, in: models).holds
public struct Verdict: Equatable, Sendable {
  /// One seed and one kind of perturbation.
  public struct Case: Equatable, Sendable {
    /// The seed the model was trained with.
    public var seed: UInt64
    /// The kind of perturbation; nil without one.
    public var perturbation: String?
    /// The quantity, divided by the reference where there is one; NaN if it has no value.
    public var value: Double
    /// Whether the value is inside the band.
    public var isInside: Bool
    /// Why there is no value, or what else is to be said of it.
    public var note: String?
  }

  /// How a claim stands.
  public enum Outcome: String, Codable, Sendable {
    case holds, violated
    /// A sweep that it is about is not there, or has not what it asks for.
    case notMeasured = "not measured"
  }

  /// What was claimed.
  public let band: ExpectedBand
  /// What was found, for each seed and each kind of perturbation.
  public let cases: [Case]
  /// Whether the band holds for every seed; or that this is not known.
  public let outcome: Outcome
  /// Why it was not measured.
  private let gap: String?
  /// Whether the band holds for every seed.
  public var holds: Bool { outcome == .holds }
  /// What was measured, in words.
  public let measured: String

  /// Checks a band.
  public init(_ band: ExpectedBand, in models: [ModelSweeps]) {
    do { self = try Self(measuring: band, in: models) } catch {
      self.init(notMeasured: band, because: error.text)
    }
  }

  private init(notMeasured band: ExpectedBand, because reason: String) {
    self.band = band
    (cases, outcome, gap) = ([], .notMeasured, reason)
    measured = band.quantity.description(isIterative: true)
  }

  /// What a band asks for and the sweeps do not have.
  private struct Gap: Error { var text: String }

  private init(measuring band: ExpectedBand, in models: [ModelSweeps]) throws(Gap) {
    let model = try Self.model(of: band.quantity, band, in: models)
    var reference: (quantity: Quantity, model: ModelSweeps)?
    if let quantity = band.reference { reference = (quantity, try Self.model(of: quantity, band, in: models)) }
    let kinds: [String?] =
      band.quantity.metric.isPerturbed && band.quantity.perturbation == nil
      ? model.perturbations.map { $0 } : [band.quantity.perturbation]
    var cases: [Case] = []
    for run in model.runs {
      for kind in kinds {
        var (value, note) = try Self.measure(band.quantity, kind, run, band)
        if let (quantity, model) = reference {
          let same = model.runs.filter { $0.seed == run.seed }
          let kindThere = quantity.metric.isPerturbed ? quantity.perturbation ?? kind : nil
          var found: [(value: Double, note: String?)] = []
          for other in same.isEmpty ? model.runs : same { found.append(try Self.measure(quantity, kindThere, other, band)) }
          let other = found.map(\.value).reduce(0, +) / Double(found.count)
          value = band.comparison == .ratio ? value / other : value - other
          note = note ?? found.lazy.compactMap(\.note).first
        }
        cases.append(
          Case(seed: run.seed, perturbation: kind, value: value, isInside: band.contains(value), note: note))
      }
    }
    self.band = band
    self.cases = cases
    let kind = band.quantity.perturbation.map { ", perturbed \($0)" } ?? ""
    measured =
      band.quantity.description(isIterative: model.isIterative) + kind
      + (reference.map {
        ", \(band.comparison == .ratio ? "divided by" : "minus") \($0.quantity.description(isIterative: $0.model.isIterative))"
      } ?? "")
    let needed = band.kindsAtLeast ?? kinds.count
    guard !cases.isEmpty else { throw Gap(text: "no kind of perturbation was measured") }
    gap = nil
    outcome =
      Dictionary(grouping: cases, by: \.seed).values.allSatisfy { $0.count(where: \.isInside) >= needed } ? .holds : .violated
  }

  /// What was expected, in words.
  public var expected: String {
    guard let kinds = band.kindsAtLeast else { return band.limits }
    return "\(band.limits) for \(kinds) or more kinds of perturbation"
  }

  /// What was found, in words: one number for each seed and kind.
  public var found: String {
    if let gap { return gap }
    let severalSeeds = Set(cases.map(\.seed)).count > 1
    let severalKinds = Set(cases.map(\.perturbation)).count > 1
    return cases.map { item in
      let labels = [severalKinds ? item.perturbation : nil, severalSeeds ? "seed \(item.seed)" : nil].compactMap { $0 }
      let value = Table.significant(item.value) + (item.note.map { " (\($0))" } ?? "")
      return labels.isEmpty ? value : "\(labels.joined(separator: ", ")): \(value)"
    }.joined(separator: "; ")
  }

  // MARK: measuring

  private static func model(of quantity: Quantity, _ band: ExpectedBand, in models: [ModelSweeps]) throws(Gap) -> ModelSweeps {
    let candidates = models.filter { $0.split == quantity.split }
    let named = candidates.filter { $0.label == quantity.model || $0.model == quantity.model }
    guard let model = named.first, named.count == 1 else {
      let there = candidates.map(\.label).joined(separator: ", ")
      throw Gap(
        text: named.isEmpty
          ? "there is no sweep of \(quantity.model) on the split \(quantity.split.rawValue), but of: \(there)"
          : "\(quantity.model) was swept in several ways: name one of \(there)")
    }
    return model
  }

  private static func measure(
    _ quantity: Quantity, _ kind: String?, _ run: SweepRecord, _ band: ExpectedBand
  ) throws(Gap) -> (value: Double, note: String?) {
    guard let curves = run.curves(of: quantity.metric, perturbation: kind) else {
      throw notMeasured(quantity, kind, run)
    }
    let statistics = curves.statistics()
    let values = statistics.map { quantity.reduction.value(of: $0) }
    func index(of iteration: IntegerOr<Quantity.Landmark>) throws(Gap) -> Int {
      try Self.index(of: iteration, curves.iterations, values, run, band)
    }
    let here = try index(of: quantity.iteration)
    var last = here
    if let end = quantity.spreadTo { last = try index(of: end) }
    let range = min(here, last)...max(here, last)
    // What is left when samples fail are the easy ones: no claim may rest on them.
    if curves.failedCount > 0 { return (.nan, SampleFailures([run]).text) }
    // A sample without a value is a gap only where a perturbed sample may have no label; elsewhere it is a failure.
    let gaps = statistics[range].map { $0.infinite + (quantity.metric.isPerturbed ? 0 : $0.missing) }.max() ?? 0
    if gaps > 0 { return (.nan, "\(gaps) of \(curves.values.samples) values are not finite") }
    guard values[range].allSatisfy(\.isFinite), let low = values[range].min(), let high = values[range].max() else {
      return (.nan, "no sample has a value")
    }
    let bounds = curves.lowerBounds()[range].max() ?? 0
    return (
      quantity.spreadTo == nil ? values[here] : high - low,
      bounds == 0 ? nil : "\(bounds) of \(curves.values.samples) are lower bounds: their power iteration did not converge"
    )
  }

  private static func index(
    of iteration: IntegerOr<Quantity.Landmark>, _ iterations: [Int], _ values: [Double], _ run: SweepRecord,
    _ band: ExpectedBand
  ) throws(Gap) -> Int {
    guard !iterations.isEmpty else { throw Gap(text: "\(run.source.path) has no iterations") }
    guard run.isIterative else { return 0 }
    switch iteration {
    case .word(.first): return 0
    case .word(.last): return iterations.count - 1
    case .word(.best): return values.indices.filter { values[$0].isFinite }.min { values[$0] < values[$1] } ?? 0
    case .integer(let wanted):
      guard let index = iterations.firstIndex(of: wanted) else {
        let isWhole = iterations.count > 8 && iterations == Array(iterations[0]...iterations[iterations.count - 1])
        let there =
          isWhole
          ? "\(iterations[0]) to \(iterations[iterations.count - 1])" : iterations.map(String.init).joined(separator: ", ")
        throw Gap(text: "iteration \(wanted) was not recorded, but \(there)")
      }
      return index
    }
  }

  private static func notMeasured(_ quantity: Quantity, _ kind: String?, _ run: SweepRecord) -> Gap {
    if quantity.metric == .localLipschitz {
      return Gap(text: "no local Lipschitz constants of \(run.model) were measured: set sweep.lipschitz.iterations")
    }
    let kinds = kind.map { " for the perturbation \($0), but for: \(run.perturbations.joined(separator: ", "))" } ?? ""
    return Gap(text: "\(quantity.metric.name) of \(run.model) was not measured\(kinds)")
  }
}

extension Quantity.Reduction {
  func value(of statistics: Statistics) -> Double {
    switch self {
    case .mean: statistics.mean
    case .median: statistics.median
    case .trimmed: statistics.trimmedMean
    case .max: statistics.maximum
    case .min: statistics.minimum
    }
  }
}
