import Configuration
import Foundation
import Support

/// What a site wants to know about jobs, from a YAML file such as `slurm/profiles/local.yaml`.
public struct SlurmProfile: Sendable {
  /// The path of the file.
  public var path: String
  /// The template of job scripts.
  public var template: String
  /// Whether a job may put itself back into the queue; if not, it submits a new one.
  public var requeue: Bool
  /// How often in a row a task may go on in this way.
  public var continuations: Int
  /// Seconds before the time limit at which a task is told to save its state.
  public var signalSeconds: Int
  /// Tasks of one array that run at once; nil for no limit.
  public var arrayLimit: Int?
  /// Indices of one array; nil for what the site says.
  public var arraySize: Int?
  /// Jobs that the site lets wait and run at once, elements of arrays counted singly; nil for no limit.
  public var submitLimit: Int?
  /// Seconds until a file that one node wrote is seen by another.
  public var fileLatency: Int
  /// Variables of the environment of `submit` that jobs see.
  public var export: [String]
  /// Lines of the job script before the stage.
  public var setup: [String]
  private var stages: [Stage: JobResources]

  /// - Throws: `.missingInput` or `.usage` for a file that cannot be read or is wrong anywhere.
  public init(_ path: String) throws {
    self.path = path
    let document = try ConfigurationDocument.load(
      path,
      keys: [
        "template", "requeue", "continuations", "signal_seconds", "array_limit", "array_size", "submit_limit",
        "file_latency_seconds", "export", "setup", "defaults", "stages",
      ])
    let root = document.root
    template = try root.path("template", default: "../job.sh.mustache", "the template of job scripts")
    requeue = try root.boolean(
      "requeue", default: true, "whether jobs may put themselves back into the queue; if not, they submit a new one")
    continuations = try root.integer(
      "continuations", default: 20, in: 0..., "how often in a row a task goes on in another job after its time limit")
    signalSeconds = try root.integer(
      "signal_seconds", default: 120, in: 1...65_535,
      "how long before the time limit a task is told to save its state", unit: "s")
    arrayLimit = try root.optionalInteger("array_limit", in: 1..., "tasks of one array that run at once")
    arraySize = try root.optionalInteger("array_size", in: 1..., "indices of one array; asked of Slurm, if missing")
    submitLimit = try root.optionalInteger(
      "submit_limit", in: 1..., "jobs that may wait and run at once; jobs get several tasks where there would be more")
    fileLatency = try root.integer(
      "file_latency_seconds", default: 0, in: 0...600, "how long until one node sees what another has written",
      unit: "s")
    export = try root.texts(
      "export", default: ["HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG"], count: 0...,
      "variables of the environment of `submit` that jobs see")
    setup = try root.texts("setup", default: [], count: 0..., "lines of the job script before the stage")
    let defaults = try JobResources(
      reading: root.section("defaults", "what the jobs of all stages ask for"), signalSeconds: signalSeconds)
    stages = Dictionary(uniqueKeysWithValues: Stage.allCases.map { ($0, defaults) })
    let overrides = try root.section("stages", "what the jobs of one stage ask for instead")
    for stage in Stage.allCases {
      stages[stage] = try JobResources(
        reading: overrides.section(stage.rawValue), signalSeconds: signalSeconds, defaults: defaults)
    }
    try overrides.finish()
    try root.finish()
    for name in export where name.wholeMatch(of: /[A-Za-z_][A-Za-z_0-9]*/) == nil {
      throw Failure(.usage, "export: expected names of variables, found `\(name)`", at: path)
    }
    for line in setup where line.contains("\n") {
      throw Failure(.usage, "setup: expected single lines, found a text of several", at: path, remedy: "one item per line")
    }
  }

  func resources(for stage: Stage) throws -> JobResources {
    guard let resources = stages[stage] else { throw Failure(.bug, "the profile says nothing about \(stage)", at: path) }
    return resources
  }

  /// Where a task is told to compute; nil for the CPU, where its stage computes without being told.
  ///
  /// What the profile says of all stages is for the tasks that can use it: elsewhere only the CPU is asked for.
  ///
  /// - Throws: `.usage` if the profile wants a device for the task's own stage, and the task knows the CPU only.
  func device(for task: PipelineTask) throws -> String? {
    let resources = try resources(for: task.stage)
    if task.usesDevice { return resources.device ?? (resources.gpus > 0 ? "cuda" : nil) }
    guard let device = resources.device, resources.namesDevice, device != "cpu" else { return nil }
    throw Failure(
      .usage, "stages.\(task.stage).device: expected cpu, the only device that \(task.id) can use, found `\(device)`", at: path,
      remedy: "leave it out; a device in `defaults` goes to the tasks that can use it")
  }
}
