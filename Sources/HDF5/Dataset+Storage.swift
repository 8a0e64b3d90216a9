import CHDF5

/// How an existing dataset lies in its file.
extension Dataset {
  /// What the file says of a dataset's storage; `Storage` is what a writer asks for.
  public struct Layout: Equatable, Sendable {
    /// Where the values lie: in the object header, in one block, in chunks, or in other files.
    public enum Kind: String, Sendable { case compact, contiguous, chunked, virtual }
    /// Where the values lie.
    public var kind: Kind
    /// Lengths of a chunk; nil unless the values lie in chunks.
    public var chunk: [Int]?
    /// Names of the filters in the order of writing: "shuffle", "deflate(4)", "fletcher32".
    public var filters: [String]
    /// Bytes that the values take in the file; 0 for a virtual dataset.
    public var storedBytes: Int
    /// Whether the first dimension may grow.
    public var extensible: Bool
  }

  /// How the values lie in the file. Throws `.corrupt` if the file makes no sense.
  public var layout: Layout {
    get throws {
      let call = call("read the layout of", fallback: .corrupt)
      return try use(call) { dataset in
        let properties = try call.check(H5Dget_create_plist(dataset))
        defer { H5Pclose(properties) }
        let space = try call.check(H5Dget_space(dataset))
        defer { H5Sclose(space) }
        var layout = Layout(
          kind: .contiguous, chunk: nil, filters: try filters(properties, call),
          storedBytes: try call.size(H5Dget_storage_size(dataset)), extensible: try Dataspace.isExtensible(space, call))
        switch H5Pget_layout(properties) {
        case H5D_CHUNKED:
          layout.kind = .chunked
          var lengths = [hsize_t](repeating: 0, count: Int(H5S_MAX_RANK))
          let rank = try call.check(H5Pget_chunk(properties, H5S_MAX_RANK, &lengths))
          layout.chunk = try lengths.prefix(Int(rank)).map { try call.size($0) }
        case H5D_COMPACT: layout.kind = .compact
        case H5D_VIRTUAL: layout.kind = .virtual
        default: break
        }
        return layout
      }
    }
  }

  private func filters(_ properties: hid_t, _ call: CallContext) throws -> [String] {
    let count = try call.check(H5Pget_nfilters(properties))
    return try (0..<UInt32(count)).map { index in
      var flags: UInt32 = 0
      var parameterCount = 1
      var parameter: UInt32 = 0
      var name = [CChar](repeating: 0, count: 64)
      var configuration: UInt32 = 0
      let filter = try call.check(
        H5Pget_filter2(properties, index, &flags, &parameterCount, &parameter, name.count, &name, &configuration))
      switch filter {
      case H5Z_FILTER_DEFLATE: return "deflate(\(parameter))"
      case H5Z_FILTER_SHUFFLE: return "shuffle"
      case H5Z_FILTER_FLETCHER32: return "fletcher32"
      default: return CString.text(name)
      }
    }
  }
}
