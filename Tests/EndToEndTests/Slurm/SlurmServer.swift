import Foundation
import Testing

/// A Slurm of one node that runs while the tests of job submission do, started by slurm/start.sh.
final class SlurmServer: Sendable {
  /// The one of the running tests.
  @TaskLocal static var current: SlurmServer?

  /// Whether Slurm can run here: it is installed, and the machine lets it start. Any other failure is one of the tests.
  static let canRun: Bool = {
    guard isInstalled else { return false }
    let probe = "/tmp/slurm-probe-\(getpid())"
    defer { _ = try? Shell.run("slurm/stop.sh", "--folder", probe, "--purge") }
    let unavailable: Int32 = 69
    return (try? Shell.run("slurm/start.sh", "--folder", probe).status) != unavailable
  }()

  private static let isInstalled = ["sbatch", "slurmctld", "slurmd", "munged"].allSatisfy { program in
    // Debian keeps the daemons where the PATH of ordinary users does not lead.
    let path = "\(ProcessInfo.processInfo.environment["PATH"] ?? ""):/usr/sbin:/sbin"
    return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
  }

  let folder: String

  /// Starts it; it ends with this process at the latest, even if that is killed.
  init() throws {
    // The name of a socket in it may have 108 bytes at most.
    let temporary = FileManager.default.temporaryDirectory.path
    let location = temporary.count <= 40 ? temporary : "/tmp"
    folder = "\(location)/slurm-test-\(getpid())"
    try start()
    setenv("SLURM_CONF", "\(folder)/etc/slurm.conf", 1)
  }

  /// Starts it, or what ended of it.
  func start() throws {
    let result = try Shell.run(
      "slurm/start.sh", "--folder", folder, "--cpus", "16", "--memory", "16000", "--gpus", "2", "--until-exit-of",
      "\(getpid())")
    try #require(result.status == 0, "\(result.output)")
  }

  func stop() throws {
    try Shell.run("slurm/stop.sh", "--folder", folder, "--purge")
    unsetenv("SLURM_CONF")
  }

  /// The process of a daemon.
  func process(of daemon: String) throws -> Int32 {
    let text = try String(contentsOfFile: "\(folder)/run/\(daemon).pid", encoding: .utf8)
    return try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
  }
}

/// Starts Slurm before the first test of a suite and ends it behind the last one.
struct WithSlurm: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let server = try SlurmServer()
    do {
      try await SlurmServer.$current.withValue(server) { try await function() }
    } catch {
      try server.stop()
      throw error
    }
    try server.stop()
  }
}

/// Commands that end soon.
enum Shell {
  /// Runs a command in the repository; a path with a slash is that of a script.
  @discardableResult
  static func run(_ words: String..., environment: [String: String] = [:]) throws -> (status: Int32, output: String) {
    try run(words, environment: environment)
  }

  @discardableResult
  static func run(_ words: [String], environment: [String: String] = [:]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: Executables.repository)
    // Foundation has read the environment before SLURM_CONF was set.
    var variables = ProcessInfo.processInfo.environment
    if let configuration = getenv("SLURM_CONF") { variables["SLURM_CONF"] = String(cString: configuration) }
    process.environment = variables.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
