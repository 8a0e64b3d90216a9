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

/// What the jobs of one stage ask for.
public struct JobResources: Equatable, Sendable {
  public var partition: String?
  public var account: String?
  public var qos: String?
  public var constraint: String?
  /// `[days-]hours:minutes:seconds`
  public var time: String
  public var memory: String?
  public var memoryPerCPU: String?
  public var cpus: Int
  public var gpus: Int
  public var gpuType: String?
  /// Where the stage computes: `cpu`, `cuda`; nil for its own default.
  public var device: String?
  /// Whether `device` was written for this stage, and not for all of them.
  var namesDevice: Bool
  public var tasksPerJob: Int
  /// Further options of sbatch, as they are.
  public var options: [String]

  init(reading section: ConfigurationSection, signalSeconds: Int, defaults: JobResources? = nil) throws {
    func text(_ key: String, _ inherited: String?, _ meaning: String) throws -> String? {
      let value = try section.optionalText(key, meaning)
      if let value, value.isEmpty || value.contains(where: { $0.isWhitespace || $0 == "\"" }) {
        throw Failure(
          .usage, "\(section.path).\(key): expected text without spaces and quotes, found `\(value)`", at: section.location)
      }
      return section.contains(key) ? value : inherited
    }
    partition = try text("partition", defaults?.partition, "where jobs run; the site's default, if missing")
    account = try text("account", defaults?.account, "who pays")
    qos = try text("qos", defaults?.qos, "quality of service")
    constraint = try text("constraint", defaults?.constraint, "features that nodes must have, for example `a100`")
    time = try section.text("time", default: defaults?.time, "time limit, [days-]hours:minutes:seconds")
    memory = try text("memory", defaults?.memory, "memory of a job, for example 4G")
    memoryPerCPU = try text("memory_per_cpu", defaults?.memoryPerCPU, "instead of `memory`, for sites that want it so")
    cpus = try section.integer("cpus", default: defaults?.cpus ?? 1, in: 1...10_000, "cores of a job")
    gpus = try section.integer("gpus", default: defaults?.gpus ?? 0, in: 0...1000, "GPUs of a job")
    gpuType = try text("gpu_type", defaults?.gpuType, "as the site calls it, for example `a100`")
    device = try text("device", defaults?.device, "where the stage computes: cpu, cuda; cuda where there are GPUs")
    namesDevice = defaults != nil && device != nil && section.contains("device")
    tasksPerJob = try section.integer(
      "tasks_per_job", default: defaults?.tasksPerJob ?? 1, in: 1...100_000,
      "tasks that one element of an array does one after the other")
    options = try section.texts(
      "options", default: defaults?.options ?? [], count: 0..., "further options of sbatch, for example --exclusive")
    try section.finish()
    try check(section, signalSeconds: signalSeconds)
  }

  private func check(_ section: ConfigurationSection, signalSeconds: Int) throws {
    func wrong(_ key: String, _ problem: String, remedy: String) -> Failure {
      Failure(.usage, "\(section.path).\(key): \(problem)", at: section.location, remedy: remedy)
    }
    guard let match = time.wholeMatch(of: /(?:([0-9]+)-)?([0-9]+):([0-9]{2}):([0-9]{2})/) else {
      throw wrong("time", "expected [days-]hours:minutes:seconds, found `\(time)`", remedy: "two hours are 2:00:00")
    }
    let parts = [match.1, match.2, match.3, match.4].map { $0.flatMap { Int($0) } ?? 0 }
    let seconds = ((parts[0] * 24 + parts[1]) * 60 + parts[2]) * 60 + parts[3]
    // Slurm sends the signal up to a minute early; a job that has just begun does not listen yet.
    guard seconds >= signalSeconds + 120 else {
      throw wrong(
        "time", "expected two minutes more than the \(signalSeconds) seconds of `signal_seconds`, found \(seconds) seconds",
        remedy: "give the job more time, or the signal less")
    }
    for (key, value) in [("memory", memory), ("memory_per_cpu", memoryPerCPU)] {
      guard let value, value.wholeMatch(of: /[0-9]+[KMGT]?/) == nil else { continue }
      throw wrong(key, "expected a number with K, M, G or T behind it, found `\(value)`", remedy: "write 4G")
    }
    if memory != nil && memoryPerCPU != nil {
      throw wrong("memory", "expected `memory` or `memory_per_cpu`, found both", remedy: "set one of them to null")
    }
    for option in options where !option.hasPrefix("--") || option.contains("\n") {
      throw wrong("options", "expected long options such as --exclusive, found `\(option)`", remedy: "one per item")
    }
  }
}
