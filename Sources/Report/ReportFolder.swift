import Foundation
import Plot
import Support

/// The folder of a report: report.html, table.csv, table.md and figures/.
///
///     try await ReportFolder(URL(filePath: "report")).write(aggregation.page)
///
/// Everything is made in a hidden folder beside the final files and moved into place file by file, the page last: a
/// killed writer leaves the report of before, or none; the next writer removes its hidden folder. After an error no new
/// folder is left.
public struct ReportFolder: Sendable {
  /// Where it is, or will be.
  public let url: URL

  /// Nothing is made before `write`.
  public init(_ url: URL) { self.url = url }

  /// The file to open in a browser.
  public var page: URL { url.appending(path: "report.html") }
  private var figures: URL { url.appending(path: "figures") }
  private static let hiddenPrefix = ".tmp-"

  /// Writes the report and removes pictures of an earlier one that this one does not have.
  ///
  /// - Parameter extra: writes further files into the folder it is given; they are moved into place before the page.
  /// - Throws: `Failure`: cannot create, also when another process writes this report; or io.
  public func write(
    _ report: ReportPage, gnuplot: Gnuplot = Gnuplot(), extra: (URL) throws -> Void = { _ in }
  ) async throws {
    let isNew = !FileManager.default.fileExists(atPath: url.path)
    let work = url.appending(path: Self.hiddenPrefix + UUID().uuidString)
    do {
      try await write(report, gnuplot, by: work, extra)
    } catch {
      // These calls remove empty folders only.
      if isNew { for folder in [figures, url] { rmdir(folder.path) } }
      var failure = Failure(describing: error)
      // The hidden folder is gone; what the reader knows is the final name.
      failure.location = failure.location?.replacing("/\(work.lastPathComponent)", with: "")
      throw failure
    }
  }

  private func write(
    _ report: ReportPage, _ gnuplot: Gnuplot, by work: URL, _ extra: (URL) throws -> Void
  ) async throws {
    let files = FileManager.default
    let pictures = work.appending(path: "figures")
    try create(figures)
    let lock = try OutputLock(for: page.path)
    defer { withExtendedLifetime(lock) {} }
    // Nobody else writes here, so what is hidden was left by a writer that was killed.
    for name in try files.contentsOfDirectory(atPath: url.path) where name.hasPrefix(Self.hiddenPrefix) {
      try files.removeItem(at: url.appending(path: name))
    }
    try create(pictures)
    defer { try? files.removeItem(at: work) }
    try await gnuplot.draw(report.figures, in: pictures)
    try extra(work)
    try writeAtomically(report.results.csv, to: work.appending(path: "table.csv"))
    try writeAtomically(report.results.markdown, to: work.appending(path: "table.md"))
    try writeAtomically(try report.html(), to: work.appending(path: page.lastPathComponent))
    do {
      let names = try files.contentsOfDirectory(atPath: pictures.path)
      for name in names { try move("figures/\(name)", from: work) }
      for name in try files.contentsOfDirectory(atPath: figures.path) where !names.contains(name) {
        if ["svg", "png", "dat", "gp"].contains((name as NSString).pathExtension) {
          try files.removeItem(at: figures.appending(path: name))
        }
      }
      let others = try files.contentsOfDirectory(atPath: work.path)
      for name in others where name != "figures" && name != page.lastPathComponent { try move(name, from: work) }
      try move(page.lastPathComponent, from: work)
    } catch let error as CocoaError {
      throw Failure(cannot: "move the report into place", at: url.path, error)
    }
  }

  private func create(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure(cannot: "create the folder of the report", at: url.path, error)
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
