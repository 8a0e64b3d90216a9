import CTorch

/// The functions of the C boundary, loaded together with LibTorch when the first of them is needed.
enum LibTorch {
  typealias API = UnsafePointer<ct_api>

  private struct Loaded: @unchecked Sendable { let api: API }

  private static let loaded: Result<Loaded, TorchError> = {
    var table: API?
    var error = ct_error()
    guard ct_load(&table, &error) == CT_OK, let table else {
      let message = error.message.map { String(cString: $0) } ?? "no message"
      ct_error_clear(&error)
      return .failure(.library(message))
    }
    return .success(Loaded(api: table))
  }()

  /// - Throws: `TorchError.library` where LibTorch cannot be loaded, the same at every call.
  static var api: API { get throws(TorchError) { try loaded.get().api } }

  /// Nil where LibTorch cannot be loaded; for what cannot throw.
  static var apiIfLoaded: API? { try? api }
}

/// Runs one function of the C boundary and turns its status into an error.
@inline(__always)
func checked(
  _ operation: @autoclosure () -> String, _ body: (LibTorch.API, inout ct_error) -> ct_status
) throws(TorchError) {
  let api = try LibTorch.api
  var error = ct_error()
  let status = body(api, &error)
  if status == CT_OK { return }
  let message = error.message.map { String(cString: $0) } ?? "no message"
  ct_error_clear(&error)
  switch status {
  case CT_LIBTORCH: throw .libtorch(operation: operation(), message: message)
  case CT_OUT_OF_MEMORY: throw .outOfMemory(operation: operation(), message: message)
  default: throw .argument(operation: operation(), message: message)
  }
}
