import Foundation
import Support

/// What a run of a plan would put in the place of something else. Looked up once, before anything is written or started.
struct Replacement {
  private let folder: String
  /// Files that no task of the run made, where its outputs belong.
  private let foreign: [String]
  /// Finished outputs that were made with other settings: what changed, by task.
  private let finished: [(stage: Stage, change: String)]

  init(_ plan: PipelinePlan, _ inspector: any OutputInspector) {
    folder = plan.folder
    var (foreign, finished): ([String], [(stage: Stage, change: String)]) = ([], [])
    for (task, assessment) in plan.graph.assess(inspector: inspector)
    where plan.makes(task) && FileManager.default.fileExists(atPath: task.output) {
      guard let record = TaskRecord.read(task) else {
        // A report keeps a list of its own files.
        if !task.stage.writesFolder { foreign.append(task.output) }
        continue
      }
      guard record.state == .done, case .run(.changed(let changes)) = assessment else { continue }
      // A new version of the tools is known to whoever installed it.
      let meant = changes.filter { if case .tool = $0 { false } else { true } }
      guard !meant.isEmpty else { continue }
      let text =
        meant.prefix(3).map(\.description).joined(separator: "; ") + (meant.count > 3 ? "; and \(meant.count - 3) more" : "")
      finished.append((task.stage, "\(task.id): \(text)"))
    }
    (self.foreign, self.finished) = (foreign, finished)
  }

  /// Datasets and models are hours of work, and a slip of the command line (another preset, a forgotten one) would replace them.
  private func isPrecious(_ stage: Stage) -> Bool { [.generate, .merge, .train].contains(stage) }

  /// Refuses to make finished datasets and models anew with other settings, and to lose files of the user's own.
  ///
  /// - Throws: `.usage` that says what changed; `.cannotCreate` for files that no task of this run made.
  func check() throws {
    func list(_ lines: [String]) -> String {
      lines.prefix(5).joined(separator: "\n  ") + (lines.count > 5 ? "\n  and \(lines.count - 5) more" : "")
    }
    guard foreign.isEmpty else {
      throw Failure(
        .cannotCreate,
        "\(foreign.count) files are where outputs of the run belong, and no task of it made them:\n  \(list(foreign))",
        at: folder,
        remedy: "choose another --out, move them away, or give --replace to lose them")
    }
    let lost = finished.filter { isPrecious($0.stage) }.map(\.change)
    guard lost.isEmpty else {
      throw Failure(
        .usage, "\(lost.count) finished outputs were made with other settings, and would be replaced:\n  \(list(lost))",
        at: folder,
        remedy: "choose another --out, name the preset and the settings it was made with, or give --replace to make them anew")
    }
  }

  /// Which finished sweeps and reports the run makes anew: minutes of work, but perhaps the ones that were looked at yesterday. Nil
  /// where there are none.
  var notice: String? {
    let remade = finished.filter { !isPrecious($0.stage) }
    guard let first = remade.first else { return nil }
    return "\(remade.count) finished sweeps and reports are made anew: \(first.change)" + (remade.count > 1 ? ", ..." : "")
      + "\n  (`rerun` makes them beside the old ones)"
  }
}
