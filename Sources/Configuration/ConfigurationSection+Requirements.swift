import Support

// MARK: What must hold between keys, or for all entries of a list

extension ConfigurationSection {
  /// Throws the failure where the condition does not hold. While keys are described there are no values, and nothing is checked.
  public func require(_ condition: @autoclosure () throws -> Bool, _ failure: @autoclosure () -> Failure) throws {
    guard !isDescribing else { return }
    guard try condition() else { throw failure() }
  }

  /// Runs a check that throws by itself. While keys are described there are no values, and nothing is checked.
  public func check(_ body: () throws -> Void) rethrows {
    if !isDescribing { try body() }
  }

  /// Throws a failure that names the key and the first value that is there twice.
  ///
  /// - Parameter key: for messages.
  public func requireUnique<Value: Hashable>(_ values: [Value], _ key: String) throws {
    guard !isDescribing else { return }
    var seen: Set<Value> = []
    guard let twice = values.first(where: { !seen.insert($0).inserted }) else { return }
    throw Failure(
      .usage, "\(path).\(key): expected different values, found \(twice) twice", at: location, remedy: "name each once")
  }

  /// Refuses a key that other sections of this kind have, and says why; `finish()` would only say that it is unknown.
  public func refuse(_ key: String, remedy: String) throws {
    guard let node = entries[key] else { return }
    throw Failure(.usage, "\(path): unknown key `\(key)`", at: node.location, remedy: remedy)
  }
}
