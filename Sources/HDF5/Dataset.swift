import CHDF5

/// An array of values of one type.
public final class Dataset: Object, @unchecked Sendable {
  /// Type of the values in the file.
  public let type: ElementType

  init(identifier: Identifier, path: String, site: Site) throws {
    let type = try site.check(H5Dget_type(try identifier.value(site)))
    defer { H5Tclose(type) }
    self.type = ElementType(type: type)
    super.init(identifier: identifier, path: path)
  }

  /// Closes the dataset, which may write what is still in its chunk cache.
  public func close() throws {
    try identifier.close(site("close dataset", fallback: .io))
  }

  /// Current lengths of the dimensions; `[]` for a scalar.
  public var shape: [Int] {
    get throws {
      let site = site("read the shape of", fallback: .corrupt)
      return try use(site) { try shape($0, site) }
    }
  }

  private func shape(_ dataset: hid_t, _ site: Site) throws -> [Int] {
    let space = try site.check(H5Dget_space(dataset))
    defer { H5Sclose(space) }
    return try Dataspace.shape(of: space, site)
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
    let site = site("read dataset", fallback: .corrupt)
    return try use(site) { dataset in
      try checkType(T.elementType, conversion, site)
      let total = try site.elementCount(count, elementSize: MemoryLayout<T>.size)
      let fileType = try site.check(H5Dget_type(dataset))
      defer { H5Tclose(fileType) }
      return try withSelection(dataset, start: start, count: count, site) { memory, file in
        guard total > 0 else { return [] }
        return try T.codec.read(total, fileType, site) { memoryType, buffer in
          try site.check(H5Dread(dataset, memoryType, memory, file, chdf5_default_properties(), buffer))
        }
      }
    }
  }

  /// Reads the box of `count` elements at `start` into a buffer of exactly as many numbers.
  public func read<T: NumericElement>(
    into buffer: UnsafeMutableBufferPointer<T>, start: [Int], count: [Int], _ conversion: Conversion = .lossless
  ) throws {
    let site = site("read dataset", fallback: .corrupt)
    try use(site) { dataset in
      try checkType(T.elementType, conversion, site)
      guard try site.elementCount(count) == buffer.count else {
        throw site.failure(.shapeMismatch, expected: "a buffer for \(count)", found: "\(buffer.count) values")
      }
      try withSelection(dataset, start: start, count: count, site) { memory, file in
        guard let address = buffer.baseAddress, !buffer.isEmpty else { return }
        try T.elementType.withType(in: .memory, site: site) { type in
          _ = try site.check(H5Dread(dataset, type, memory, file, chdf5_default_properties(), address))
        }
      }
    }
  }

  /// The only value. Throws `.shapeMismatch` if there are none or several.
  public func readScalar<T: Element>(_: T.Type = T.self) throws -> T {
    let shape = try shape
    let values: [T] = shape.allSatisfy { $0 == 1 } ? try read(T.self) : []
    guard let value = values.first else {
      throw site("read dataset").failure(.shapeMismatch, expected: "one value", found: "shape \(shape)")
    }
    return value
  }

  private func checkType(_ wanted: ElementType, _ conversion: Conversion, _ site: Site) throws {
    guard wanted.holds(type) || (conversion == .rounding && type.roundsTo(wanted)) else {
      throw site.failure(.typeMismatch, expected: "\(wanted)", found: "\(type)")
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
    let site = site("write dataset")
    try use(site) { dataset in
      guard type.holds(T.elementType) else {
        throw site.failure(.typeMismatch, expected: "\(type)", found: "\(T.elementType)")
      }
      guard try site.elementCount(count) == values.count else {
        throw site.failure(.shapeMismatch, expected: "values for \(count)", found: "\(values.count) values")
      }
      let fileType = try site.check(H5Dget_type(dataset))
      defer { H5Tclose(fileType) }
      try withSelection(dataset, start: start, count: count, site) { memory, file in
        guard !values.isEmpty else { return }
        try T.codec.write(values, fileType, site) { memoryType, buffer in
          try session.writing {
            try site.check(H5Dwrite(dataset, memoryType, memory, file, chdf5_default_properties(), buffer))
          }
        }
      }
    }
  }

  /// Adds rows (indices of the first dimension) at the end. The number of values must be a multiple of a row's.
  public func append<T: Element>(_ values: [T]) throws {
    let site = site("append to dataset")
    try use(site) { dataset in
      let shape = try shape(dataset, site)
      guard let length = shape.first else {
        throw site.failure(.shapeMismatch, expected: "a dimension that can grow", found: "a scalar")
      }
      let row = try site.elementCount(Array(shape.dropFirst()))
      guard row == 0 ? values.isEmpty : values.count % row == 0 else {
        throw site.failure(.shapeMismatch, expected: "a multiple of \(row) values", found: "\(values.count)")
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
    let site = site("resize dataset")
    try use(site) { dataset in
      let space = try site.check(H5Dget_space(dataset))
      defer { H5Sclose(space) }
      guard try Dataspace.isExtensible(space, site), rows >= 0 else {
        throw site.failure(
          .shapeMismatch, expected: "a dataset that can grow", found: "\(try Dataspace.shape(of: space, site))")
      }
      let lengths = [rows] + (try Dataspace.shape(of: space, site)).dropFirst()
      try session.writing { _ = try site.check(H5Dset_extent(dataset, lengths.map { hsize_t($0) })) }
    }
  }

  /// Runs `body` with a memory space and a file space that both select the box.
  private func withSelection<Result>(
    _ dataset: hid_t, start: [Int], count: [Int], _ site: Site, _ body: (hid_t, hid_t) throws -> Result
  ) throws -> Result {
    let file = try site.check(H5Dget_space(dataset))
    defer { H5Sclose(file) }
    try Dataspace.select(file, shape: try Dataspace.shape(of: file, site), start: start, count: count, site)
    let memory = try Dataspace.make(shape: count, site)
    defer { H5Sclose(memory) }
    return try body(memory, file)
  }
}
