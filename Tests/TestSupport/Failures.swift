import Support
import Testing

/// The failure that the body must throw.
public func thrownFailure(by body: () throws -> Void) throws -> Failure {
  try #require(throws: Failure.self) { try body() }
}
