import HDF5
import Support

/// What values a field may have, and how they are stored.
extension FieldSchema {
  /// Whether values are checked as they are read: all inputs and labels, and of the rest what has a range.
  var isChecked: Bool { role == .label || role == .input || range != Self.finite }

  /// Index and text of the first value that this field may not have.
  private func firstForbidden<Value>(in values: [Value], _ number: (Value) -> Double) -> (index: Int, found: String)? {
    guard isChecked else { return nil }
    return values.firstIndex { !range.contains(number($0)) }.map { ($0, "\(values[$0])") }
  }

  func firstForbidden(in values: FieldValues) -> (index: Int, found: String)? {
    switch values {
    case .real(let values): firstForbidden(in: values) { $0 }
    case .single(let values): firstForbidden(in: values) { Double($0) }
    case .integer(let values): range == Self.finite ? nil : firstForbidden(in: values) { Double($0) }
    }
  }

  /// Whether values of this type in a file can be read as this field. Integers of any width are read as int64.
  func accepts(_ type: ElementType) -> Bool {
    if case .integer = self.type { return ElementType.int64.holds(type) }
    return self.type.holds(type)
  }

  /// What the values must be, for messages and data/FORMAT.md.
  var requirement: String {
    func text(_ bound: Double) -> String { Int(exactly: bound).map { "\($0)" } ?? "\(bound)" }
    let (hasLower, hasUpper) = (range.lowerBound > Self.finite.lowerBound, range.upperBound < Self.finite.upperBound)
    return switch (hasLower, hasUpper) {
    case (true, true): "numbers from \(text(range.lowerBound)) to \(text(range.upperBound))"
    case (true, false) where range.lowerBound == Self.positive.lowerBound: "finite numbers above 0"
    case (true, false): "finite numbers of at least \(text(range.lowerBound))"
    case (false, true): "finite numbers of at most \(text(range.upperBound))"
    case (false, false): "finite \(role.rawValue)s"
    }
  }

  /// Appends values to this field's dataset in the type of the field; float32 rounds.
  func append(_ values: FieldValues, to dataset: Dataset) throws {
    switch (type, values) {
    case (.float32, .real(let values)): try dataset.append(values.map { Float($0) })
    case (.float32, .single(let values)): try dataset.append(values)
    case (.float64, .real(let values)): try dataset.append(values)
    case (.float64, .single(let values)): try dataset.append(values.map { Double($0) })
    case (.int64, .integer(let values)): try dataset.append(values)
    case (.uint8, .integer(let values)):
      try dataset.append(
        values.map { value in
          guard let small = UInt8(exactly: value) else {
            throw Failure(.bug, "field `\(name)` is uint8, found the value \(value)")
          }
          return small
        })
    default: throw Failure(.bug, "field `\(name)` is \(type), which these values are not")
    }
  }

  /// Reads rows of this field's dataset as values of the kind of the field.
  func read(_ dataset: Dataset, rows: Range<Int>) throws -> FieldValues {
    switch type {
    case .float32: .single(try dataset.read(Float.self, rows: rows))
    case .float64: .real(try dataset.read(Double.self, rows: rows))
    default: .integer(try dataset.read(Int64.self, rows: rows))
    }
  }
}
