import Foundation

/// A job as Slurm names it: `17`, or `17_3` for one element of the array 17.
///
/// An element has a number of its own too, but for the last element to start that is the number of the whole array: asking Slurm
/// to requeue that one would requeue all of them, the finished ones too.
public struct SlurmJob: Hashable, Codable, Sendable {
  /// The number of the job, or of the whole array.
  public var job: String
  /// The index of the element.
  public var element: Int?

  /// A job, or an element of an array.
  public init(_ job: String, element: Int? = nil) { (self.job, self.element) = (job, element) }

  /// As commands of Slurm take it.
  public var id: String { element.map { "\(job)_\($0)" } ?? job }

  /// The job that this process belongs to; nil outside Slurm.
  public static let current = SlurmJob(environment: ProcessInfo.processInfo.environment)

  init?(environment: [String: String]) {
    if let array = environment["SLURM_ARRAY_JOB_ID"],
      let element = environment["SLURM_ARRAY_TASK_ID"].flatMap({ Int($0) })
    {
      self.init(array, element: element)
    } else if let job = environment["SLURM_JOB_ID"] {
      self.init(job)
    } else {
      return nil
    }
  }
}
