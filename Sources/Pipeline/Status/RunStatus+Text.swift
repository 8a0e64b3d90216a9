import Support

extension RunStatus {
  /// A table: for each stage a line of how many tasks are in which state, then its tasks; then what is wrong and why.
  public var text: String {
    var rows: [[String]] = []
    var heads: [Int: String] = [:]
    for group in stages {
      heads[rows.count] = group.head
      rows += group.tasks.map(\.row)
    }
    let titles = ["task", "state", "progress", "elapsed", "processor", "memory", "job", "hash", ""]
    let table = TextTable([titles] + rows).lines
    var lines = [table[0]]
    for (number, row) in table.dropFirst().enumerated() {
      if let head = heads[number] { lines.append("-- \(head)") }
      lines.append(row)
    }
    lines += tasks.compactMap(\.trouble)
    lines.append("\n" + summary)
    if let note { lines.append(note) }
    lines += reruns.map { "a rerun is in \($0)" }
    return lines.joined(separator: "\n")
  }

  /// `7 of 8 tasks done, 1 running`
  public var summary: String {
    let others = TaskStatus.State.allCases.filter { $0 != .done && count($0) > 0 }.map { "\(count($0)) \($0.rawValue)" }
    return (["\(count(.done)) of \(tasks.count) tasks done"] + others).joined(separator: ", ")
  }

  /// The tasks by stage, in the order of the stages' first tasks.
  private var stages: [(head: String, tasks: [TaskStatus])] {
    Stage.allCases.compactMap { stage in
      let members = tasks.filter { $0.stage == stage }
      guard !members.isEmpty else { return nil }
      let counts = TaskStatus.State.allCases.map { state in (state, members.count { $0.state == state }) }
      let text = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
      return ("\(stage.rawValue): \(text)", members)
    }
  }
}

extension TaskStatus {
  fileprivate var row: [String] {
    [
      task, state.rawValue, progressText, seconds.map { durationText($0, tenths: true) } ?? "",
      processorSeconds.map { durationText($0, tenths: true) } ?? "", peakMemory.map(Self.memory) ?? "", job ?? "",
      contentHash.map { String($0.prefix(12)) } ?? "", trouble == nil ? reason ?? "" : "",
    ]
  }

  private var progressText: String {
    let share = progress.map { record in
      let percent = record.total > 0 ? " \(record.done * 100 / record.total)%" : ""
      let rate = state == .running ? record.rate.map { " \(ProgressRecord.rateText($0))" } ?? "" : ""
      return "\(record.done)/\(record.total) \(record.unit)\(percent)\(rate)"
    }
    let left = secondsLeft.map { "\(durationText($0)) left" }
    return [share, left].compactMap { $0 }.joined(separator: ", ")
  }

  /// `87 MB`
  static func memory(_ bytes: Int) -> String {
    bytes < 10_000_000_000 ? "\(bytes / 1_000_000) MB" : "\((Double(bytes) / 1e8).rounded() / 10) GB"
  }

  /// What a person needs to find out why the task did not end well; nil if there is no trouble.
  fileprivate var trouble: String? {
    switch state {
    case .failed, .killed, .interrupted, .cancelled: break
    case .done: if reason == nil { return nil }
    case .running, .queued, .blocked, .outdated, .waiting: return nil
    }
    let lines = (message ?? "").split(separator: "\n").map { "\n  | \($0)" }.joined()
    return "\n\(task) \(state.rawValue)" + (reason.map { ": \($0)" } ?? "") + lines + "\n  log: \(log)"
  }
}
