import Foundation
import Report
import Support

/// What a finished report says: `linear-programs: 4 of 4 claims hold`, and a line for each claim that does not.
public enum ReportVerdict {
  /// - Parameter page: the path of report.html.
  /// - Returns: nil where the report does not say, as one of an earlier version.
  public static func line(of page: String) -> String? {
    let path = "\((page as NSString).deletingLastPathComponent)/\(ResultDocument.fileName)"
    guard let data = FileManager.default.contents(atPath: path),
      let result = try? JSONText.decode(ResultDocument.self, from: data)
    else { return nil }
    let others = result.bands.filter { $0.verdict != .holds }.map { "\n  \($0.verdict.rawValue): \($0.name): \($0.found)" }
    return "\(result.caseStudy): \(result.verdict)\(others.joined())"
  }
}
