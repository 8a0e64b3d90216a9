import Foundation
import Subprocess
import Support
import SystemPackage

/// One process of a stage, from its start to its end.
struct ChildProcess {
  var executable: String
  var arguments: [String]
  /// Standard output and standard error are appended to this file.
  var log: String

  /// How a process ended.
  struct Outcome: Equatable {
    /// As a shell reports it: 128 + the number of the signal if one ended the process.
    var status: Int32
    /// The most memory that it was seen to have in use, in bytes; nil for a process that ended before anyone could look.
    ///
    /// For processes that are killed, and those too short to say more: the others write it down themselves (`ProgressRecord`).
    var peakMemory: Int?
    /// Processor time of the process and of those that it awaited, in s; nil where the system does not say.
    var processorSeconds: Double?
  }

  /// Runs the process.
  ///
  /// It belongs to the process group of the runner, so that Ctrl-C at a terminal reaches both.
  ///
  /// - Parameters:
  ///   - shouldStop: asked many times a second; once true, the process is sent SIGTERM, and still awaited.
  ///   - started: is told which process it is.
  /// - Throws: `Failure` if the process cannot be started.
  func run(shouldStop: @Sendable () -> Bool, started: (ProcessIdentity) throws -> Void) async throws -> Outcome {
    let descriptor = try FileDescriptor.open(
      FilePath(log), .writeOnly, options: [.append, .create, .closeOnExec],
      permissions: [.ownerReadWrite, .groupRead, .otherRead])
    defer { try? descriptor.close() }
    do {
      let result = try await Subprocess.run(
        .path(FilePath(executable)), arguments: Arguments(arguments), input: .none,
        output: .fileDescriptor(descriptor, closeAfterSpawningProcess: false),
        error: .fileDescriptor(descriptor, closeAfterSpawningProcess: false)
      ) { execution in
        let pid = execution.processIdentifier.value
        // The process is reaped only after this closure: until then nothing else can have its number.
        if let identity = ProcessIdentity(pid: pid) { try started(identity) }
        var wasAsked = false
        var peakMemory: Int?
        var look = Look()
        while !Self.hasEnded(pid) {
          if !wasAsked && shouldStop() {
            wasAsked = true
            try? execution.send(signal: .terminate)
          }
          if look.isDue() { peakMemory = PeakMemory.of(process: pid) ?? peakMemory }
          try? await Task.sleep(for: .milliseconds(20))
        }
        return (peakMemory, ProcessorTime.of(process: pid))
      }
      let status =
        switch result.terminationStatus {
        case .exited(let status): status
        case .signaled(let signal): 128 + signal
        }
      return Outcome(status: status, peakMemory: result.closureResult.0, processorSeconds: result.closureResult.1)
    } catch let error as SubprocessError {
      throw Failure(
        .missingInput, "cannot start this program: \(error)", at: executable,
        remedy: "build it: swift build -c release; or name the folder of the executables with --bin")
    }
  }

  /// Whether the process has ended; leaves it to be reaped.
  private static func hasEnded(_ pid: pid_t) -> Bool {
    var information = siginfo_t()
    let status = waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT)
    return status != 0 || information._sifields._sigchld.si_pid == pid
  }

  /// When to look at a process: soon after its start, then less and less often, then once a second.
  private struct Look {
    private var next = ContinuousClock.now
    private var interval = 0.02

    mutating func isDue() -> Bool {
      guard ContinuousClock.now >= next else { return false }
      next = .now + .seconds(interval)
      interval = min(2 * interval, 1)
      return true
    }
  }
}
