import Configuration
import Support

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
    func text(_ limit: Double) -> String { Int(exactly: limit).map { "\($0)" } ?? "\(limit)" }
    // As they were written: rounded, a limit could seem to hold the number that it does not.
    return [atLeast.map { "at least \(text($0))" }, atMost.map { "at most \(text($0))" }]
      .compactMap { $0 }.joined(separator: " and ")
  }

  /// NaN is inside no band.
  func contains(_ value: Double) -> Bool {
    guard value.isFinite else { return false }
    return atLeast.map { value >= $0 } ?? true && atMost.map { value <= $0 } ?? true
  }
}
