import Foundation
import Report
import Support

/// What a finished report says: `linear-programs: 4 of 4 claims hold`, and a line for each claim that does not.
public enum ReportVerdict {
  /// - Parameter task: the one that made the report. Of a run of several pipeline files, its name says which, since two may be of one case
  ///   study: `primal-dual`.
  /// - Returns: nil where the report does not say, as one of an earlier version.
  public static func line(of task: PipelineTask) -> String? {
    let path = "\((task.result as NSString).deletingLastPathComponent)/\(ResultDocument.fileName)"
    guard let data = FileManager.default.contents(atPath: path),
      let result = try? JSONText.decode(ResultDocument.self, from: data)
    else { return nil }
    let others = result.bands.filter { $0.verdict != .holds }.map { "\n  \($0.verdict.rawValue): \($0.name): \($0.found)" }
    let name = task.id.contains("/") ? String(task.id.prefix { $0 != "/" }) : result.caseStudy
    return "\(name): \(result.verdict)\(others.joined())"
  }
}
