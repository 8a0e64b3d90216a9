import Foundation
import Support

/// How long a run still takes, judged by what its tasks took before: themselves in an earlier attempt, or others of the same stage and
/// case study in this run.
struct RunForecast {
  /// Seconds of one thread.
  private var work: [String: Double] = [:]
  /// Tasks that are not over.
  private var open: [String: PipelineTask]
  /// Work of finished tasks of a stage in a folder.
  private var finished: [String: [Double]] = [:]
  private let threads: Int

  /// - Parameter threads: of all tasks together.
  init(_ tasks: [PipelineTask], threads: Int) {
    self.threads = max(1, threads)
    open = Dictionary(uniqueKeysWithValues: tasks.map { ($0.id, $0) })
    for task in tasks {
      guard let record = TaskRecord.read(task), record.state == .done else { continue }
      work[task.id] = record.work
    }
  }

  private func kind(_ task: PipelineTask) -> String { "\(task.folder) \(task.stage)" }

  /// Takes in a task that is over.
  ///
  /// - Parameters:
  ///   - seconds: wall time; nil for one that was done before.
  ///   - threads: that it was given.
  mutating func settle(_ id: String, seconds: Double?, threads: Int) {
    guard let task = open.removeValue(forKey: id), let seconds else { return }
    finished[kind(task), default: []].append(seconds * Double(max(1, threads)))
  }

  /// What a task takes, in seconds of one thread; nil where nothing like it has run.
  private func estimate(_ task: PipelineTask) -> Double? {
    if let own = work[task.id] { return own }
    guard let others = finished[kind(task)], !others.isEmpty else { return nil }
    return others.reduce(0, +) / Double(others.count)
  }

  /// `12m left`, `more than 12m left` where nothing is known of some tasks, nil where nothing is known at all.
  ///
  /// - Parameter running: tasks at work, with the seconds that they say are left and their threads.
  func text(running: [(task: PipelineTask, left: Double?, threads: Int)]) -> String? {
    let atWork = Set(running.map(\.task.id))
    var total = 0.0
    var longest = 0.0
    var isKnown = false
    var isWhole = true
    for (task, left, threads) in running {
      guard let left = left ?? estimate(task).map({ $0 / Double(max(1, threads)) }) else {
        isWhole = false
        continue
      }
      isKnown = true
      total += left * Double(max(1, threads))
      longest = max(longest, left)
    }
    for task in open.values where !atWork.contains(task.id) {
      guard let seconds = estimate(task) else {
        // Reports take a moment; nothing else is small for certain.
        if task.stage != .aggregate { isWhole = false }
        continue
      }
      isKnown = true
      total += seconds
    }
    guard isKnown else { return nil }
    let seconds = max(longest, total / Double(threads))
    return "\(isWhole ? "about" : "more than") \(durationText(seconds)) left"
  }
}
