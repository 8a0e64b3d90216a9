import CHDF5

/// How a dataset lies in its file.
public struct Storage: Equatable, Sendable {
  /// How the values are cut into the pieces that are packed, checked and read as wholes.
  public enum Chunking: Equatable, Sendable {
    /// One block without chunks and filters.
    case contiguous
    /// One sample (index of the first dimension) per chunk if it has 0.25 MiB or more, else as many as fit in 0.5 MiB.
    case automatic
    case shape([Int])
  }

  /// How the values are cut into chunks.
  public var chunking: Chunking
  /// Deflate level 1...9, or nil for no compression. Values are shuffled by byte first.
  public var deflate: Int?
  /// A Fletcher-32 sum per chunk, checked on every read.
  public var checksum: Bool
  /// The first dimension may grow by `Dataset.append`.
  public var extensible: Bool
  /// Length that the first dimension is expected to reach; keeps automatic chunks from being larger than the data.
  public var expectedRows: Int?
  /// Bytes that each text gets, nil for text of variable length. Only text of fixed length is compressed and checked;
  /// text of variable length lies in a heap without checksum, and the library applies no filter to the references.
  public var textLength: Int?

  /// Automatic chunks with shuffle, deflate 4 and Fletcher-32, unless it says otherwise.
  public init(
    chunking: Chunking = .automatic, deflate: Int? = 4, checksum: Bool = true, extensible: Bool = false,
    expectedRows: Int? = nil, textLength: Int? = nil
  ) {
    self.textLength = textLength
    self.chunking = chunking
    self.deflate = deflate
    self.checksum = checksum
    self.extensible = extensible
    self.expectedRows = expectedRows
  }

  /// Automatic chunks with shuffle, deflate and Fletcher-32.
  public static let standard = Storage()
  /// No chunks, no filters, no checksum.
  public static let contiguous = Storage(chunking: .contiguous, deflate: nil, checksum: false)
  /// `standard`, growing along the first dimension.
  public static func growing(expectedRows: Int? = nil) -> Storage {
    Storage(extensible: true, expectedRows: expectedRows)
  }

  /// `standard` for text of fixed length, long enough for all of these.
  public static func text(_ values: [String]) -> Storage {
    // xarray takes texts of one byte for the letters of longer ones, and joins them along the last dimension.
    Storage(textLength: max(2, values.map(\.utf8.count).max() ?? 0))
  }

  /// The most texts of variable length whose references fit into an object header, in a dataset that does not grow.
  private static let compactTextCount = 2048

  /// `standard` for text that names things, as the labels of an axis: of variable length, which netCDF's readers show as
  /// text and not as bytes, as long as there are few; `text` for more.
  ///
  /// Few are those whose references lie in the object header and share its checksum. The letters themselves lie in a heap
  /// without one, as those of every attribute do: a changed letter is found by the content hash, not while it is read.
  public static func names(_ values: [String]) -> Storage {
    values.count <= compactTextCount ? .standard : .text(values)
  }

  /// The chunk of a dataset of this shape, or nil for contiguous storage.
  ///
  /// Scalars and datasets without elements that cannot grow have nothing to chunk.
  public func chunk(shape: [Int], elementSize: Int) -> [Int]? {
    guard !shape.isEmpty, extensible || !shape.contains(0) else { return nil }
    switch chunking {
    case .contiguous: return nil
    case .shape(let chunk): return chunk
    case .automatic:
      let sample = shape.dropFirst().map { max(1, $0) }
      let sampleBytes = max(1, sample.reduce(elementSize, *))
      let rows = sampleBytes >= 1 << 18 ? 1 : (1 << 19) / sampleBytes
      let limit = max(1, extensible ? (expectedRows ?? rows) : shape[0])
      return [min(rows, limit)] + sample
    }
  }

  /// The creation property list, which the caller closes.
  func properties(shape: [Int], type: ElementType, _ call: CallContext) throws -> hid_t {
    let properties = try call.check(H5Pcreate(chdf5_dataset_create_class()))
    do {
      try call.check(H5Pset_obj_track_times(properties, false))
      let isVariableText = type == .string && textLength == nil
      if isVariableText, !extensible, try call.elementCount(shape) <= Self.compactTextCount {
        // Inside the object header the references share its checksum; a damaged one would crash the library.
        try call.check(H5Pset_layout(properties, H5D_COMPACT))
        return properties
      }
      guard let chunk = chunk(shape: shape, elementSize: max(1, textLength ?? type.byteCount)) else {
        guard !extensible else {
          throw call.failure(
            .shapeMismatch, expected: "chunks, which a growing dataset needs", found: "contiguous storage")
        }
        return properties
      }
      guard chunk.count == shape.count, chunk.allSatisfy({ $0 > 0 && $0 <= Int(UInt32.max) }) else {
        throw call.failure(.shapeMismatch, expected: "a chunk of rank \(shape.count)", found: "chunk \(chunk)")
      }
      try call.check(H5Pset_chunk(properties, Int32(chunk.count), chunk.map { hsize_t($0) }))
      if isVariableText { return properties }
      if let deflate {
        if type.byteCount > 1 { try call.check(H5Pset_shuffle(properties)) }
        try call.check(H5Pset_deflate(properties, UInt32(clamping: deflate)))
      }
      if checksum { try call.check(H5Pset_fletcher32(properties)) }
      return properties
    } catch {
      H5Pclose(properties)
      throw error
    }
  }
}
