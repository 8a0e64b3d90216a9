import Foundation
import Support

/// One attempt at one task: starts its stage, waits, looks at the output, and keeps the task's record.
///
/// Needs nothing but the task and the files on disk, so that a batch job can make the same attempt.
public struct TaskExecution: Sendable {
  /// What is to be done.
  public let task: PipelineTask
  /// The programs of the stages.
  public let executables: StageExecutables
  /// Where tensors are computed; nil for the stage's own default.
  public let device: String?
  /// Looks at the output.
  public let inspector: any OutputInspector

  /// An attempt that is still to be made.
  public init(
    _ task: PipelineTask, executables: StageExecutables, device: String? = nil,
    inspector: any OutputInspector = StandardInspector()
  ) {
    (self.task, self.executables, self.device, self.inspector) = (task, executables, device, inspector)
  }

  /// Runs the task.
  ///
  /// - Parameters:
  ///   - fingerprint: that of the task with its present inputs.
  ///   - previous: the record of the last attempt. If it has the same fingerprint and did not reach its end, it is resumed.
  ///   - shouldStop: once true, the stage is asked to write its checkpoint and leave.
  /// - Returns: the record, which is also on disk.
  /// - Throws: `Failure` if the stage cannot be started or the record cannot be written.
  public func run(
    _ fingerprint: Fingerprint, previous: TaskRecord?, threads: Int, shouldStop: @Sendable () -> Bool
  ) async throws -> TaskRecord {
    let resume = previous?.basis == fingerprint && previous?.state != .done
    let command = [executables.path(of: task.stage)] + task.arguments(threads: threads, device: device, resume: resume)
    var record = TaskRecord(
      task: task.id, state: .running, fingerprint: fingerprint.digest, basis: fingerprint,
      attempts: (previous?.attempts ?? 0) + 1, started: Date(), seconds: 0, threads: threads, command: command,
      host: Provenance.hostName(), job: SlurmJob.current?.id, continuations: resume ? previous?.continuations : nil)
    try record.write(for: task)
    // An earlier attempt's progress is not this one's.
    try? FileManager.default.removeItem(atPath: task.progressPath)
    let log = TaskLog(task.logPath)
    let start = try log.begin("\(record.started.ISO8601Format()) attempt \(record.attempts): \(shellCommand(command))")

    let clock = ContinuousClock.now
    let child = ChildProcess(executable: command[0], arguments: Array(command.dropFirst()), log: task.logPath)
    let outcome = try await child.run(shouldStop: shouldStop) { process in
      record.process = process
      try record.write(for: task)
    }
    record.seconds = (ContinuousClock.now - clock) / .seconds(1)
    record.processorSeconds = outcome.processorSeconds
    record.process = nil
    record.exitStatus = outcome.status
    let stated = try? ProgressRecord.read(task.progressPath).peakMemory
    record.peakMemory = [stated, outcome.peakMemory].compactMap { $0 }.max()
    // Stopped before it listened to signals, a stage ends by the signal itself.
    if shouldStop(), [SIGINT, SIGTERM, SIGHUP].map({ 128 + $0 }).contains(outcome.status) {
      record.exitStatus = ExitStatus.interrupted.rawValue
    }
    finish(&record, log, from: start)
    try record.write(for: task)
    return record
  }

  private func finish(_ record: inout TaskRecord, _ log: TaskLog, from start: UInt64) {
    let status = record.exitStatus ?? ExitStatus.bug.rawValue
    guard task.stage.hasFinished(with: status) else {
      record.state = status == ExitStatus.interrupted.rawValue ? .interrupted : .failed
      record.message = log.lastLines(from: start)
      if record.state == .interrupted {
        // How a stage goes on by hand is not how a run does.
        record.message = record.message?.split(separator: "\n").filter { !$0.contains("with --resume") }.joined(separator: "\n")
      }
      return
    }
    do {
      let hash = try inspector.statedHash(of: task)
      record.output = OutputState(contentHash: hash, signature: signature(of: task.output) ?? "")
      record.state = .done
      // The verdict on a report that is outside its bands.
      if status != 0 { record.message = log.lastLines(from: start) }
    } catch {
      record.state = .failed
      record.exitStatus = ExitStatus.bug.rawValue
      record.message =
        "\(log.lastLines(from: start))\nthe stage ended well, but its output is not complete: "
        + "\(Failure(describing: error))"
    }
  }
}

/// The log of a task: each attempt is appended behind a line that says what was run.
struct TaskLog {
  let path: String

  init(_ path: String) { self.path = path }

  /// Writes the line that begins an attempt.
  ///
  /// - Returns: where the attempt's own output begins, in bytes.
  /// - Throws: `.cannotCreate`, or `.io` when the disk is full.
  func begin(_ line: String) throws -> UInt64 {
    do {
      if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      defer { try? file.close() }
      let end = try file.seekToEnd()
      try file.write(contentsOf: Data("\(end > 0 ? "\n" : "")=== \(line)\n".utf8))
      return try file.offset()
    } catch {
      throw Failure(cannot: "write the log", at: path, error)
    }
  }

  /// The last lines that were written after `start`.
  func lastLines(_ count: Int = 15, from start: UInt64) -> String {
    guard let file = FileHandle(forReadingAtPath: path), let end = try? file.seekToEnd() else { return "" }
    defer { try? file.close() }
    // Enough for the lines that matter, however long the log is.
    let begin = max(start, end > 16_384 ? end - 16_384 : 0)
    guard end > begin, (try? file.seek(toOffset: begin)) != nil, let data = try? file.readToEnd() else { return "" }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(count).joined(separator: "\n")
  }
}
