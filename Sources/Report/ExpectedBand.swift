import Configuration
import Records
import Support

/// A number of a report, named: a statistic of a metric of a model at an iteration.
public struct Quantity: Equatable, Sendable {
  /// Iterations that are not known beforehand.
  public enum Landmark: String, CaseIterable, Sendable {
    /// The first recorded iteration.
    case first
    /// The last recorded iteration.
    case last
    /// The recorded iteration where the statistic is smallest.
    case best
  }

  /// The statistic over the samples that did not fail.
  public enum Reduction: String, CaseIterable, Sendable {
    case mean, median, max, min
  }

  /// The model's name, with the solver where it was swept with several.
  public var model: String
  /// What is measured.
  public var metric: Metric
  /// The split of the dataset.
  public var split: Split
  /// A recorded iteration, or a landmark among them; explicit networks have one only.
  public var iteration: IntegerOr<Landmark>
  /// Instead of the statistic, its range over the recorded iterations from `iteration` to this one: largest minus smallest.
  public var spreadTo: IntegerOr<Landmark>?
  /// The statistic over the samples.
  public var reduction: Reduction
  /// One kind of perturbation, or `all` together; nil stands for each kind in turn.
  public var perturbation: String?

  /// By default the mean error on the test split at the last iteration.
  public init(
    model: String, metric: Metric = .error, split: Split = .test, iteration: IntegerOr<Landmark> = .word(.last),
    spreadTo: IntegerOr<Landmark>? = nil, reduction: Reduction = .mean, perturbation: String? = nil
  ) {
    self.model = model
    self.metric = metric
    self.split = split
    self.iteration = iteration
    self.spreadTo = spreadTo
    self.reduction = reduction
    self.perturbation = perturbation
  }

  /// Reads the keys of a quantity.
  ///
  /// - Parameter parent: for `relative_to`: what its missing keys are taken from.
  init(_ section: ConfigurationSection, parent: Quantity? = nil) throws {
    model = try section.text("model", default: parent?.model, "name of the model")
    metric = Metric(
      named: try section.text(
        "metric", default: (parent?.metric ?? .error).name,
        "measured quantity: \(Metric.common.map(\.name).joined(separator: ", ")), or a measure of the case study"))
    split = try section.choice("split", default: parent?.split ?? .test, "split of the dataset")
    iteration = try section.integerOrChoice(
      "iteration", default: parent?.iteration ?? .word(.last), in: 0..., "recorded iteration")
    if section.contains("spread_to") || section.isDescribing {
      spreadTo = try section.integerOrChoice(
        "spread_to", default: .word(.last), in: 0...,
        "instead of the statistic, its largest minus its smallest value from `iteration` to this one")
    }
    reduction = try section.choice("statistic", default: parent?.reduction ?? .mean, "statistic over the samples")
    perturbation =
      try section.optionalText("perturbation", "kind of perturbation, or `all` together; without it, each kind in turn")
      ?? parent?.perturbation
  }

  /// In words, for verdicts.
  ///
  /// - Parameter isIterative: whether the model has iterations.
  func description(isIterative: Bool) -> String {
    let words = "\(reduction.rawValue) \(split.rawValue) \(metric.name) of \(model)"
    func text(_ iteration: IntegerOr<Landmark>) -> String {
      switch iteration {
      case .integer(let value): "iteration \(value)"
      case .word(let landmark): "the \(landmark.rawValue) iteration"
      }
    }
    guard isIterative else { return words }
    return spreadTo.map { "range of \(words) from \(text(iteration)) to \(text($0))" } ?? "\(words) at \(text(iteration))"
  }
}

/// A claim of a pipeline file about the numbers of its report, checked for every seed.
///
///     - name: iterations pay
///       model: implicit-8
///       iteration: 8
///       relative_to: {iteration: 1}
///       at_most: 0.7
public struct ExpectedBand: Equatable, Sendable {
  /// How a quantity is compared with its reference.
  public enum Comparison: Sendable { case ratio, difference }

  /// What is claimed, in words.
  public var name: String
  /// What is measured.
  public var quantity: Quantity

  /// What the quantity is divided by, or what is subtracted from it; nil for the quantity itself.
  public var reference: Quantity?
  /// Ignored without a reference.
  public var comparison: Comparison
  /// The smallest value inside; nil for no limit.
  public var atLeast: Double?
  /// The largest value inside; nil for no limit.
  public var atMost: Double?
  /// For a perturbed metric without a named perturbation: how many kinds must be inside; nil for all.
  public var kindsAtLeast: Int?

  /// A claim; without a limit it holds for every number.
  public init(
    name: String, quantity: Quantity, reference: Quantity? = nil, comparison: Comparison = .ratio, atLeast: Double? = nil,
    atMost: Double? = nil,
    kindsAtLeast: Int? = nil
  ) {
    self.name = name
    self.quantity = quantity
    self.reference = reference
    self.comparison = comparison
    self.atLeast = atLeast
    self.atMost = atMost
    self.kindsAtLeast = kindsAtLeast
  }

  /// - Throws: `Failure` with `usage` for a band that could not fail or could not hold.
  public init(_ section: ConfigurationSection) throws {
    name = try section.text("name", "what is claimed, in words")
    quantity = try Quantity(section)
    func reference(_ key: String, _ meaning: String, parent: Quantity) throws -> Quantity? {
      try section.optionalSection(key, meaning).map { nested in
        let reference = try Quantity(nested, parent: parent)
        try nested.finish()
        return reference
      }
    }
    let divisor = try reference("relative_to", "what the quantity is divided by", parent: quantity)
    let subtrahend = try reference("minus", "what is subtracted from the quantity", parent: quantity)
    self.reference = divisor ?? subtrahend
    comparison = divisor == nil ? .difference : .ratio
    atLeast = try section.optionalNumber("at_least", in: Bounds.any, "smallest value inside the band")
    atMost = try section.optionalNumber("at_most", in: Bounds.any, "largest value inside the band")
    kindsAtLeast = try section.optionalInteger(
      "kinds_at_least", in: 1..., "number of kinds of perturbation that must be inside; all without it")
    try section.finish()
    if atLeast == nil && atMost == nil && !section.isDescribing {
      throw Failure(.usage, "the band \"\(name)\" has no limit", at: section.location, remedy: "add at_least or at_most")
    }
    if divisor != nil && subtrahend != nil && !section.isDescribing {
      throw Failure(
        .usage, "the band \"\(name)\" has `relative_to` and `minus`", at: section.location, remedy: "keep one of them")
    }
    if let atLeast, let atMost, atLeast > atMost {
      throw Failure(
        .usage, "the band \"\(name)\" is empty: at_least \(atLeast) is above at_most \(atMost)", at: section.location)
    }
    if kindsAtLeast != nil && !(quantity.metric.isPerturbed && quantity.perturbation == nil) {
      throw Failure(
        .usage, "the band \"\(name)\" has kinds_at_least, but only one number", at: section.location,
        remedy: "kinds_at_least goes with the metrics lipschitz_ratio and perturbed_error without a perturbation")
    }
  }

  /// The limits in words: `at least 0.1 and at most 0.2`.
  public var limits: String {
    [atLeast.map { "at least \(Table.significant($0))" }, atMost.map { "at most \(Table.significant($0))" }]
      .compactMap { $0 }.joined(separator: " and ")
  }

  /// NaN is inside no band.
  func contains(_ value: Double) -> Bool {
    guard value.isFinite else { return false }
    return atLeast.map { value >= $0 } ?? true && atMost.map { value <= $0 } ?? true
  }
}
