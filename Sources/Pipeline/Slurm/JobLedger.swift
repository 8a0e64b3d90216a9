import Foundation
import HDF5
import Support

/// Which jobs were submitted for a run, and which tasks they do; lies in `RUN/slurm/jobs.json`.
///
/// It says where to look for a task, not how the task is: that is in the task's record.
struct JobLedger: Codable, Equatable, Sendable {
  struct Job: Codable, Equatable, Sendable {
    /// As Slurm numbers it.
    var id: String
    var name: String
    /// Which submission of this run it belongs to; its scripts and logs are in `RUN/slurm/<number>`.
    var submission: Int
    /// What it waits for, as `--dependency` takes it.
    var dependency: String?
    var isArray: Bool
    var elements: [JobElement]

    func job(_ element: JobElement) -> SlurmJob { SlurmJob(id, element: isArray ? element.index : nil) }
  }

  /// What a task is part of.
  struct Element: Equatable, Sendable {
    var job: SlurmJob
    var submission: Int
    var name: String
  }

  /// Part of the comment of every job, by which jobs are found that a killed submission left behind.
  var token: String
  /// The folder of the run; a copy of the run somewhere else has no jobs.
  var folder: String
  var submissions = 0
  var jobs: [Job] = []

  var comment: String { "implicit-pipeline \(token)" }

  /// The ledger of a run; an empty one if it has none.
  init(of folder: String) {
    let path = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    if let data = FileManager.default.contents(atPath: Self.path(folder)),
      let ledger = try? JSONDecoder().decode(JobLedger.self, from: data), ledger.folder == path
    {
      self = ledger
    } else {
      token = String(UInt64.random(in: 0...UInt64.max), radix: 36)
      self.folder = path
    }
  }

  private static func path(_ folder: String) -> String { "\(folder)/slurm/jobs.json" }

  func write(in folder: String) throws { try writeJSON(self, to: Self.path(folder)) }

  /// Where each task was submitted last.
  var elements: [String: Element] {
    var elements: [String: Element] = [:]
    for job in jobs {
      for element in job.elements {
        for task in element.tasks {
          elements[task] = Element(job: job.job(element), submission: job.submission, name: job.name)
        }
      }
    }
    return elements
  }

  /// Adds the jobs of a submission and forgets those that no task was submitted in last.
  mutating func add(_ new: [Job]) {
    jobs += new
    let current = Set(elements.values.map(\.job.job))
    jobs.removeAll { !current.contains($0.id) }
  }
}

/// The tasks that one job does one after the other: a job that is no array has one of these.
struct JobElement: Codable, Equatable, Sendable {
  /// The index in the array.
  var index: Int
  var tasks: [String]
}
