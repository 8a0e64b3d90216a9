import Foundation
import Support

/// Numbers and texts as bytes of this machine, every bit kept: what is saved for a resume goes no further than the next attempt.
package struct ResumeEncoder {
  package private(set) var data = Data()

  package init() {}

  package mutating func add(_ value: Int) { withUnsafeBytes(of: value) { data.append(contentsOf: $0) } }

  package mutating func add(_ text: String) { add(Array(text.utf8)) }

  package mutating func add<Number: BitwiseCopyable>(_ values: [Number]) {
    add(values.count)
    values.withUnsafeBytes { data.append(contentsOf: $0) }
  }

  /// A list of anything.
  package mutating func add<Value>(_ values: [Value], each: (inout ResumeEncoder, Value) -> Void) {
    add(values.count)
    for value in values { each(&self, value) }
  }
}

/// Reads back what `ResumeEncoder` wrote, in the same order.
package struct ResumeDecoder {
  private let path: String
  private var rest: Data

  /// - Parameter path: of the file, for messages.
  package init(_ data: Data, of path: String) { (rest, self.path) = (data, path) }

  package mutating func integer() throws -> Int { try numbers(1, of: Int.self)[0] }

  package mutating func text() throws -> String { String(decoding: try array(of: UInt8.self), as: UTF8.self) }

  package mutating func array<Number: BitwiseCopyable>(of: Number.Type = Number.self) throws -> [Number] {
    try numbers(integer(), of: Number.self)
  }

  package mutating func list<Value>(_ each: (inout ResumeDecoder) throws -> Value) throws -> [Value] {
    try (0..<integer()).map { _ in try each(&self) }
  }

  private mutating func numbers<Number: BitwiseCopyable>(_ count: Int, of: Number.Type) throws -> [Number] {
    let size = count.multipliedReportingOverflow(by: MemoryLayout<Number>.stride)
    guard count >= 0, !size.overflow, size.partialValue <= rest.count else {
      throw Failure(.badData, "an entry ends too early", at: path, remedy: "delete the file and run the stage again")
    }
    let bytes = rest.prefix(size.partialValue)
    rest = rest.dropFirst(size.partialValue)
    return [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
      _ = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
      initialized = count
    }
  }
}
