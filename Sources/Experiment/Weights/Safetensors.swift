import Foundation
import Torch

/// The safetensors format: 8 bytes with the length of a JSON header, the header, then the raw little-endian data of all tensors.
public enum Safetensors {
  private struct Entry: Codable {
    var dtype: String
    var shape: [Int]
    var offsets: [Int]
    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  private static let types: [(name: String, type: Torch.ElementType)] = [
    ("F32", .float32), ("F64", .float64), ("BF16", .bfloat16), ("F16", .float16), ("I64", .int64), ("I32", .int32),
    ("U8", .uint8), ("BOOL", .bool),
  ]

  /// Reads all tensors of a file.
  ///
  /// - Throws: `Failure`: missing input, or bad data that names the tensor and what is wrong with it.
  public static func read(_ path: String) throws -> [String: Tensor] {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
      throw Failure(.missingInput, "cannot read the file", at: path, remedy: "check the path and the permissions")
    }
    func broken(_ problem: String, _ tensor: String? = nil) -> Failure {
      Failure(
        .badData, problem, at: tensor.map { "\(path):\($0)" } ?? path, remedy: "fetch or write the safetensors file again")
    }
    guard data.count >= 8 else { throw broken("expected a safetensors file, found \(data.count) bytes") }
    let length = data.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
    guard length <= UInt64(data.count - 8) else {
      throw broken("the header claims \(length) bytes, the file has \(data.count)")
    }
    let start = 8 + Int(length)
    guard let header = try? JSONSerialization.jsonObject(with: data.subdata(in: 8..<start)) as? [String: Any] else {
      throw broken("the header is not JSON")
    }
    var tensors: [String: Tensor] = [:]
    for (name, value) in header where name != "__metadata__" {
      guard let fields = try? JSONSerialization.data(withJSONObject: value),
        let entry = try? JSONDecoder().decode(Entry.self, from: fields)
      else { throw broken("expected dtype, shape and data_offsets", name) }
      guard let type = types.first(where: { $0.name == entry.dtype })?.type else {
        throw broken("unknown dtype \(entry.dtype), expected one of \(types.map(\.name))", name)
      }
      let count = entry.shape.reduce((product: type.size, overflow: false)) { partial, size in
        let (product, overflow) = partial.product.multipliedReportingOverflow(by: size)
        return (product, partial.overflow || overflow || size < 0)
      }
      guard entry.offsets.count == 2, entry.offsets[0] >= 0, entry.offsets[1] >= entry.offsets[0],
        entry.offsets[1] <= data.count - start, !count.overflow, entry.offsets[1] - entry.offsets[0] == count.product
      else { throw broken("offsets \(entry.offsets) do not fit the shape \(entry.shape) or the file", name) }
      let range = (start + entry.offsets[0])..<(start + entry.offsets[1])
      tensors[name] = try data.subdata(in: range).withUnsafeBytes {
        try Tensor(bytes: $0, shape: entry.shape, type: type)
      }
    }
    return tensors
  }

  /// Writes tensors in the order of the list; the file appears whole or not at all.
  public static func write(_ tensors: [(name: String, tensor: Tensor)], to path: String) throws {
    var header: [String: Any] = ["__metadata__": ["format": "pt"]]
    var body = Data()
    for (name, tensor) in tensors {
      guard let dtype = types.first(where: { $0.type == tensor.type })?.name else {
        throw Failure(.bug, "no safetensors dtype for \(tensor.type)", at: name)
      }
      let bytes = try tensor.bytes()
      header[name] = ["dtype": dtype, "shape": tensor.shape, "data_offsets": [body.count, body.count + bytes.count]]
      body.append(contentsOf: bytes)
    }
    var text = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }  // data start at a multiple of 8
    var file = Data()
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(text)
    file.append(body)
    do {
      try file.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw Failure(cannot: "write the file", at: path, error)
    }
  }
}
