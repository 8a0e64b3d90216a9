import CHDF5

/// An array of values of one type.
public final class Dataset: Object, @unchecked Sendable {
  /// Type of the values in the file.
  public let type: ElementType

  init(identifier: Identifier, path: String, call: CallContext) throws {
    let type = try call.check(H5Dget_type(try identifier.value(call)))
    defer { H5Tclose(type) }
    self.type = ElementType(type: type)
    super.init(identifier: identifier, path: path)
  }

  /// Closes the dataset, which may write what is still in its chunk cache.
  public func close() throws {
    try identifier.close(call("close dataset", fallback: .io))
  }

  /// Current lengths of the dimensions; `[]` for a scalar.
  public var shape: [Int] {
    get throws {
      let call = call("read the shape of", fallback: .corrupt)
      return try use(call) { try shape($0, call) }
    }
  }

  private func shape(_ dataset: hid_t, _ call: CallContext) throws -> [Int] {
    let space = try call.check(H5Dget_space(dataset))
    defer { H5Sclose(space) }
    return try Dataspace.shape(of: space, call)
  }

  // MARK: Reading

  /// What a read may do to the values.
  public enum Conversion: Sendable {
    /// Only what keeps every value: int32 to Int64, float32 to Double.
    case lossless
    /// Also rounding to a shorter floating-point type: float64 to Float.
    case rounding
  }

  /// All values, in row-major order.
  public func read<T: Element>(_: T.Type = T.self, _ conversion: Conversion = .lossless) throws -> [T] {
    let shape = try shape
    return try read(T.self, start: shape.map { _ in 0 }, count: shape, conversion)
  }

  /// The values of the box of `count` elements at `start`, in row-major order.
  public func read<T: Element>(
    _: T.Type = T.self, start: [Int], count: [Int], _ conversion: Conversion = .lossless
  ) throws -> [T] {
    let call = call("read dataset", fallback: .corrupt)
    return try use(call) { dataset in
      try checkType(T.elementType, conversion, call)
      let total = try call.elementCount(count, elementSize: MemoryLayout<T>.size)
      let fileType = try call.check(H5Dget_type(dataset))
      defer { H5Tclose(fileType) }
      return try withSelection(dataset, start: start, count: count, call) { memory, file in
        guard total > 0 else { return [] }
        return try T.codec.read(total, fileType, call) { memoryType, buffer in
          try call.check(H5Dread(dataset, memoryType, memory, file, chdf5_default_properties(), buffer))
        }
      }
    }
  }

  /// The only value. Throws `.shapeMismatch` if there are none or several.
  public func readScalar<T: Element>(_: T.Type = T.self) throws -> T {
    let shape = try shape
    let values: [T] = shape.allSatisfy { $0 == 1 } ? try read(T.self) : []
    guard let value = values.first else {
      throw call("read dataset").failure(.shapeMismatch, expected: "one value", found: "shape \(shape)")
    }
    return value
  }

  private func checkType(_ wanted: ElementType, _ conversion: Conversion, _ call: CallContext) throws {
    guard wanted.holds(type) || (conversion == .rounding && type.roundsTo(wanted)) else {
      throw call.failure(.typeMismatch, expected: "\(wanted)", found: "\(type)")
    }
  }

  // MARK: Writing

  /// Writes all values, in row-major order.
  public func write<T: Element>(_ values: [T]) throws {
    let shape = try shape
    try write(values, start: shape.map { _ in 0 }, count: shape)
  }

  /// Writes the box of `count` elements at `start`. The type of the dataset must hold every value of `T`.
  public func write<T: Element>(_ values: [T], start: [Int], count: [Int]) throws {
    let call = call("write dataset")
    try use(call) { dataset in
      guard type.holds(T.elementType) else {
        throw call.failure(.typeMismatch, expected: "\(type)", found: "\(T.elementType)")
      }
      guard try call.elementCount(count) == values.count else {
        throw call.failure(.shapeMismatch, expected: "values for \(count)", found: "\(values.count) values")
      }
      let fileType = try call.check(H5Dget_type(dataset))
      defer { H5Tclose(fileType) }
      try withSelection(dataset, start: start, count: count, call) { memory, file in
        guard !values.isEmpty else { return }
        try T.codec.write(values, fileType, call) { memoryType, buffer in
          try session.writing {
            try call.check(H5Dwrite(dataset, memoryType, memory, file, chdf5_default_properties(), buffer))
          }
        }
      }
    }
  }

  /// Adds rows (indices of the first dimension) at the end. The number of values must be a multiple of a row's.
  public func append<T: Element>(_ values: [T]) throws {
    let call = call("append to dataset")
    try use(call) { dataset in
      let shape = try shape(dataset, call)
      guard let length = shape.first else {
        throw call.failure(.shapeMismatch, expected: "a dimension that can grow", found: "a scalar")
      }
      let row = try call.elementCount(Array(shape.dropFirst()))
      guard row == 0 ? values.isEmpty : values.count % row == 0 else {
        throw call.failure(.shapeMismatch, expected: "a multiple of \(row) values", found: "\(values.count)")
      }
      let rows = row == 0 ? 0 : values.count / row
      guard rows > 0 else { return }
      try resize(rows: length + rows)
      let rest = shape.dropFirst()
      try write(values, start: [length] + rest.map { _ in 0 }, count: [rows] + rest)
    }
  }

  /// Changes the length of the first dimension of a growing dataset; new values are 0.
  public func resize(rows: Int) throws {
    let call = call("resize dataset")
    try use(call) { dataset in
      let space = try call.check(H5Dget_space(dataset))
      defer { H5Sclose(space) }
      guard try Dataspace.isExtensible(space, call), rows >= 0 else {
        throw call.failure(
          .shapeMismatch, expected: "a dataset that can grow", found: "\(try Dataspace.shape(of: space, call))")
      }
      let lengths = [rows] + (try Dataspace.shape(of: space, call)).dropFirst()
      try session.writing { _ = try call.check(H5Dset_extent(dataset, lengths.map { hsize_t($0) })) }
    }
  }

  /// Runs `body` with a memory space and a file space that both select the box.
  private func withSelection<Result>(
    _ dataset: hid_t, start: [Int], count: [Int], _ call: CallContext, _ body: (hid_t, hid_t) throws -> Result
  ) throws -> Result {
    let file = try call.check(H5Dget_space(dataset))
    defer { H5Sclose(file) }
    try Dataspace.select(file, shape: try Dataspace.shape(of: file, call), start: start, count: count, call)
    let memory = try Dataspace.make(shape: count, call)
    defer { H5Sclose(memory) }
    return try body(memory, file)
  }
}
