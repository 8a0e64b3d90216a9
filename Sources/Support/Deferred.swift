import Synchronization

/// A value that is made when it is first asked for, once, whichever thread asks; an error is the same each time.
///
/// What holds tensors is made this way where a configuration is read: a pipeline is planned, and a mistake is found, without
/// LibTorch.
public final class Deferred<Value: Sendable>: Sendable {
  private let made = Mutex<Result<Value, any Error>?>(nil)
  private let make: @Sendable () throws -> Value

  /// - Parameter make: makes the value when it is first asked for.
  public init(_ make: @escaping @Sendable () throws -> Value) { self.make = make }

  /// The value, made at the first call; an error is thrown again at every call.
  public var value: Value {
    get throws {
      try made.withLock { made in
        let result = made ?? Result { try make() }
        made = result
        return result
      }.get()
    }
  }
}
