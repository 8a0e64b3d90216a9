import CHDF5

/// How values of one type get from and to the library's memory. Only this module makes one.
public struct ElementCodec<Value>: Sendable {
  typealias Read =
    @Sendable (_ count: Int, _ fileType: hid_t, CallContext, (hid_t, UnsafeMutableRawPointer) throws -> Void) throws -> [Value]
  typealias Write =
    @Sendable (_ values: [Value], _ fileType: hid_t, CallContext, (hid_t, UnsafeRawPointer) throws -> Void) throws -> Void

  /// Reads `count` values: calls the transfer once with a memory type and a buffer for it.
  let read: Read
  /// Writes values: calls the transfer once with a memory type and a buffer of it.
  let write: Write
}
