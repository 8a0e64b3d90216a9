import HDF5
import Support

/// What values a field may have, and how they are stored.
extension FieldSchema {
  /// What is wrong with a value of this field; nil if nothing is.
  ///
  /// A label must be finite. An input may be infinite, as the bound of a variable may, but not NaN.
  private func problem<T: BinaryFloatingPoint>(_ value: T) -> String? {
    switch role {
    case .label where !value.isFinite, .input where value.isNaN: "\(value)"
    default: nil
    }
  }

  /// Index and text of the first value that a field of this role may not have.
  func firstForbidden<T: BinaryFloatingPoint>(in values: [T]) -> (index: Int, found: String)? {
    guard role == .label || role == .input else { return nil }
    for (index, value) in values.enumerated() {
      if let found = problem(value) { return (index, found) }
    }
    return nil
  }

  func firstForbidden(in values: FieldValues) -> (index: Int, found: String)? {
    switch values {
    case .real(let values): firstForbidden(in: values)
    case .single(let values): firstForbidden(in: values)
    case .integer: nil
    }
  }

  /// Whether values of this type in a file can be read as this field. Integers of any width are read as int64.
  func accepts(_ type: ElementType) -> Bool {
    if case .integer = self.type { return ElementType.int64.holds(type) }
    return self.type.holds(type)
  }

  /// What such a value means, for messages: "a finite label".
  var requirement: String { role == .label ? "finite labels" : "inputs without NaN" }

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
