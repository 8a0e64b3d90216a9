extension Dataset {
  /// The rows cut into ranges of about `byteCount` bytes, each of whole chunks, to stream through a dataset of any size.
  public func rowBlocks(byteCount: Int = 4 << 20) throws -> [Range<Int>] {
    let shape = try shape
    guard let rows = shape.first else { return [] }
    let rowBytes = max(1, try call("read dataset").elementCount(shape.dropFirst() + [type.byteCount]))
    let chunkRows = max(1, try layout.chunk?.first ?? 1)
    let blockRows = max(1, byteCount / rowBytes / chunkRows) * chunkRows
    return stride(from: 0, to: rows, by: blockRows).map { $0..<min($0 + blockRows, rows) }
  }
}
