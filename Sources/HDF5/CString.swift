/// Text that the library passes through callbacks and buffers.
enum CString {
  /// Gathers names inside a C callback, to which it is passed as a pointer.
  final class Collector {
    private(set) var names: [String] = []

    func add(_ name: UnsafePointer<CChar>?) {
      if let name { add(String(cString: name)) }
    }

    func add(_ name: String) { names.append(name) }

    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static func at(_ context: UnsafeMutableRawPointer?) -> Collector? {
      context.map { Unmanaged<Collector>.fromOpaque($0).takeUnretainedValue() }
    }
  }

  /// Reads text by a function that returns the length, and fills a buffer if there is one.
  static func read(_ fill: (UnsafeMutablePointer<CChar>?, Int) throws -> Int) rethrows -> String {
    let length = try fill(nil, 0)
    var buffer = [CChar](repeating: 0, count: length + 1)
    _ = try buffer.withUnsafeMutableBufferPointer { try fill($0.baseAddress, $0.count) }
    return text(buffer)
  }

  /// The text before the first NUL.
  static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
