import HDF5

/// Values of one field of several samples, `[B, ...]` in row-major order.
public enum FieldValues: Equatable, Sendable {
  case real([Double])
  case single([Float])
  case integer([Int64])

  public var count: Int {
    switch self {
    case .real(let values): values.count
    case .single(let values): values.count
    case .integer(let values): values.count
    }
  }
}

/// Some accepted samples, to be appended to a split.
public struct SampleBlock: Sendable {
  /// Number of the draw of each sample, strictly ascending.
  public var draws: [Int]
  /// Values by the name of the field, each `[B, ...]`.
  public var fields: [String: FieldValues]

  public init(draws: [Int], fields: [String: FieldValues]) {
    self.draws = draws
    self.fields = fields
  }
}
