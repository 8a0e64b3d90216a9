import Experiment
import Foundation

/// The folder of a report: report.html, table.csv, table.md and figures/.
///
/// Everything is made in a hidden folder beside the final files and moved into place file by file, the page last: a
/// killed writer leaves the report of before, or none.
public struct ReportFolder: Sendable {
  public let url: URL

  public init(_ url: URL) { self.url = url }

  public var page: URL { url.appending(path: "report.html") }

  /// Writes the report and removes pictures of an earlier one that this one does not have.
  ///
  /// - Parameter extra: writes further files into the folder it is given; they are moved into place before the page.
  public func write(
    _ report: ReportPage, gnuplot: Gnuplot = Gnuplot(), extra: (URL) throws -> Void = { _ in }
  ) async throws {
    let files = FileManager.default
    let work = url.appending(path: ".tmp-\(UUID().uuidString)")
    let pictures = work.appending(path: "figures")
    do {
      try files.createDirectory(at: pictures, withIntermediateDirectories: true)
      try files.createDirectory(at: url.appending(path: "figures"), withIntermediateDirectories: true)
    } catch {
      throw Failure(
        .cannotCreate, "cannot create the folder of the report: \(error.localizedDescription)", at: url.path,
        remedy: "give --out a folder that can be written")
    }
    defer { try? files.removeItem(at: work) }
    try await gnuplot.draw(report.figures, in: pictures)
    try extra(work)
    try writeAtomically(report.results.csv, to: work.appending(path: "table.csv"))
    try writeAtomically(report.results.markdown, to: work.appending(path: "table.md"))
    try writeAtomically(try report.html(), to: work.appending(path: page.lastPathComponent))
    do {
      let names = try files.contentsOfDirectory(atPath: pictures.path)
      for name in names { try move("figures/\(name)", from: work) }
      for name in try files.contentsOfDirectory(atPath: url.appending(path: "figures").path) where !names.contains(name) {
        if ["svg", "png", "dat", "gp"].contains((name as NSString).pathExtension) {
          try files.removeItem(at: url.appending(path: "figures/\(name)"))
        }
      }
      let others = try files.contentsOfDirectory(atPath: work.path)
      for name in others where name != "figures" && name != page.lastPathComponent { try move(name, from: work) }
      try move(page.lastPathComponent, from: work)
    } catch let error as CocoaError {
      throw Failure(.io, "cannot move the report into place: \(error.localizedDescription)", at: url.path)
    }
  }

  /// Replaces the file of that name in one step.
  private func move(_ name: String, from work: URL) throws {
    guard rename(work.appending(path: name).path, url.appending(path: name).path) == 0 else {
      throw Failure(
        .io, "cannot move this file into place: \(String(cString: strerror(errno)))", at: url.appending(path: name).path
      )
    }
  }
}
