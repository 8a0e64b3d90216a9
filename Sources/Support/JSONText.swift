import Foundation

/// How values become JSON, everywhere in this package: sorted keys, dates in ISO 8601, no escaped slashes.
package enum JSONText {
  /// For people and programs: on several lines.
  package static func data(_ value: some Encodable) throws -> Data {
    try encode(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
  }

  /// On one line.
  package static func compact(_ value: some Encodable) throws -> Data {
    try encode(value, [.sortedKeys, .withoutEscapingSlashes])
  }

  private static func encode(_ value: some Encodable, _ format: JSONEncoder.OutputFormatting) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = format
    encoder.dateEncodingStrategy = .iso8601
    return try encoder.encode(value)
  }

  /// The opposite of the above.
  package static func decode<Value: Decodable>(_: Value.Type, from data: Data) throws -> Value {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return try decoder.decode(Value.self, from: data)
  }
}

/// A value as readable JSON.
public func jsonText(_ value: some Encodable) throws -> String { String(decoding: try JSONText.data(value), as: UTF8.self) }

/// Writes a value as readable JSON under a temporary name and renames it.
///
/// - Throws: `.cannotCreate`, or `.io` when the disk is full.
package func writeJSON(_ value: some Encodable, to path: String) throws {
  do {
    try JSONText.data(value).write(to: URL(fileURLWithPath: path), options: .atomic)
  } catch {
    throw Failure(cannot: "write this file", at: path, error)
  }
}
