import CHDF5
import Foundation

/// Looks for damage in the global heaps of a file, where the text of variable length lies.
///
/// These heaps have no checksum, and libhdf5 1.10 follows a damaged length in one of them in an endless loop. A heap
/// collection is found by its signature; files of this module have theirs near the start, because text is written
/// before the data, so only both ends of a large file are searched.
///
/// Layout (HDF5 File Format Specification, "Disk Format: Level 1E - Global Heap"): "GCOL", version 1, three zero
/// bytes, size of the collection (8); then objects: index (2), reference count (2), reserved (4), size (8), data
/// padded to 8 bytes. Index 0 is the free space, whose size counts its own header.
enum GlobalHeapCheck {
  private static let searchedLength = 4 << 20
  private static let objectHeaderSize = 16
  private static let start: [UInt8] = Array("GCOL".utf8) + [1, 0, 0, 0]

  /// Describes the first damage; nil if there is none, or if the file cannot be read at all.
  static func damage(in path: String) -> String? {
    guard let handle = FileHandle(forReadingAtPath: path), let size = try? handle.seekToEnd() else { return nil }
    defer { try? handle.close() }
    let fileSize = Int(clamping: size)
    var offsets = [0]
    if fileSize > searchedLength { offsets.append(max(searchedLength, fileSize - searchedLength)) }
    for offset in offsets {
      guard (try? handle.seek(toOffset: UInt64(offset))) != nil,
        let part = try? handle.read(upToCount: min(searchedLength, fileSize - offset))
      else { continue }
      if let location = part.withUnsafeBytes({ firstDamage(in: $0, fileSize: fileSize - offset) }) {
        return "a damaged global heap at byte \(offset + location)"
      }
    }
    return nil
  }

  /// Offset of the first damaged collection.
  private static func firstDamage(in bytes: UnsafeRawBufferPointer, fileSize: Int) -> Int? {
    var position = 0
    while let base = bytes.baseAddress {
      let found = chdf5_find(base + position, bytes.count - position, start, start.count)
      guard found >= 0 else { break }
      let collection = position + found
      if !isSound(bytes, collection, fileSize: fileSize) { return collection }
      position = collection + start.count
    }
    return nil
  }

  private static func isSound(_ bytes: UnsafeRawBufferPointer, _ collection: Int, fileSize: Int) -> Bool {
    func number<T: FixedWidthInteger>(_: T.Type, at offset: Int) -> T {
      T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }
    guard collection + objectHeaderSize <= bytes.count,
      let size = Int(exactly: number(UInt64.self, at: collection + 8)),
      size >= objectHeaderSize, size <= fileSize - collection
    else { return collection + objectHeaderSize > bytes.count }
    // A collection that goes on behind the part that was read is followed as far as it was.
    let end = min(collection + size, bytes.count)
    var position = collection + objectHeaderSize
    while position + objectHeaderSize <= end {
      let index = number(UInt16.self, at: position)
      guard let length = Int(exactly: number(UInt64.self, at: position + 8)), length <= size else { return false }
      let step = index == 0 ? length : objectHeaderSize + (length + 7) / 8 * 8
      guard step >= objectHeaderSize, position + step <= collection + size else { return false }
      position += step
    }
    return true
  }
}
