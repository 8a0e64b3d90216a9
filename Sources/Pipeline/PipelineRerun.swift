import Configuration
import Foundation
import Support

/// New results from what a run has made, beside the old ones: sweeps with other settings of models that are there.
///
/// A rerun is a run of its own in `RUN/reruns/<name>`, whose first tasks are those of the run: they are read and never made again.
public struct PipelineRerun {
  /// The plan of the rerun.
  public let plan: PipelinePlan

  /// - Parameters:
  ///   - folder: of the run.
  ///   - stage: what is made anew, with all that follows from it; nil for the first stage that the changes concern.
  ///   - only: of a run of several case studies, the one that is made anew; nil for all.
  ///   - overrides: changes of the configuration, `key.path=value`.
  ///   - reader: knows the case studies.
  ///   - name: tells the rerun from others; nil for one made of the overrides.
  /// - Throws: `.usage` if a change concerns what is not made anew; `.missingInput` if that is not there.
  public init(
    of folder: String, from stage: Stage? = nil, only: String? = nil, overrides: [String], name: String? = nil,
    reader: PipelineOutline.Reader, inspector: any OutputInspector = StandardInspector()
  ) throws {
    let base = try PipelinePlan(ofRun: folder)
    // What is being made meanwhile cannot be built upon.
    _ = try RunLock(base)
    let given = stage
    let stage = stage ?? Self.stage(of: overrides)
    guard stage != .generate && stage != .merge else {
      throw Failure(
        .usage, "a rerun starts from train, sweep or aggregate, found `\(stage)`",
        at: given == nil ? "--set " + overrides.filter { Self.key($0) == "dataset" }.joined(separator: " --set ") : "--stage",
        remedy: "with another dataset nothing of the run is left: start one with another --out")
    }
    let name = name ?? Self.name(stage, only, overrides)
    guard name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._=+-]*/) != nil else {
      throw Failure(.usage, "expected a name of letters, digits and `._=+-`, found `\(name)`", at: "--name")
    }
    let pipeline = base.pipeline.hasPrefix("/") ? base.pipeline : "\(base.workingFolder)/\(base.pipeline)"
    let relative = FileManager.default.currentDirectoryPath == base.workingFolder ? base.pipeline : pipeline
    plan = try PipelinePlan(
      relative, preset: base.preset, overrides: base.overrides + overrides, folder: "\(folder)/reruns/\(name)",
      reader: reader, only: only ?? base.only, startingFrom: .init(folder: folder, stage: stage))
    if let earlier = try? PipelinePlan(ofRun: plan.folder), earlier.overrides != plan.overrides {
      throw Failure(
        .usage,
        "there is a rerun of this name with other settings: "
          + (earlier.overrides.isEmpty ? "those of the run" : earlier.overrides.joined(separator: " ")),
        at: plan.folder, remedy: "choose another --name")
    }
    if let file = plan.graph.tasks.flatMap(\.externalFiles).first(where: { !FileManager.default.fileExists(atPath: $0.path) }) {
      throw Failure(missing: file)
    }
    for (task, assessment) in plan.graph.assess(inspector: inspector) where !plan.makes(task) && !assessment.isDone {
      if case .run(.changed(let changes)) = assessment {
        throw Failure(
          .usage, "\(task.id) was made with other settings: \(changes.map(\.description).joined(separator: "; "))",
          at: folder, remedy: "rerun --stage \(task.stage) makes it anew, or change only what \(stage) and later stages read")
      }
      throw task.isNotDone(because: assessment)
    }
  }

  /// The section that an override changes.
  private static func key(_ override: String) -> Substring { override.prefix { $0 != "." && $0 != "=" } }

  /// The first stage that reads one of the changed keys: a change of the claims alone makes another report, no sweeps.
  private static func stage(of overrides: [String]) -> Stage {
    let keys = overrides.map(key)
    if keys.contains("dataset") { return .generate }
    if keys.contains(where: { ["training", "models", "seed"].contains($0) }) { return .train }
    let ofReport: Set<Substring> = ["aggregate", "title", "references"]
    return !keys.isEmpty && keys.allSatisfy(ofReport.contains) ? .aggregate : .sweep
  }

  /// The overrides: `sweep.iterations=64`; behind the case study, and the stage where it is not the sweep or where there are none.
  private static func name(_ stage: Stage, _ only: String?, _ overrides: [String]) -> String {
    let text = ([only].compactMap(\.self) + (stage == .sweep && !overrides.isEmpty ? [] : ["\(stage)"]) + overrides)
      .joined(separator: "+")
    let plain = text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._=+-".contains($0)) ? $0 : "-" }
    // Long ones, and those with other characters, are told apart by their hash.
    return String(plain) == text && text.count <= 80
      ? text : "\(String(plain).prefix(40))-\(SHA256.hash(text).prefix(8))"
  }

  /// The folders of the reruns of a run.
  static func folders(of run: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(run)/reruns")) ?? []
    return names.sorted().map { "\(run)/reruns/\($0)" }
      .filter { FileManager.default.fileExists(atPath: "\($0)/pipeline.json") }
  }
}
