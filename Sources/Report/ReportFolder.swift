import Foundation
import Plot
import Support

/// The folder of a report: report.html, table.csv, table.md and figures/.
///
///     try await ReportFolder(URL(filePath: "report")).write(aggregation.page)
///
/// Everything is made in a hidden folder beside the final files and moved into place file by file, the page last: a
/// killed writer leaves the report of before, or none; the next writer removes its hidden folder. After an error no new
/// folder is left, but that of a report whose figures gnuplot could not draw.
///
/// A hidden list says which files of the folder are the report's: only those are replaced or removed by the next report. Files of
/// the user's own stay as they are, and one that has the name of a file of the report is an error.
public struct ReportFolder: Sendable {
  /// Where it is, or will be.
  public let url: URL

  /// Nothing is made before `write`.
  public init(_ url: URL) { self.url = url }

  /// The file to open in a browser.
  public var page: URL { url.appending(path: "report.html") }
  private var figures: URL { url.appending(path: "figures") }
  private static let hiddenPrefix = ".tmp-"
  private static let listName = ".report-files"

  /// Writes the report and removes files of an earlier one that this one does not have.
  ///
  /// - Parameters:
  ///   - replaces: whether files of the names of the report's may be lost that no report wrote.
  ///   - extra: writes further files into the folder it is given; they are moved into place before the page.
  /// - Throws: `Failure`: cannot create, also when another process writes this report or a file of the user's own is in the way; io.
  public func write(
    _ report: ReportPage, gnuplot: Gnuplot = Gnuplot(), replaces: Bool = false, extra: (URL) throws -> Void = { _ in }
  ) async throws {
    let isNew = !FileManager.default.fileExists(atPath: url.path)
    let work = url.appending(path: Self.hiddenPrefix + UUID().uuidString)
    do {
      try await write(report, gnuplot, by: work, replaces: replaces, extra)
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
    _ report: ReportPage, _ gnuplot: Gnuplot, by work: URL, replaces: Bool, _ extra: (URL) throws -> Void
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
    // Tables and numbers do not need gnuplot: without it they are written all the same, and the failure comes at the end.
    var report = report
    var undrawn: Failure?
    do { try await gnuplot.draw(report.figures, in: pictures) } catch let failure as Failure where failure.status == .cannotCreate
    {
      undrawn = failure
      report.figures = []
      report.notes.append("The figures could not be drawn; their scripts and data are in the folder figures. \(failure.problem)")
    }
    try extra(work)
    try writeAtomically(report.results.csv, to: work.appending(path: "table.csv"))
    try writeAtomically(report.results.markdown, to: work.appending(path: "table.md"))
    try writeAtomically(try report.html(), to: work.appending(path: page.lastPathComponent))
    do {
      let names = try files.contentsOfDirectory(atPath: pictures.path).map { "figures/\($0)" }.sorted()
      let others = try files.contentsOfDirectory(atPath: work.path).filter { $0 != "figures" && $0 != page.lastPathComponent }
      let written = names + others.sorted() + [page.lastPathComponent]
      let earlier = Set(try ownFiles())
      if !replaces, let foreign = written.first(where: { !earlier.contains($0) && exists($0) }) {
        throw Failure(
          .cannotCreate, "there is a file of this name already, which no report wrote", at: url.appending(path: foreign).path,
          remedy: "write the report into another folder, or give --replace to lose the file")
      }
      // Before the first of them is there: a writer that is killed leaves no file that the next one takes for the user's.
      try writeAtomically(
        Set(written).union(earlier).sorted().map { "\($0)\n" }.joined(), to: url.appending(path: Self.listName))
      for name in written.dropLast() { try move(name, from: work) }
      for name in earlier.subtracting(written) where exists(name) { try files.removeItem(at: url.appending(path: name)) }
      try move(page.lastPathComponent, from: work)
      try writeAtomically(written.map { "\($0)\n" }.joined(), to: url.appending(path: Self.listName))
      if let undrawn { throw undrawn }
    } catch let error as CocoaError {
      throw Failure(cannot: "move the report into place", at: url.path, error)
    }
  }

  private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: url.appending(path: name).path) }

  /// The files that earlier reports wrote into this folder, by their paths in it; none where there was no report.
  private func ownFiles() throws -> [String] {
    let list = url.appending(path: Self.listName)
    guard FileManager.default.fileExists(atPath: list.path) else { return [] }
    let lines = try String(contentsOf: list, encoding: .utf8).split(separator: "\n").map(String.init)
    // Nothing outside the folder is the report's, whatever the list says.
    return lines.filter { !$0.hasPrefix("/") && !$0.split(separator: "/").contains("..") }
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
