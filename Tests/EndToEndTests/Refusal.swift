import Foundation
import Testing

/// A command line that cannot end well, and what must come of it.
///
/// The line finds two empty folders: `$IN` for what it needs, and `$OUT`, which must be empty in the end too.
struct Refusal: Sendable, CustomTestStringConvertible {
  var line: String
  var status: Int32
  /// What the message must name: the file, the object in it, the remedy.
  var named: [String]

  init(_ line: String, _ status: Int32, _ named: String...) { (self.line, self.status, self.named) = (line, status, named) }

  var testDescription: String { line }

  /// Runs the line.
  ///
  /// - Parameters:
  ///   - prepare: puts files into the folder it is given, which is `$IN`.
  ///   - after: looks at what became of them.
  func check(_ prepare: (String) throws -> Void = { _ in }, after: () async throws -> Void = {}) async throws {
    let (input, output) = (try TemporaryFolder(), try TemporaryFolder())
    try prepare(input.path)
    let variables = ["IN": input.path, "OUT": output.path].merging(SmokeRun.variables) { $1 }
    let result = try await Executables.shell(line, variables)
    #expect(result.status == status, "\(result.errors)")
    // A wrong command line is answered with its usage, everything else with a remedy behind an arrow.
    #expect(result.errors.contains("\n  -> ") || (status == 64 && result.errors.contains("\nUsage: ")))
    for text in named {
      let text = variables.reduce(text) { $0.replacing("$\($1.key)", with: $1.value) }
      #expect(result.errors.contains(text), "\(text) in:\n\(result.errors)")
    }
    #expect(result.output.isEmpty)
    #expect(try names(in: output.path) == [])
    try await after()
  }
}
