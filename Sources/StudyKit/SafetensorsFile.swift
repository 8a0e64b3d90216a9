import Foundation
import Support
import Torch

/// A safetensors file that is open for reading: 8 bytes with the length of a JSON header, the header, then the raw
/// little-endian data of all tensors, without gaps. The file is mapped into memory; a tensor is copied when it is asked for.
public final class SafetensorsFile {
  /// What the header says of one tensor.
  public struct Entry: Equatable, Sendable {
    /// Element type in the file.
    public var type: DType
    /// Lengths of the dimensions.
    public var shape: [Int]
    /// Bytes of the data, from the end of the header.
    var range: Range<Int>
  }

  /// As it was given.
  public let path: String
  /// The tensors by name.
  public let entries: [String: Entry]
  private let data: Data
  /// Where the data of the tensors begin.
  private let start: Int

  static let types: [(name: String, type: DType)] = [
    ("F32", .float32), ("F64", .float64), ("BF16", .bfloat16), ("F16", .float16), ("I64", .int64), ("I32", .int32),
    ("U8", .uint8), ("BOOL", .bool),
  ]
  /// Longer headers are refused, as by the reference implementation.
  private static let largestHeader: UInt64 = 100_000_000

  /// - Throws: `Failure`: missing input, or bad data that names the tensor and what is wrong with it.
  public convenience init(_ path: String) throws {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
      throw Failure(.missingInput, "cannot read the file", at: path, remedy: "check the path and the permissions")
    }
    try self.init(data, path: path)
  }

  /// - Parameter path: names the data in messages.
  init(_ data: Data, path: String) throws {
    func broken(_ problem: String) -> Failure {
      Failure(.badData, problem, at: path, remedy: "fetch or write the safetensors file again")
    }
    guard data.count >= 8 else { throw broken("expected a safetensors file, found \(data.count) bytes") }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= Self.largestHeader, length <= UInt64(data.count - 8) else {
      throw broken("the header claims \(length) bytes, the file has \(data.count)")
    }
    start = 8 + Int(length)
    let base = data.startIndex
    guard let header = try? JSONDecoder().decode(Header.self, from: data[(base + 8)..<(base + start)]) else {
      throw broken("the header is not a JSON map from names to dtype, shape and data_offsets")
    }
    entries = try Self.checked(header, bytes: data.count - start, path: path)
    self.data = data
    self.path = path
  }

  /// A copy of a tensor, in the type of the file; nil if there is none of this name.
  public func tensor(_ name: String) throws -> Tensor? {
    guard let entry = entries[name] else { return nil }
    return try data.withUnsafeBytes { bytes in
      let range = (start + entry.range.lowerBound)..<(start + entry.range.upperBound)
      return try Tensor(bytes: UnsafeRawBufferPointer(rebasing: bytes[range]), shape: entry.shape, type: entry.type)
    }
  }

  /// Types, shapes and offsets agree, and the tensors cover the data without gaps or overlaps.
  private static func checked(_ header: Header, bytes: Int, path: String) throws -> [String: Entry] {
    func broken(_ problem: String, _ tensor: String) -> Failure {
      Failure(.badData, problem, at: "\(path):\(tensor)", remedy: "fetch or write the safetensors file again")
    }
    var entries: [String: Entry] = [:]
    for (name, item) in header.items {
      guard let type = types.first(where: { $0.name == item.dtype })?.type else {
        throw broken("unknown dtype \(item.dtype), expected one of \(types.map(\.name))", name)
      }
      let count = item.shape.reduce((product: type.size, overflow: false)) { partial, size in
        let (product, overflow) = partial.product.multipliedReportingOverflow(by: size)
        return (product, partial.overflow || overflow || size < 0)
      }
      let offsets = item.dataOffsets
      guard !count.overflow, offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] <= bytes,
        offsets[1] - offsets[0] == count.product
      else { throw broken("offsets \(offsets) do not fit the shape \(item.shape) or the file", name) }
      entries[name] = Entry(type: type, shape: item.shape, range: offsets[0]..<offsets[1])
    }
    var end = 0
    let order = entries.sorted {
      ($0.value.range.lowerBound, $0.value.range.upperBound) < ($1.value.range.lowerBound, $1.value.range.upperBound)
    }
    for (name, entry) in order {
      guard entry.range.lowerBound == end else {
        throw broken("expected data from byte \(end) on, found byte \(entry.range.lowerBound): a gap or an overlap", name)
      }
      end = entry.range.upperBound
    }
    guard end == bytes else {
      throw broken("the tensors cover \(end) of \(bytes) bytes", order.last?.key ?? "header")
    }
    return entries
  }

  private struct Header: Decodable {
    struct Item: Decodable {
      var dtype: String
      var shape: [Int]
      var dataOffsets: [Int]

      enum CodingKeys: String, CodingKey {
        case dtype, shape
        case dataOffsets = "data_offsets"
      }
    }

    private struct Name: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    var items: [String: Item] = [:]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for name in container.allKeys where name.stringValue != "__metadata__" {
        items[name.stringValue] = try container.decode(Item.self, forKey: name)
      }
    }
  }
}
