import Configuration
import Records

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
    case mean, median, trimmed, max, min
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
