import Foundation
import Support
import Synchronization

/// Shows a run while it goes on: a line for each start and end, and between them how far the running tasks are; one live line on
/// a terminal, a plain one every half minute elsewhere.
final class RunDisplay: Sendable {
  private struct State {
    var settled = 0
    var running: [PipelineTask] = []
    var lastLine = Date()
  }

  private let total: Int
  private let console: Console
  private let state = Mutex(State())

  init(total: Int, console: Console) { (self.total, self.console) = (total, console) }

  func started(_ task: PipelineTask, threads: Int, because reason: Assessment.Reason) {
    state.withLock { $0.running.append(task) }
    console.print("\(task.id): started, \(threads) thread\(threads == 1 ? "" : "s"), because \(reason)")
  }

  func settled(_ result: RunSummary.TaskResult) {
    let count = state.withLock { state in
      state.running.removeAll { $0.id == result.task }
      state.settled += 1
      return state.settled
    }
    // The table at the end says it once more; here it would only push what happens off the screen.
    guard result.state != .upToDate else { return }
    let time = result.seconds.map { " in \(durationText($0, tenths: true))" } ?? ""
    console.print("[\(count)/\(total)] \(result.task): \(result.state.rawValue)\(time)")
  }

  func say(_ message: String) { console.print(message) }

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
        console.print(progress)
      }
      try? await Task.sleep(for: .milliseconds(500))
    }
    console.showLive("")
  }

  /// `3/7 done | train-implicit-8 45% 2m00s left | train-explicit-8 80% 20s left`
  private var progress: String {
    let (settled, running) = state.withLock { ($0.settled, $0.running) }
    let parts = running.map { task in
      guard let record = try? ProgressRecord.read(task.progressPath) else { return task.id }
      let percent = record.total > 0 ? " \(record.done * 100 / record.total)%" : ""
      let left = record.done < record.total ? record.secondsLeft.map { " \(durationText($0)) left" } : nil
      return task.id + percent + (left ?? "")
    }
    return (["\(settled)/\(total) done"] + parts).joined(separator: " | ")
  }
}
