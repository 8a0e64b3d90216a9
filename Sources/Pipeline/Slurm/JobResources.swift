import Configuration
import Foundation
import Support

/// What the jobs of one stage ask for.
public struct JobResources: Equatable, Sendable {
  /// Where jobs run; nil for the default of the site.
  public var partition: String?
  /// Who pays.
  public var account: String?
  /// Quality of service.
  public var qos: String?
  /// Features that nodes must have.
  public var constraint: String?
  /// `[days-]hours:minutes:seconds`
  public var time: String
  /// Of a job, `4G`; nil for the default of the site.
  public var memory: String?
  /// Instead of `memory`.
  public var memoryPerCPU: String?
  /// Cores of a job.
  public var cpus: Int
  /// GPUs of a job.
  public var gpus: Int
  /// As the site calls it.
  public var gpuType: String?
  /// Where the stage computes: `cpu`, `cuda`; nil for its own default.
  public var device: String?
  /// Whether `device` was written for this stage, and not for all of them.
  var namesDevice: Bool
  /// Tasks that one element of an array does one after the other.
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
