/// The intention to write an output: what it is made from, and whether it may take the place of something else.
public struct OutputClaim {
  /// The file that is to be written.
  public var path: String
  /// Files that it is made from; none of them may be overwritten.
  public var inputs: [String]
  /// Files beside the output that come and go with the work, such as a checkpoint.
  public var companions: [String]
  /// Whether anything at the path may be replaced, not only an earlier version of the output.
  public var replaces: Bool
  /// What is at a path, in words, if it is no earlier version of the output: `a dataset of linear-programs`.
  public var occupant: (_ path: String) throws -> String?

  /// What to say before an earlier version of the output is replaced; nil for nothing.
  public var notice: (_ path: String) -> String? = { _ in nil }

  /// A claim to a path.
  public init(
    _ path: String, inputs: [String] = [], companions: [String] = [], replaces: Bool = false,
    occupant: @escaping (_ path: String) throws -> String? = { _ in nil }
  ) {
    (self.path, self.inputs, self.companions, self.replaces, self.occupant) = (path, inputs, companions, replaces, occupant)
  }

  /// - Throws: `.usage` where an input would be overwritten; `.cannotCreate` where the path can hold no file, or holds something
  ///   else that `replaces` does not give up.
  func check() throws {
    guard !path.isEmpty else { return }
    let target = try OutputPath.resolved(path)
    try OutputPath.check([path] + companions, against: inputs)
    if companions.contains(path) {
      throw Failure(
        .usage, "the output has the name of a file that comes and goes with the work", at: path, remedy: "choose another name")
    }
    guard !replaces else { return }
    guard let found = try occupant(target) else {
      if let notice = notice(target) { Console.standardError.print("\(path): \(notice)") }
      return
    }
    throw Failure(
      .cannotCreate, "there is something else already: \(found)", at: path,
      remedy: "choose another name for the output, or give --replace to lose what is there")
  }
}

/// Runs the body as the only writer of an output, after the claim was checked.
///
/// - Returns: what the body returns.
/// - Throws: what is wrong with the claim; `.cannotCreate` as `OutputLock` does; whatever the body throws.
public func withOutputLock<Result>(_ claim: OutputClaim, _ body: () throws -> Result) throws -> Result {
  try claim.check()
  let lock = try OutputLock(for: claim.path)
  return try withExtendedLifetime(lock) { try body() }
}
