import Foundation
import Support

/// What a stage has computed so far, entry by entry in their order, in a file beside its output: a stage that was stopped or
/// killed goes on behind the last whole entry.
///
/// The file is a line of text, a line with the identity, and then for each entry its length (8 bytes, little-endian), the hash
/// of its bytes (64 hexadecimal digits) and the bytes. An entry that a kill cut off does not have its hash, and is dropped.
public final class ResumeLog {
  package let path: String
  private let file: FileHandle
  private let identity: String
  /// Where the entries begin, in bytes.
  private var header: Data { Data("implicit-partial 1\n\(identity)\n".utf8) }

  /// `sweeps/implicit-8-test.sweep.h5` has its partial results in `sweeps/implicit-8-test.sweep.partial`.
  package static func path(of output: String) -> String { "\((output as NSString).deletingPathExtension).partial" }

  /// Opens the file.
  ///
  /// - Parameters:
  ///   - resumes: whether entries that are there count; else the file starts anew.
  ///   - identity: all that decides about the entries, as 64 hexadecimal digits.
  /// - Throws: `.badData` if the entries are of something else; `.cannotCreate`, `.io`.
  package init(of output: String, resumes: Bool, identity: String) throws {
    path = Self.path(of: output)
    self.identity = identity
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | (resumes ? 0 : O_TRUNC), 0o644)
    guard descriptor >= 0 else {
      throw Failure(
        .cannotCreate, "cannot create the file: \(String(cString: strerror(errno)))", at: path,
        remedy: "check that you may write in the folder of the output")
    }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try checkHeader()
  }

  private func checkHeader() throws {
    let found = try reading { try file.read(upToCount: header.count) ?? Data() }
    if found == header { return }
    // Killed before the first line was whole, or new.
    guard header.starts(with: found) else {
      throw Failure(
        .badData, "the partial results are of another configuration, seed or input", at: path,
        remedy: "run without --resume to start anew, or restore the configuration they were made with")
    }
    try writing {
      try file.truncate(atOffset: 0)
      try file.write(contentsOf: header)
    }
  }

  /// Hands over the entries that are there, in their order; then new ones can be appended.
  package func restore(_ body: (ResumeDecoder) throws -> Void) throws {
    var end = UInt64(header.count)
    try reading { try file.seek(toOffset: end) }
    while let entry = try nextEntry() {
      try body(ResumeDecoder(entry, of: path))
      end = try reading { try file.offset() }
    }
    try writing {
      try file.truncate(atOffset: end)
      try file.seek(toOffset: end)
    }
  }

  private func nextEntry() throws -> Data? {
    try reading {
      guard let length = try file.read(upToCount: 8), length.count == 8, let hash = try file.read(upToCount: 64) else {
        return nil
      }
      let count = length.reversed().reduce(0) { $0 << 8 | UInt64($1) }
      // More than is left: the length itself may be damaged.
      let offset = try file.offset()
      let end = try file.seekToEnd()
      guard count <= end - offset else { return nil }
      try file.seek(toOffset: offset)
      let data = count == 0 ? Data() : try file.read(upToCount: Int(count)) ?? Data()
      return data.count == Int(count) && SHA256.hash(data) == String(decoding: hash, as: UTF8.self) ? data : nil
    }
  }

  package func append(_ entry: ResumeEncoder) throws {
    var record = Data()
    withUnsafeBytes(of: UInt64(entry.data.count).littleEndian) { record.append(contentsOf: $0) }
    record.append(contentsOf: SHA256.hash(entry.data).utf8)
    record.append(entry.data)
    try writing { try file.write(contentsOf: record) }
  }

  /// Removes the results of a stage that failed in a way that would come again; what was interrupted, or met a full disk, can
  /// be resumed, and a file of something else is not ours to remove.
  package static func discard(of output: String, after error: any Error) {
    let failure = Failure(describing: error)
    let path = path(of: output)
    guard failure.location != path, failure.status != .interrupted, failure.status != .io else { return }
    try? FileManager.default.removeItem(atPath: path)
  }

  /// To be called when the output is there.
  package func delete() { try? FileManager.default.removeItem(atPath: path) }

  private func reading<Value>(_ body: () throws -> Value) throws -> Value { try mapping("read", body) }
  private func writing<Value>(_ body: () throws -> Value) throws -> Value { try mapping("write", body) }
  private func mapping<Value>(_ verb: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch {
      throw Failure(
        .io, "cannot \(verb) this file: \(error.localizedDescription)", at: path,
        remedy: "check the disk; free some space if it is full")
    }
  }
}
