/// Runs the body as the only writer of an output.
///
/// - Returns: what the body returns.
/// - Throws: `.cannotCreate` as `OutputLock` does; whatever the body throws.
public func withOutputLock<Result>(_ output: String, _ body: () throws -> Result) throws -> Result {
  let lock = try OutputLock(for: output)
  return try withExtendedLifetime(lock) { try body() }
}
