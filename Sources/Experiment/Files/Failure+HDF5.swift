import HDF5

extension Failure {
  /// Runs `body`; an `HDF5Error` comes out as a `Failure`.
  public static func mapping<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as HDF5Error { throw ErrorMapping.failure(from: error) }
  }
}
