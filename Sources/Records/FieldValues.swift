/// Values of one field of several samples, `[B, ...]` in row-major order.
public enum FieldValues: Equatable, Sendable {
  case real([Double])
  case single([Float])
  case integer([Int64])

  /// How many numbers there are, of all samples together.
  public var count: Int {
    switch self {
    case .real(let values): values.count
    case .single(let values): values.count
    case .integer(let values): values.count
    }
  }
}

extension FieldValues {
  /// The first values.
  func prefix(_ count: Int) -> FieldValues {
    switch self {
    case .real(let values): .real(Array(values.prefix(count)))
    case .single(let values): .single(Array(values.prefix(count)))
    case .integer(let values): .integer(Array(values.prefix(count)))
    }
  }

  /// The values of some samples, in the order of the list, where these are those of `count` samples.
  func rows<Value: FieldNumber>(_ rows: some Collection<Int>, of count: Int) -> [Value] {
    let size = self.count / max(1, count)
    func gathered<Stored>(_ values: [Stored], _ value: (Stored) -> Value) -> [Value] {
      var result: [Value] = []
      result.reserveCapacity(rows.count * size)
      for row in rows { for index in (row * size)..<((row + 1) * size) { result.append(value(values[index])) } }
      return result
    }
    return switch self {
    case .real(let values): gathered(values) { Value($0) }
    case .single(let values): gathered(values) { Value($0) }
    case .integer(let values): gathered(values) { Value($0) }
    }
  }

  /// Appends the values to an entry of a resume log.
  package func add(to entry: inout ResumeEncoder) {
    switch self {
    case .real(let values):
      entry.add(0)
      entry.add(values)
    case .single(let values):
      entry.add(1)
      entry.add(values)
    case .integer(let values):
      entry.add(2)
      entry.add(values)
    }
  }

  /// Reads back what `add(to:)` wrote.
  package init(from entry: inout ResumeDecoder) throws {
    self =
      switch try entry.integer() {
      case 0: .real(try entry.array())
      case 1: .single(try entry.array())
      default: .integer(try entry.array())
      }
  }
}
