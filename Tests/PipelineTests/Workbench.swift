import Foundation
import Testing

@testable import Pipeline
@testable import StudyRegistry
@testable import Support

/// A temporary folder with a pipeline file and stages that are shell scripts: they do what the files in `control` say, and
/// write down that they ran.
final class Workbench: Sendable {
  let folder: String
  var pipeline: String { "\(folder)/case.yaml" }
  var run: String { "\(folder)/run" }
  private var control: String { "\(folder)/control" }

  init(_ configuration: String = Workbench.configuration) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "pipeline-\(UUID().uuidString)").path
    for name in ["control", "bin"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    try write(configuration, to: "case.yaml")
    for stage in Stage.allCases {
      let path = "bin/\(stage.executable)"
      try write(Self.script.replacing("CONTROL", with: control), to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(path)")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Two models on linear programs, as small as the configuration allows.
  static let configuration = """
    case_study: linear-programs
    title: a test
    seed: 1
    dataset: {constraints: 2, variables: 3, nonzeros: 4, train: {attempts: 4}, test: {attempts: 4}}
    models:
      explicit-8: {architecture: explicit-gnn, embedding: 8}
      implicit-8: {architecture: implicit-gnn, embedding: 8}
    training: {phases: [{steps: 10, iterations: 3, learning_rate: 0.01}]}
    sweep: {iterations: 8}
    """

  /// A stage: waits while `hold-NAME` exists, leaves with 75 when asked to stop, fails if `fail-NAME` names a status,
  /// and writes what it was made from, or `content-NAME` if that exists. NAME is that of the output.
  private static let script = """
    #!/bin/sh
    stage=$(basename "$0"); made=; threads=0; extra=
    case $1 in merge) stage=merge ;; esac
    while [ $# -gt 0 ]; do
      case $1 in
        --out) out=$2; shift ;;
        --threads) threads=$2; shift ;;
        --config | --preset | --set | --progress) shift ;;
        --resume) extra=" resumed" ;;
        --*) ;;
        *.h5) made="$made$(cat "$1") " ;;
      esac
      shift
    done
    name=$(basename "$out" .h5)
    note() { echo "$1 $name$2" >> "CONTROL/events"; }
    trap 'note stopped; exit 75' TERM
    note start "$extra with $threads"
    echo "working on $name"
    while [ -e "CONTROL/hold-$name" ]; do sleep 0.02; done
    if [ -e "CONTROL/kill-$name" ]; then rm "CONTROL/kill-$name"; kill -KILL $$; fi
    if [ -e "CONTROL/fail-$name" ]; then echo "no luck with $name"; exit "$(cat "CONTROL/fail-$name")"; fi
    case $stage in implicit-aggregate) mkdir -p "$out"; out="$out/report.html" ;; esac
    if [ -e "CONTROL/content-$name" ]; then cp "CONTROL/content-$name" "$out.part"; else echo "$stage: $made" > "$out.part"; fi
    [ -e "CONTROL/nothing-$name" ] || mv "$out.part" "$out"
    note end
    if [ -e "CONTROL/verdict" ]; then echo "outside its band"; exit 77; fi
    """

  // MARK: control

  func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path.hasPrefix("/") ? path : "\(folder)/\(path)"))
  }
  func set(_ name: String, _ text: String = "") throws { try write(text, to: "control/\(name)") }
  func clear(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(control)/\(name)") }

  /// What the stages wrote down, in order: `start implicit-8 with 1`, `end implicit-8`.
  var events: [String] {
    let text = (try? String(contentsOfFile: "\(control)/events", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init)
  }
  /// The names of the outputs whose stages were started, in order.
  var started: [String] { events.filter { $0.hasPrefix("start ") }.map { String($0.split(separator: " ")[1]) } }
  func forgetEvents() throws { if FileManager.default.fileExists(atPath: "\(control)/events") { try clear("events") } }

  /// Waits until an event was written.
  func wait(for event: String) async throws {
    try await wait(until: "there is the event `\(event)`") { events.contains { $0.hasPrefix(event) } }
  }

  /// Waits until a condition holds. One that cannot be found out yet does not.
  func wait(until condition: String, _ holds: () throws -> Bool) async throws {
    let deadline = Date().addingTimeInterval(20)
    while (try? holds()) != true {
      guard Date() < deadline else { throw Failure(.bug, "after 20 seconds not yet: \(condition); events \(events)") }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  // MARK: runs

  func plan(_ overrides: String...) throws -> PipelinePlan {
    try PipelinePlan(pipeline, preset: nil, overrides: overrides, folder: run)
  }

  func execute(
    _ plan: PipelinePlan? = nil, threads: Int = 2, keepsGoing: Bool = false, replaces: Bool = true,
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) async throws -> RunSummary {
    let run = PipelineRun(
      try plan ?? self.plan(), executables: StageExecutables(folder: "\(folder)/bin"), threads: threads,
      keepsGoing: keepsGoing, replaces: replaces, inspector: ByteInspector(), console: Console(descriptor: -1, isTerminal: false),
      shouldStop: shouldStop)
    return try await run.execute()
  }

  func record(_ task: String) throws -> TaskRecord {
    try #require(try plan().graph[task].flatMap { TaskRecord.read($0) })
  }

  /// Each task with what would be done about it.
  func assessments(_ plan: PipelinePlan? = nil) throws -> [String: String] {
    let entries = try (plan ?? self.plan()).graph.assess(inspector: ByteInspector())
    return Dictionary(uniqueKeysWithValues: entries.map { ($0.task.id, "\($0.assessment)") })
  }
}

/// Any file is an output, unless it says that it is broken.
struct ByteInspector: OutputInspector {
  func statedHash(of task: PipelineTask) throws -> String {
    guard let data = FileManager.default.contents(atPath: task.result) else {
      throw Failure(.missingInput, "there is no such file", at: task.result)
    }
    guard !data.starts(with: Data("broken".utf8)) else { throw Failure(.badData, "it is broken", at: task.result) }
    return try hashOfBytes(task.output)
  }
  func verifiedHash(of task: PipelineTask) throws -> String { try statedHash(of: task) }
}

extension RunSummary {
  subscript(task: String) -> TaskResult? { tasks.first { $0.task == task } }
  var states: [String: State] { Dictionary(uniqueKeysWithValues: tasks.map { ($0.task, $0.state) }) }
  func tasks(_ state: State) -> [String] { tasks.filter { $0.state == state }.map(\.task) }
}

/// Plans and reruns of the case studies that there are.
extension PipelinePlan {
  init(_ pipeline: String, preset: String?, overrides: [String] = [], folder: String) throws {
    try self.init(pipeline, preset: preset, overrides: overrides, folder: folder, reader: pipelineOutline)
  }
}

extension PipelineRerun {
  init(
    of folder: String, from stage: Stage? = nil, only: String? = nil, overrides: [String], name: String? = nil,
    inspector: any OutputInspector = StandardInspector()
  ) throws {
    try self.init(
      of: folder, from: stage, only: only, overrides: overrides, name: name, reader: pipelineOutline, inspector: inspector)
  }
}
