import Foundation
import Support
import Synchronization

/// Shows a run while it goes on: a line for each start and end with the time of day, and between them how far the running tasks are
/// and how long the run still takes; one live line on a terminal, a plain one every half minute elsewhere.
final class RunDisplay: Sendable {
  private struct State {
    var settled = 0
    var running: [(task: PipelineTask, threads: Int)] = []
    var lastLine = Date()
    var forecast: RunForecast
  }

  private let total: Int
  private let console: Console
  private let state: Mutex<State>

  /// - Parameter threads: of all tasks together.
  init(_ tasks: [PipelineTask], threads: Int, console: Console) {
    (total, self.console) = (tasks.count, console)
    state = Mutex(State(forecast: RunForecast(tasks, threads: threads)))
  }

  func started(_ task: PipelineTask, threads: Int, because reason: Assessment.Reason) {
    state.withLock { $0.running.append((task, threads)) }
    let why = reason == .neverRan ? "" : ", because \(reason)"
    say("\(task.id): started, \(threads) thread\(threads == 1 ? "" : "s")\(why)")
  }

  func settled(_ result: RunSummary.TaskResult) {
    let isDone = result.state == .done || result.state == .upToDate
    let (count, task) = state.withLock { state in
      let position = state.running.firstIndex { $0.task.id == result.task }
      let running = position.map { state.running.remove(at: $0) }
      state.settled += isDone ? 1 : 0
      state.forecast.settle(result.task, seconds: isDone ? result.seconds : nil, threads: running?.threads ?? 1)
      return (state.settled, running?.task)
    }
    // The table at the end says it once more; here it would only push what happens off the screen.
    guard result.state != .upToDate else { return }
    let time = result.seconds.map { " in \(durationText($0, tenths: true))" } ?? ""
    say("\(isDone ? "[\(count)/\(total)] " : "")\(result.task): \(result.state.rawValue)\(time)")
    guard isDone, let task, task.stage == .aggregate else { return }
    say("report ready: \(task.result)" + (ReportVerdict.line(of: task).map { "\n         \($0)" } ?? ""))
  }

  /// A line with the time of day.
  func say(_ message: String) {
    var (now, parts) = (time(nil), tm())
    localtime_r(&now, &parts)
    console.print(String(format: "%02d:%02d:%02d ", parts.tm_hour, parts.tm_min, parts.tm_sec) + message)
  }

  /// Refreshes the live line until the task that calls it is cancelled.
  func keepRefreshing() async {
    while !Task.isCancelled {
      if console.isTerminal {
        console.showLive(progress)
      } else if state.withLock({ state in
        guard Date().timeIntervalSince(state.lastLine) >= 30, !state.running.isEmpty else { return false }
        state.lastLine = Date()
        return true
      }) {
        say(progress)
      }
      try? await Task.sleep(for: .milliseconds(500))
    }
    console.showLive("")
  }

  /// `3/7 done, about 4m10s left | train-implicit-8 45% 2m00s left loss 0.23 | train-explicit-8 80% 20s left loss 0.1`
  private var progress: String {
    let (settled, running, forecast) = state.withLock { ($0.settled, $0.running, $0.forecast) }
    let records = running.map { try? ProgressRecord.read($0.task.progressPath) }
    func left(_ record: ProgressRecord?) -> Double? { record.flatMap { $0.done < $0.total ? $0.secondsLeft : nil } }
    let parts = zip(running, records).map { running, record in
      guard let record else { return running.task.id }
      let percent = record.total > 0 ? "\(record.done * 100 / record.total)%" : nil
      return [running.task.id, percent, left(record).map { "\(durationText($0)) left" }, record.note].compactMap(\.self)
        .joined(separator: " ")
    }
    let whole = forecast.text(running: zip(running, records).map { ($0.task, left($1), $0.threads) })
    return ([["\(settled)/\(total) done", whole].compactMap(\.self).joined(separator: ", ")] + parts).joined(separator: " | ")
  }
}
