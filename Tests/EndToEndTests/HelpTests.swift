import Foundation
import Testing

/// What every command says about itself, as `Tests/Fixtures/help` keeps it: a change of the command line is seen in a review.
///
///     UPDATE_HELP=1 pipelines/test.sh --filter HelpTests     # writes the files anew
@Suite struct HelpTests {
  static let commands = [
    "implicit-generate", "implicit-generate draw", "implicit-generate merge", "implicit-train", "implicit-sweep",
    "implicit-sweep model", "implicit-sweep published", "implicit-apply", "implicit-apply dataset", "implicit-apply picture",
    "implicit-aggregate", "implicit-inspect", "implicit-inspect validate",
    "implicit-inspect diff", "implicit-inspect config", "implicit-inspect import-weights", "implicit-inspect export-weights",
    "implicit-inspect export", "implicit-benchmark", "implicit-benchmark steps", "implicit-benchmark price-data",
    "implicit-benchmark price-model", "implicit-pipeline", "implicit-pipeline plan", "implicit-pipeline run",
    "implicit-pipeline submit", "implicit-pipeline status", "implicit-pipeline rerun", "implicit-pipeline cancel",
    "implicit-pipeline task",
  ]

  private static let folder = "\(Executables.repository)/Tests/Fixtures/help"
  private static func name(_ command: String) -> String { command.replacing(" ", with: "-") + ".txt" }
  private static func help(_ command: String) async throws -> String {
    // As wide as in a log, whatever the terminal of the tests.
    let result = try await Executables.shell("unset COLUMNS; \(command) --help")
    try #require(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    return result.output
  }

  @Test(arguments: commands) func `The help of a command is as it is kept`(command: String) async throws {
    let help = try await Self.help(command)
    let file = URL(fileURLWithPath: "\(Self.folder)/\(Self.name(command))")
    if ProcessInfo.processInfo.environment["UPDATE_HELP"] != nil {
      try FileManager.default.createDirectory(atPath: Self.folder, withIntermediateDirectories: true)
      try Data(help.utf8).write(to: file)
    }
    let kept = try? String(contentsOf: file, encoding: .utf8)
    #expect(help == kept, "if that is meant: UPDATE_HELP=1 pipelines/test.sh --filter HelpTests")
  }

  @Test func `Every subcommand that a help text lists is kept, and nothing else is`() async throws {
    var listed: Set<String> = []
    for command in Self.commands where !command.contains(" ") {
      listed.insert(command)
      // Two spaces and a name; the lines below a name are further to the right.
      let lines = try await Self.help(command).split(separator: "SUBCOMMANDS:").dropFirst().joined().split(separator: "\n")
      for line in lines {
        guard let name = line.wholeMatch(of: /\ \ ([a-z][a-z-]*)( .*)?/)?.1 else { continue }
        listed.insert("\(command) \(name)")
      }
    }
    let hidden: Set = [
      "implicit-generate draw", "implicit-pipeline task", "implicit-benchmark price-data", "implicit-benchmark price-model",
    ]
    #expect(listed.union(hidden) == Set(Self.commands))
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
    #expect(Set(files) == Set(Self.commands.map(Self.name)))
  }
}
