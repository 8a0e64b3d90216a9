import Foundation
import Support

// MARK: Numbers

extension ConfigurationSection {
  /// An integer: `12`, `10_000`, or `1e4`, which counts because it is exactly an integer.
  ///
  /// - Parameters:
  ///   - fallback: the default; nil if the key must be written.
  ///   - range: for example `1...` or `1...100_000`.
  public func integer<Range: ConfigurationRange<Int>>(
    _ key: String, default fallback: Int? = nil, in range: Range = Bounds<Int>.any, _ meaning: String,
    unit: String = "1"
  ) throws -> Int {
    try read(key, .integer(range.bounds), default: fallback, meaning, unit: unit)
  }

  /// As `integer`; nil if the key is missing or `null`.
  public func optionalInteger<Range: ConfigurationRange<Int>>(
    _ key: String, in range: Range = Bounds<Int>.any, _ meaning: String, unit: String = "1"
  ) throws -> Int? {
    try readOptional(key, .integer(range.bounds), meaning, unit: unit)
  }

  /// A list of integers, by default of at least one.
  public func integers<Range: ConfigurationRange<Int>, Count: ConfigurationRange<Int>>(
    _ key: String, default fallback: [Int]? = nil, in range: Range = Bounds<Int>.any, count: Count = 1...,
    _ meaning: String,
    unit: String = "1"
  ) throws -> [Int] {
    try read(key, .list(of: .integer(range.bounds), count.bounds), default: fallback, meaning, unit: unit)
  }

  /// A number.
  ///
  /// - Parameters:
  ///   - fallback: the default; nil if the key must be written.
  ///   - range: for example `0...`, `0...1`, `.positive`.
  ///   - finite: false lets `.inf` and `.nan` through.
  public func number<Range: ConfigurationRange<Double>>(
    _ key: String, default fallback: Double? = nil, in range: Range = Bounds<Double>.any, finite: Bool = true,
    _ meaning: String, unit: String = "1"
  ) throws -> Double {
    try read(key, .number(range.bounds, finite: finite), default: fallback, meaning, unit: unit)
  }

  /// As `number`; nil if the key is missing or `null`.
  public func optionalNumber<Range: ConfigurationRange<Double>>(
    _ key: String, in range: Range = Bounds<Double>.any, finite: Bool = true, _ meaning: String, unit: String = "1"
  ) throws -> Double? {
    try readOptional(key, .number(range.bounds, finite: finite), meaning, unit: unit)
  }

  /// A list of numbers, by default of at least one.
  public func numbers<Range: ConfigurationRange<Double>, Count: ConfigurationRange<Int>>(
    _ key: String, default fallback: [Double]? = nil, in range: Range = Bounds<Double>.any, count: Count = 1...,
    finite: Bool = true, _ meaning: String, unit: String = "1"
  ) throws -> [Double] {
    try read(
      key, .list(of: .number(range.bounds, finite: finite), count.bounds), default: fallback, meaning, unit: unit)
  }
}

// MARK: Text, choices and switches

extension ConfigurationSection {
  /// `true` or `false`.
  public func boolean(_ key: String, default fallback: Bool? = nil, _ meaning: String) throws -> Bool {
    try read(key, .boolean, default: fallback, meaning)
  }

  /// A text. What looks like a number or a switch must be in quotes.
  public func text(_ key: String, default fallback: String? = nil, _ meaning: String) throws -> String {
    try read(key, .text, default: fallback, meaning)
  }

  /// As `text`; nil if the key is missing or `null`.
  public func optionalText(_ key: String, _ meaning: String) throws -> String? {
    try readOptional(key, .text, meaning)
  }

  /// A list of texts, by default of at least one.
  public func texts<Count: ConfigurationRange<Int>>(
    _ key: String, default fallback: [String]? = nil, count: Count = 1..., _ meaning: String
  ) throws -> [String] {
    try read(key, .list(of: .text, count.bounds), default: fallback, meaning)
  }

  /// The path of a file or folder. A relative one starts from the folder of the configuration file; one that the command line gives,
  /// from where the user stands.
  ///
  /// The document remembers it: its content counts where results depend on this key (`ConfigurationDocument.externalFiles`).
  ///
  /// - Parameter inPipeline: false for a file that no stage of a pipeline reads, which may be missing there.
  public func path(
    _ key: String, default fallback: String? = nil, inPipeline: Bool = true, _ meaning: String
  ) throws -> String {
    let path = absolute(try read(key, .text, default: fallback, meaning), key)
    if inPipeline { context.note(externalFile: path, of: keyPath(key)) }
    return path
  }

  /// As `path`; nil if the key is missing or `null`.
  public func optionalPath(_ key: String, _ meaning: String) throws -> String? {
    guard let path = try readOptional(key, .text, meaning).map({ absolute($0, key) }) else { return nil }
    context.note(externalFile: path, of: keyPath(key))
    return path
  }

  /// A list of paths; relative ones start from the folder of the configuration file.
  public func paths<Count: ConfigurationRange<Int>>(
    _ key: String, default fallback: [String]? = nil, count: Count = 1..., _ meaning: String
  ) throws -> [String] {
    let paths = try read(key, .list(of: .text, count.bounds), default: fallback, meaning).map { absolute($0, key) }
    for (position, path) in paths.enumerated() { context.note(externalFile: path, of: "\(keyPath(key)).\(position)") }
    return paths
  }

  private func absolute(_ path: String, _ key: String) -> String {
    path.hasPrefix("/") || entries[key]?.isOverride == true ? path : "\(context.folder)/\(path)"
  }

  /// One of the cases of an enumeration, by its raw value.
  public func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, default fallback: Choice? = nil, _ meaning: String
  ) throws -> Choice where Choice.RawValue == String {
    try read(key, choiceKind(), default: fallback, meaning)
  }

  /// As `choice`; nil if the key is missing or `null`.
  public func optionalChoice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ meaning: String
  ) throws -> Choice? where Choice.RawValue == String {
    try readOptional(key, choiceKind(), meaning)
  }

  /// A list of cases, by default of at least one.
  public func choices<Choice: RawRepresentable & CaseIterable, Count: ConfigurationRange<Int>>(
    _ key: String, default fallback: [Choice]? = nil, count: Count = 1..., _ meaning: String
  ) throws -> [Choice] where Choice.RawValue == String {
    try read(key, .list(of: choiceKind(), count.bounds), default: fallback, meaning)
  }

  func choiceKind<Choice: RawRepresentable & CaseIterable>() throws -> ValueKind<Choice>
  where Choice.RawValue == String {
    guard let first = Choice.allCases.first else { throw Failure(.bug, "the choice \(Choice.self) has no cases") }
    return .choice(first)
  }
}
