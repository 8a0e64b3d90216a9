/// A job that is about to be submitted.
struct JobDraft: Equatable, Sendable {
  /// What a job waits for.
  enum Dependency: Equatable, Sendable {
    case none
    /// Element by element, for the element of the same index.
    case corresponding(Parent)
    /// For all of these, element by element where they run already.
    case all([Parent])
  }

  /// A job that is waited for.
  enum Parent: Hashable, Sendable {
    /// One of this submission, by its position.
    case draft(Int)
    /// One that was submitted before.
    case live(SlurmJob)
  }

  var name: String
  var stage: Stage
  var isArray: Bool
  var elements: [JobElement]
  var dependency: Dependency

  /// `0-3,7%16`
  func indices(limit: Int?) -> String? {
    guard isArray else { return nil }
    var ranges: [ClosedRange<Int>] = []
    for index in elements.map(\.index).sorted() {
      if let last = ranges.last, last.upperBound + 1 == index {
        ranges[ranges.count - 1] = last.lowerBound...index
      } else {
        ranges.append(index...index)
      }
    }
    let text = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    return text.joined(separator: ",") + (limit.map { "%\($0)" } ?? "")
  }

  /// As `--dependency` takes it.
  ///
  /// - Parameter id: the number, or what stands for it, of another draft.
  func condition(_ id: (Int) -> String) -> String? {
    func text(_ parent: Parent) -> String {
      switch parent {
      case .draft(let position): id(position)
      case .live(let job): job.id
      }
    }
    switch dependency {
    case .none: return nil
    case .corresponding(.live(let job)): return "aftercorr:\(job.job)"
    case .corresponding(let parent): return "aftercorr:\(text(parent))"
    case .all(let parents): return "afterok:" + parents.map(text).joined(separator: ":")
    }
  }
}
