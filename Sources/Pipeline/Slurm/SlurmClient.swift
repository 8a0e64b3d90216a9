import Foundation
import Subprocess
import Support
import SystemPackage

/// The commands of Slurm on this machine.
public struct SlurmClient: Sendable {
  public init() {}

  struct Answer {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Submits a script.
  ///
  /// - Parameter dependency: what it waits for, as `--dependency` takes it.
  /// - Returns: the number of the job; nil where Slurm took the job, or may have, and the answer does not say which it is.
  /// - Throws: `.usage` with Slurm's own words if it refuses the job; `.missingInput`.
  func submit(_ script: String, dependency: String?) async throws -> String? {
    try await submit(script, Self.options(dependency))
  }

  private func submit(_ script: String, _ options: [String]) async throws -> String? {
    let answer: Answer
    do {
      answer = try await run("sbatch", ["--parsable"] + options + [script], patience: 60)
    } catch let failure as Failure where failure.status == .io {
      return nil
    }
    guard answer.status == 0 else {
      let failure = Self.refusal(answer, script)
      // The connection may have ended behind the job.
      guard failure.status == .io else { throw failure }
      return nil
    }
    // `17` or `17;cluster`, behind what the site has to say.
    return answer.output.split(whereSeparator: \.isNewline).compactMap { line in
      line.wholeMatch(of: /\s*(\d+)(;[\w.-]+)?\s*/).map { String($0.1) }
    }.last
  }

  static func options(_ dependency: String?) -> [String] {
    // A job whose condition can no longer come true would stay in the queue for ever.
    dependency.map { ["--kill-on-invalid-dep=yes", "--dependency=\($0)"] } ?? []
  }

  /// Asks whether Slurm would take a script, and leaves nothing in the queue.
  ///
  /// - Returns: nil, or why no node can take it as things are: drained or reserved for maintenance, they come back.
  /// - Throws: as `submit`.
  func test(_ script: String) async throws -> String? {
    let answer = try await run("sbatch", ["--test-only", script], patience: 60)
    guard answer.status != 0 else { return nil }
    let waits = ["node configuration is not available", "nodes are busy", "node not available", "Reserved", "DOWN", "drained"]
    guard waits.contains(where: answer.errors.contains) else { throw Self.refusal(answer, script) }
    // --test-only asks about now. Whether a job could ever run is checked when one is submitted that cannot begin yet; of one that is
    // held, or waits for another, Slurm would take anything.
    if let probe = try await submit(script, ["--begin=now+7days"]) { try await cancel([probe]) }
    return Self.lastWords(answer)
  }

  /// The last line that an answer says, without the name of the command: Slurm's libraries say before what they tried.
  private static func lastWords(_ answer: Answer) -> String {
    let lines = answer.errors.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    let last = lines.last { !$0.isEmpty } ?? "no reason given"
    return last.replacing(#/^\w+: (error|fatal): /#, with: "")
  }

  private static func refusal(_ answer: Answer, _ script: String) -> Failure {
    let isAway = ["Unable to contact", "timed out", "Zero Bytes", "configuration source"].contains { answer.errors.contains($0) }
    return Failure(
      isAway ? .io : .usage,
      (isAway ? "Slurm does not answer: " : "Slurm refuses this job: ")
        + answer.errors.trimmingCharacters(in: .whitespacesAndNewlines), at: script,
      remedy: isAway ? "`sinfo` shows whether Slurm is up; then submit again" : "change the profile; nothing was submitted")
  }

  /// The states of some jobs, with all elements of arrays. Jobs that Slurm has forgotten are not among them.
  ///
  /// - Throws: `.io` if Slurm does not answer.
  func states(of jobs: some Sequence<String>) async throws -> [SlurmJob: SlurmJobState] {
    let list = jobs.joined(separator: ",")
    guard !list.isEmpty else { return [:] }
    let answer = try await run("squeue", ["-h", "-r", "-t", "all", "-j", list, "-o", "%F|%K|%T|%r"])
    if answer.status != 0 && !answer.errors.contains("Invalid job id") { throw Self.silence(answer) }
    return SlurmJobState.fromQueue(answer.output)
  }

  /// The jobs of this user that are not over and have this comment.
  ///
  /// - Parameter name: only those of this name; nil for any.
  func jobs(withComment comment: String, name: String? = nil) async throws -> [String] {
    let answer = try await run("squeue", ["-h", "--me", "-o", "%F|%k|%j"])
    guard answer.status == 0 else { throw Self.silence(answer) }
    let fields = answer.output.split(separator: "\n").map { $0.split(separator: "|", maxSplits: 2) }
    let found = fields.filter { $0.count == 3 && $0[1] == comment && (name == nil || $0[2] == name ?? "") }
    return Set(found.map { String($0[0]) }).sorted()
  }

  private static func silence(_ answer: Answer) -> Failure {
    Failure(
      .io, "Slurm does not answer: \(lastWords(answer))", remedy: "`sinfo` shows whether it is up")
  }

  /// How jobs ended that Slurm has forgotten; nothing where accounting is off.
  func endings(of jobs: [String]) async -> [SlurmJob: SlurmJobState] {
    guard !jobs.isEmpty,
      let answer = try? await run(
        "sacct", ["-X", "-n", "-P", "-j", jobs.joined(separator: ","), "-o", "JobID,State,ExitCode"]),
      answer.status == 0
    else { return [:] }
    return SlurmJobState.fromAccounting(answer.output)
  }

  /// - Throws: `.io` if Slurm does not answer.
  func cancel(_ ids: [String]) async throws {
    guard !ids.isEmpty else { return }
    let answer = try await run("scancel", ids, patience: 60)
    // Jobs that ended meanwhile are no failure.
    if answer.status != 0 && !answer.errors.contains("Invalid job id") { throw Self.silence(answer) }
  }

  /// Puts a job back into the queue.
  ///
  /// - Returns: nil, or why Slurm does not.
  func requeue(_ job: SlurmJob) async throws -> String? {
    let answer = try await run("scontrol", ["requeue", job.id], patience: 60)
    return answer.status == 0 ? nil : answer.errors.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// How many indices an array may have; Slurm's own default if it does not say.
  func maxArraySize() async throws -> Int {
    let answer = try await run("scontrol", ["show", "config"])
    guard answer.status == 0 else { throw Self.silence(answer) }
    let line = answer.output.split(separator: "\n").first { $0.hasPrefix("MaxArraySize") }
    return line?.split(separator: "=").last.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) } ?? 1001
  }

  // MARK: processes

  /// Runs a command of Slurm.
  ///
  /// - Parameter patience: seconds until it is ended; one that cannot reach its server may hang for minutes.
  /// - Throws: `.missingInput` if it is not installed, `.io` if it takes too long.
  private func run(_ command: String, _ arguments: [String], patience: Double = 10) async throws -> Answer {
    do {
      return try await withThrowingTaskGroup(of: Answer?.self) { group in
        group.addTask {
          let result = try await Subprocess.run(
            .name(command), arguments: Arguments(arguments), environment: Self.environment, input: .none,
            output: .string(limit: 1 << 26), error: .string(limit: 1 << 20))
          let status: Int32 = if case .exited(let code) = result.terminationStatus { code } else { 1 }
          return Answer(status: status, output: result.standardOutput, errors: result.standardError)
        }
        group.addTask {
          try await Task.sleep(for: .seconds(patience))
          return nil
        }
        defer { group.cancelAll() }
        guard let answer = try await group.next() ?? nil else {
          throw Failure(
            .io, "Slurm does not answer: `\(command)` took more than \(Int(patience)) seconds",
            remedy: "`sinfo` shows whether it is up")
        }
        return answer
      }
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw Failure(
        .missingInput, "the command `\(command)` of Slurm is not on the PATH",
        remedy: "work on a login node of the cluster, or start a Slurm on this machine: eval \"$(slurm/start.sh)\"")
    }
  }

  /// Without the variables that change what the commands do: the profile and the arguments say it all. Inside a job there are
  /// some, too, that describe that job and would be inherited by those it submits.
  private static let environment: Environment = {
    let names = ProcessInfo.processInfo.environment.keys.filter { name in
      !["SLURM_CONF", "SLURM_JWT"].contains(name)
        && ["SLURM_", "SBATCH_", "SQUEUE_", "SACCT_", "SCANCEL_"].contains { name.hasPrefix($0) }
    }
    return .inherit.updating(
      Dictionary(uniqueKeysWithValues: names.compactMap { Environment.Key(rawValue: $0) }.map { ($0, nil) }))
  }()
}
