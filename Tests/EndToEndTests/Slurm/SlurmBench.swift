import Foundation
import Testing

/// A small pipeline whose stages can be held, made to fail, and counted; and what happens to it on Slurm.
final class SlurmBench: Sendable {
  let temporary: TemporaryFolder
  var folder: String { temporary.path }
  /// The folder of the run.
  let run: String
  private var control: String { "\(folder)/control" }

  /// - Parameter overrides: changes of the pipeline, `key.path=value`.
  init(_ overrides: String..., profile: String = SlurmBench.profile) throws {
    temporary = try TemporaryFolder()
    run = "\(temporary.path)/run"
    self.overrides = overrides
    for name in ["control", "bin"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    try write(Self.pipeline, to: "case.yaml")
    try write(profile, to: "profile.yaml")
    for stage in ["generate", "train", "sweep", "aggregate"] {
      let path = "bin/implicit-\(stage)"
      try write(
        Self.script.replacing("CONTROL", with: control).replacing("STAGE", with: "\(Executables.folder)/implicit-\(stage)"),
        to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(path)")
    }
  }

  private let overrides: [String]

  static let pipeline = """
    case_study: linear-programs
    title: a test
    seed: 1
    dataset:
      {constraints: 2, variables: 3, nonzeros: 4, train: {attempts: 60, keep: 16}, test: {attempts: 400, keep: 100}}
    models:
      explicit-8: {architecture: explicit-gnn, embedding: 8}
      implicit-8: {architecture: implicit-gnn, embedding: 8}
    training: {phases: [{steps: 20, iterations: 3, learning_rate: 0.01}]}
    sweep: {iterations: 4, samples: 10, chunk: 5, splits: [test]}
    """

  static let profile = """
    template: \(Executables.repository)/slurm/job.sh.mustache
    signal_seconds: 60
    defaults: {time: "0:10:00", memory: 100M}
    """

  /// A stage: notes that it was started, waits while `hold-NAME` or `hold-all` exists, fails if `fail-NAME` names a status, and
  /// becomes the real one. NAME is that of the output.
  private static let script = """
    #!/bin/sh
    for word; do
      [ "$before" != --out ] || name=$(basename "$word" .h5)
      before=$word
    done
    echo "$name" >>CONTROL/started
    trap 'exit 75' TERM
    while [ -e CONTROL/hold-all ] || [ -e "CONTROL/hold-$name" ]; do sleep 0.05; done
    if [ -e "CONTROL/fail-$name" ]; then echo "no luck with $name"; exit "$(cat "CONTROL/fail-$name")"; fi
    exec STAGE "$@"
    """

  func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(path)"))
  }
  func set(_ name: String, _ text: String = "") throws { try write(text, to: "control/\(name)") }
  func clear(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(control)/\(name)") }

  /// The names of the outputs whose stages were started, in alphabetical order; forgotten once asked for.
  func started() -> [String] {
    let path = "\(control)/started"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    try? FileManager.default.removeItem(atPath: path)
    return text.split(separator: "\n").map(String.init).sorted()
  }

  /// Waits until the stage of an output was started.
  func waitForStart(of name: String) async throws {
    try await wait("the start of \(name)") {
      let text = (try? String(contentsOfFile: "\(self.control)/started", encoding: .utf8)) ?? ""
      return text.split(separator: "\n").contains { $0 == name }
    }
  }

  // MARK: commands

  func arguments(_ command: String) -> [String] {
    [command, "\(folder)/case.yaml", "--out", run, "--bin", "\(folder)/bin"]
      + overrides.flatMap { ["--set", $0] }
  }

  struct Submission: Decodable {
    struct Job: Decodable {
      var id: String
      var name: String
      var script: String
      var dependency: String?
      var tasks: [String]
    }
    var jobs: [Job]
    var inQueue: [String]
    var upToDate: [String]

    subscript(name: String) -> Job? { jobs.first { $0.name == name } }
    var tasks: Set<String> { Set(jobs.flatMap(\.tasks)) }
  }

  var submitArguments: [String] { arguments("submit") + ["--profile", "\(folder)/profile.yaml"] }

  @discardableResult
  func submit(environment: [String: String] = [:]) throws -> Submission {
    let result = try Shell.run(
      ["\(Executables.folder)/implicit-pipeline"] + submitArguments + ["--json"], environment: environment)
    try #require(result.status == 0, "\(result.output)")
    return try JSONDecoder().decode(Submission.self, from: Data(result.output.utf8))
  }

  struct Status: Decodable {
    struct Entry: Decodable {
      struct Progress: Decodable {
        var done: Int
        var total: Int
      }
      var task: String
      var state: String
      var reason: String?
      var progress: Progress?
      var seconds: Double?
      var attempts: Int?
      var peakMemory: Int?
      var exitStatus: Int32?
      var message: String?
      var job: String?
      var contentHash: String?
      var log: String
    }
    var tasks: [Entry]
    var note: String?

    subscript(task: String) -> Entry? { tasks.first { $0.task == task } }
    func tasks(_ state: String) -> [String] { tasks.filter { $0.state == state }.map(\.task) }
    var isMoving: Bool { tasks.contains { ["queued", "running"].contains($0.state) } }
    /// The content of all but the report, which says how and when it was made.
    var hashes: [String: String] {
      Dictionary(
        uniqueKeysWithValues: tasks.filter { $0.task != "aggregate" }.map { ($0.task, $0.contentHash ?? "none") })
    }
  }

  func status(of folder: String? = nil) throws -> Status {
    let result = try Shell.run("\(Executables.folder)/implicit-pipeline", "status", folder ?? run, "--json")
    try #require(result.status == 0, "\(result.output)")
    return try JSONDecoder().decode(Status.self, from: Data(result.output.utf8))
  }

  /// Waits until Slurm has nothing more to do, and looks.
  @discardableResult
  func finish() async throws -> Status {
    try await Slurm.finish()
    return try status()
  }

  /// Runs the pipeline here.
  func runHere(to folder: String) throws -> [String: String] {
    var words = arguments("run")
    if let out = words.firstIndex(of: run) { words[out] = folder }
    let result = try Shell.run(["\(Executables.folder)/implicit-pipeline"] + words)
    try #require(result.status == 0, "\(result.output)")
    return try status(of: folder).hashes
  }

  /// Makes the run one in which everything is done but some stages and the report.
  func copy(_ folder: String, without stages: [String]) throws {
    let files = FileManager.default
    try files.copyItem(atPath: folder, toPath: run)
    let folders = ["generate": "datasets", "train": "models", "sweep": "sweeps", "aggregate": "report"]
    for stage in stages + ["aggregate"] {
      try files.removeItem(atPath: "\(run)/\(try #require(folders[stage]))")
      for location in ["tasks", "logs", "progress"] {
        for name in try files.contentsOfDirectory(atPath: "\(run)/\(location)") where name.hasPrefix(stage) {
          try files.removeItem(atPath: "\(run)/\(location)/\(name)")
        }
      }
    }
  }

  /// Lets the stage of a task begin and get somewhere, and stops its work there.
  ///
  /// - Returns: its process, which SIGCONT lets go on.
  func pause(_ task: String) async throws -> Int32 {
    struct Record: Decodable {
      struct Process: Decodable { var pid: Int32 }
      var process: Process?
    }
    struct Progress: Decodable { var done: Int }
    func read<Value: Decodable>(_: Value.Type, _ path: String) -> Value? {
      FileManager.default.contents(atPath: "\(run)/\(path)").flatMap { try? JSONDecoder().decode(Value.self, from: $0) }
    }
    var found: Int32?
    try await wait("the start of \(task)", every: 5) {
      found = read(Record.self, "tasks/\(task).json")?.process?.pid
      return found != nil && read(Progress.self, "progress/\(task).json") != nil
    }
    let process = try #require(found)
    // Progress is written once a second, so after one the next step of the work shows.
    kill(process, SIGSTOP)
    try await Task.sleep(for: .seconds(1.1))
    kill(process, SIGCONT)
    try await wait("progress of \(task)", every: 2) { (read(Progress.self, "progress/\(task).json")?.done ?? 0) > 0 }
    kill(process, SIGSTOP)
    return process
  }
}

/// What Slurm says.
enum Slurm {
  /// The jobs that are not over, `17_3 PENDING BeginTime`.
  static func queue() throws -> [String] {
    let result = try Shell.run("squeue", "-h", "-r", "-o", "%i %T %r")
    try #require(result.status == 0, "\(result.output)")
    return result.output.split(separator: "\n").map(String.init)
  }

  /// Waits until there is nothing more to do.
  static func finish() async throws { try await wait("an empty queue") { try queue().isEmpty } }
}

/// Something that did not happen.
struct Overdue: Error, CustomStringConvertible { var description: String }

/// Waits until something is so.
///
/// - Parameter every: milliseconds between two looks.
func wait(_ what: String, seconds: Double = 100, every: Int = 150, _ isSo: () throws -> Bool) async throws {
  let deadline = Date().addingTimeInterval(seconds)
  while try !isSo() {
    if Date() >= deadline { throw Overdue(description: "no \(what) within \(seconds) s; the queue: \(try Slurm.queue())") }
    try await Task.sleep(for: .milliseconds(every))
  }
}
