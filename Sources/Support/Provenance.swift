import Foundation

/// The version of all executables of this package.
public let implicitModelsVersion = "0.1.0"

/// Where a result came from, as far as the process itself knows; the configuration and the inputs are added by the
/// stage.
public struct Provenance: Equatable, Sendable {
  /// The executable, for example `implicit-train`.
  public var tool: String
  public var version: String
  /// The commit of the source tree that the executable lies in, with `-dirty` if files differ from it; "unknown"
  /// outside one.
  public var commit: String
  /// Name and version of the libraries that computed, for example `libtorch: 2.9.1`.
  public var libraries: [String: String]
  public var host: String
  public var processor: String
  /// The arguments, executable first.
  public var commandLine: [String]
  public var workingFolder: String
  /// The Slurm variables that identify the job; empty outside Slurm.
  public var slurm: [String: String]
  /// When the process started, ISO 8601 in UTC.
  public var started: String

  public init(
    tool: String, version: String = implicitModelsVersion, commit: String, libraries: [String: String], host: String,
    processor: String, commandLine: [String], workingFolder: String, slurm: [String: String], started: String
  ) {
    (self.tool, self.version, self.commit, self.libraries) = (tool, version, commit, libraries)
    (self.host, self.processor, self.commandLine) = (host, processor, commandLine)
    (self.workingFolder, self.slurm, self.started) = (workingFolder, slurm, started)
  }

  /// The facts of this process.
  public static func current(libraries: [String: String] = [:]) -> Provenance {
    let executable =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments.first
      ?? ""
    return Provenance(
      tool: (executable as NSString).lastPathComponent,
      commit: commit(ofTreeAround: (executable as NSString).deletingLastPathComponent), libraries: libraries,
      host: hostName(),
      processor: processorName(), commandLine: CommandLine.arguments,
      workingFolder: FileManager.default.currentDirectoryPath,
      slurm: slurm(ProcessInfo.processInfo.environment), started: Date().ISO8601Format())
  }

  static func slurm(_ environment: [String: String]) -> [String: String] {
    let names = [
      "SLURM_CLUSTER_NAME", "SLURM_JOB_ID", "SLURM_JOB_NAME", "SLURM_JOB_PARTITION", "SLURM_ARRAY_JOB_ID",
      "SLURM_ARRAY_TASK_ID",
      "SLURM_RESTART_COUNT",
    ]
    return environment.filter { names.contains($0.key) }
  }

  /// Asks git, which may not be there on a compute node.
  ///
  /// By Foundation's own `Process`: this module stays without swift-subprocess, which every part of the package would then link, and
  /// whose functions are asynchronous, as the stages are not.
  static func commit(ofTreeAround folder: String) -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    // Without it git may write its index, in a tree that is not ours to touch.
    process.environment = ProcessInfo.processInfo.environment.merging(["GIT_OPTIONAL_LOCKS": "0"]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return "unknown" }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let commit = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return process.terminationStatus == 0 && !commit.isEmpty ? commit : "unknown"
  }

  public static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func processorName() -> String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }
}
