import Foundation
import Synchronization

/// Shows how far a stage is: one live line with rate and time left on a terminal, a plain line now and then in a log,
/// and, if given a path, a small JSON file that `implicit-pipeline status` reads.
///
///     let meter = ProgressMeter("train implicit-8", total: 15_002, unit: "steps", record: "RUN/progress/implicit-8.json")
///     meter.advance(note: "loss 0.231")
///     meter.finish()
///
/// May be advanced from any thread.
public final class ProgressMeter: Sendable {
  private struct State {
    var record: ProgressRecord
    /// Times and counts of the recent past, oldest first; the rate is taken over them, so that it follows a change of
    /// pace.
    var history: [(time: TimeInterval, done: Int)]
    var lastLive = -TimeInterval.infinity
    var lastLine: TimeInterval
    var lastRecord = -TimeInterval.infinity
  }

  private let state: Mutex<State>
  private let path: String?
  private let console: Console
  private let now: @Sendable () -> TimeInterval

  /// - Parameters:
  ///   - stage: what is done, for example `generate train`.
  ///   - total: how many units there are.
  ///   - done: how many were done before, by an interrupted run.
  ///   - unit: the plural of what is counted: `samples`, `steps`.
  ///   - record: the path of the JSON file, replaced atomically at most once a second; nil for none.
  public convenience init(_ stage: String, total: Int, done: Int = 0, unit: String, record path: String? = nil) {
    self.init(stage, total: total, done: done, unit: unit, record: path, console: .standardError) {
      Date().timeIntervalSince1970
    }
  }

  init(
    _ stage: String, total: Int, done: Int, unit: String, record path: String?, console: Console,
    now: @escaping @Sendable () -> TimeInterval
  ) {
    let start = now()
    state = Mutex(
      State(
        record: ProgressRecord(
          stage: stage, unit: unit, done: done, total: total, updated: Date(timeIntervalSince1970: start)),
        history: [(start, done)], lastLine: start))
    (self.path, self.console, self.now) = (path, console, now)
    advance(by: 0)
  }

  /// Counts `count` more units; `note` is shown behind the numbers.
  public func advance(by count: Int = 1, note: String? = nil) {
    report(isLast: false) { record in
      record.done += count
      if let note { record.note = note }
    }
  }

  /// What is done turned out to be all that there is to do.
  public func setTotalToDone() { report(isLast: false) { $0.total = $0.done } }

  /// Reports the end, whether everything was done or not, and how much memory this process needed so far.
  public func finish() { report(isLast: true) { _ in } }

  private func report(isLast: Bool, _ change: (inout ProgressRecord) -> Void) {
    let time = now()
    state.withLock { state in
      change(&state.record)
      state.record.updated = Date(timeIntervalSince1970: time)
      remember(time, &state)
      state.record.rate = rate(state.history)
      if isLast { state.record.peakMemory = PeakMemory.ofThisProcess() }
      if console.isTerminal {
        if isLast {
          console.showLive("")
        } else if time - state.lastLive >= 0.1 {
          state.lastLive = time
          console.showLive(state.record.line)
        }
      }
      if isLast || (!console.isTerminal && time - state.lastLine >= 30) {
        state.lastLine = time
        console.print(state.record.line)
      }
      if let path, isLast || time - state.lastRecord >= 1 {
        state.lastRecord = time
        try? state.record.write(to: path)  // A progress file that cannot be written must not end the computation.
      }
    }
  }

  /// Keeps about the last half minute, and always two points.
  private func remember(_ time: TimeInterval, _ state: inout State) {
    if let last = state.history.last, state.history.count > 1, time - last.time < 1 {
      state.history.removeLast()
      // The newest point moves on until it is a second away from the one before it.
      if let before = state.history.last, last.time - before.time >= 1 { state.history.append(last) }
    }
    state.history.append((time, state.record.done))
    while state.history.count > 2, time - state.history[1].time > 30 { state.history.removeFirst() }
  }

  private func rate(_ history: [(time: TimeInterval, done: Int)]) -> Double? {
    guard let first = history.first, let last = history.last, last.time > first.time, last.done > first.done else {
      return nil
    }
    return Double(last.done - first.done) / (last.time - first.time)
  }
}
