/// What went wrong at the boundary to LibTorch.
///
///     do {
///       _ = try Tensor([1, 2, 3], shape: [2, 2])
///     } catch let error as TorchError {
///       print(error)  // tensor from data: expected shape a product of 3, found [2, 2]
///     }
public enum TorchError: Error, Equatable, Sendable, CustomStringConvertible {
  /// LibTorch refused: shapes that do not fit, types, devices. The message is LibTorch's.
  case libtorch(operation: String, message: String)
  /// The call itself was malformed.
  case argument(operation: String, message: String)
  /// The device or the host ran out of memory.
  case outOfMemory(operation: String, message: String)
  /// A tensor does not have the shape that the operation needs.
  case shape(operation: String, expected: String, found: [Int])
  /// A tensor does not have the element type that the operation needs.
  case type(operation: String, expected: String, found: DType)
  /// LibTorch, or the library that binds it, cannot be loaded. The message is the dynamic loader's.
  case library(String)
  /// No such device in this process.
  case device(String)

  /// One line that names the operation, what was expected and what was found.
  public var description: String {
    switch self {
    case .libtorch(let operation, let message): "LibTorch, \(operation): \(message)"
    case .argument(let operation, let message): "\(operation): \(message)"
    case .outOfMemory(let operation, let message): "\(operation): out of memory: \(message)"
    case .shape(let operation, let expected, let found): "\(operation): expected shape \(expected), found \(found)"
    case .type(let operation, let expected, let found):
      "\(operation): expected element type \(expected), found \(found)"
    case .library(let message): "LibTorch cannot be loaded: \(message)"
    case .device(let message): message
    }
  }
}
