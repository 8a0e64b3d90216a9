/// Some accepted samples, to be appended to a split.
public struct SampleBlock: Sendable {
  /// Number of the draw of each sample, strictly ascending.
  public var draws: [Int]
  /// Values by the name of the field, each `[B, ...]`.
  public var fields: [String: FieldValues]

  /// As many samples as draws, in every field.
  public init(draws: [Int], fields: [String: FieldValues]) {
    self.draws = draws
    self.fields = fields
  }
}
