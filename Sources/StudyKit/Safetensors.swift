import Foundation
import Support
import Torch

/// The safetensors format; `SafetensorsFile` says what it is.
public enum Safetensors {
  /// Reads all tensors of a file.
  ///
  /// - Throws: `Failure`: missing input, or bad data that names the tensor and what is wrong with it.
  public static func read(_ path: String) throws -> [String: Tensor] {
    let file = try SafetensorsFile(path)
    return try file.entries.reduce(into: [:]) { tensors, entry in tensors[entry.key] = try file.tensor(entry.key) }
  }

  /// Writes tensors in the order of the list; the file appears whole or not at all.
  public static func write(_ tensors: [(name: String, tensor: Tensor)], to path: String) throws {
    var header: [String: Any] = ["__metadata__": ["format": "pt"]]
    var body = Data()
    for (name, tensor) in tensors {
      guard let dtype = SafetensorsFile.types.first(where: { $0.type == tensor.type })?.name else {
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
    try writeAtomically(file, to: path)
  }
}
