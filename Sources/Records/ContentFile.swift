import HDF5
import Support

/// A file of this format that is being written. It appears under its name when it is finished, whole and checked, or
/// not at all.
public final class ContentFile {
  /// The HDF5 file, for what the helpers below do not cover.
  public let file: File
  /// What its root attributes say.
  public let header: FileHeader
  private let atomic: AtomicFile
  private let schema: FileSchema

  /// Creates the file and writes its header and provenance.
  ///
  /// - Parameter schema: the definition of a kind that a case study has of its own; nil for the kinds that all share.
  /// - Throws: `Failure` with `.cannotCreate` before anything is written, `.io` when the disk is full.
  public init(
    creating path: String, _ header: FileHeader, as schema: FileSchema? = nil, provenance: FileProvenance
  ) throws {
    self.header = header
    let schema = try schema ?? SchemaCatalog.common.schema(of: header.kind)
    guard schema.kind == header.kind else {
      throw Failure(.bug, "a \(header.kind.rawValue) file cannot be written as a \(schema.kind.rawValue) file", at: path)
    }
    self.schema = schema
    atomic = try Failure.mapping { try AtomicFile(creating: path) }
    file = atomic.file
    try Failure.mapping {
      try header.write(to: file)
      try provenance.write(to: file)
    }
  }

  /// Gives the dimensions their scales, hashes the content, marks the file as complete, validates it and gives it its name.
  ///
  /// - Returns: the content hash.
  @discardableResult
  public func finish() throws -> String {
    try Failure.mapping {
      try DimensionScales.attach(to: file, schema)
      let hash = try ContentHash.of(file)
      try file.setAttribute("content_sha256", hash)
      try file.setAttribute("complete", UInt8(1))
      try atomic.finish { written in
        let header = try FileHeader(of: written, expecting: [self.header.kind])
        if let problem = try StructureCheck(of: written, schema).problems.first {
          throw Failure(.bug, problem.text, at: "\(written.filePath):\(problem.object)")
        }
        guard header.contentHash == hash else { throw Failure(.io, "the hash was not written", at: written.filePath) }
      }
      return hash
    }
  }

  /// Gives up; nothing of the file is left.
  public func cancel() { atomic.cancel() }

  // MARK: Writing what the schema defines

  /// Creates a dataset that the schema of this kind of file defines, with its attributes.
  ///
  /// - Parameters:
  ///   - path: path from the root.
  ///   - type: one of the types the schema allows; the first of them by default.
  ///   - dimensions: names of the dimensions where the schema leaves them free, or of the further ones after "...".
  ///   - units, longName: where the schema leaves them to the case study.
  public func create(
    _ path: String, type: ElementType? = nil, shape: [Int], dimensions: [String] = [], units: String? = nil,
    longName: String? = nil, role: String? = nil, storage: Storage = .standard
  ) throws -> Dataset {
    guard let object = schema.object(at: path), let type = type ?? object.types.first, object.types.contains(type)
    else {
      throw Failure(
        .bug, "a \(header.kind.rawValue) file has no \(type.map { "\($0) " } ?? "")dataset \(path)", at: path)
    }
    var names = object.dimensions ?? []
    if names.last == "..." { names.removeLast() }
    names += dimensions
    // Dimensions without a name, as those of a weight, are numbered.
    names += (min(names.count, shape.count)..<shape.count).map(FileSchema.unnamedDimension)
    return try Failure.mapping {
      let dataset = try file.createDataset(path, type, shape: shape, storage: storage)
      try dataset.setAttribute("units", units ?? object.units ?? "1")
      try dataset.setAttribute("long_name", longName ?? object.longName)
      try dataset.setAttribute("dims", names)
      if let role = object.isMeasurement ? "measurement" : role { try dataset.setAttribute("role", role) }
      return dataset
    }
  }

  /// Creates a dataset as `create` does and writes all its values. Text gets a fixed length, which can be checked; that of
  /// datasets which the schema says hold names gets what `Storage.names` gives it.
  @discardableResult
  public func write<T: Element>(
    _ path: String, _ values: [T], shape: [Int]? = nil, dimensions: [String] = [], units: String? = nil,
    longName: String? = nil, role: String? = nil, storage: Storage = .standard
  ) throws -> Dataset {
    var storage = storage
    if let text = values as? [String] {
      let isNames = schema.object(at: path)?.holdsNames ?? false
      storage.textLength = (isNames ? Storage.names(text) : .text(text)).textLength
    }
    let dataset = try create(
      path, type: T.elementType, shape: shape ?? [values.count], dimensions: dimensions, units: units,
      longName: longName, role: role, storage: storage)
    try Failure.mapping { try dataset.write(values) }
    return dataset
  }
}
