import Foundation
import Subprocess
import Support
import SystemPackage

/// Draws figures with the gnuplot program, in one process for all of them.
///
///     try await Gnuplot().draw(figures, in: URL(filePath: "report/figures"))
public struct Gnuplot: Sendable {
  private let executable: Executable

  /// - Parameter program: the name of the program, looked up on the PATH, or its full path.
  public init(program: String = "gnuplot") {
    executable = program.contains("/") ? .path(FilePath(program)) : .name(program)
  }

  /// Writes NAME.svg, NAME.png, NAME.dat and NAME.gp for each figure.
  ///
  /// - Parameter folder: an existing folder.
  /// - Throws: `Failure` with `cannotCreate` when gnuplot is not installed or ends with an error, `io` when the folder cannot be
  ///   written. The scripts and data are in the folder then.
  public func draw(_ figures: [Figure], in folder: URL) async throws {
    guard !figures.isEmpty else { return }
    for figure in figures {
      let script = GnuplotScript(figure: figure)
      try writeAtomically(script.data, to: folder.appending(path: figure.name + ".dat"))
      try writeAtomically(script.script, to: folder.appending(path: figure.name + ".gp"))
    }
    // One process for all scripts: each begins with `reset session`.
    let result: ExecutionResult<Void, DiscardedOutput, StringOutput<UTF8>>
    do {
      result = try await run(
        executable, arguments: .init(figures.map { $0.name + ".gp" }), workingDirectory: FilePath(folder.path),
        output: .discarded, error: .string(limit: 1 << 20))
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw Failure(
        .cannotCreate, "the program gnuplot, which draws the figures, is not installed (looked for \(executable))",
        remedy: "install the Debian package gnuplot-nox, or run pipelines/setup.sh")
    }
    guard result.terminationStatus.isSuccess else {
      let words = String(result.standardError.suffix(2000)).trimmingCharacters(in: .whitespacesAndNewlines)
      throw Failure(
        .cannotCreate, "gnuplot could not draw the figures (\(result.terminationStatus)): \(words)",
        at: folder.path, remedy: "the scripts and their data are in that folder: `gnuplot NAME.gp` there shows more")
    }
    for figure in figures {
      for type in ["svg", "png"] {
        let picture = folder.appending(path: "\(figure.name).\(type)")
        // gnuplot ends well on a full disk too; a whole picture has its end.
        let end = type == "svg" ? Data("</svg>".utf8) : Data([0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82])
        guard let content = try? Data(contentsOf: picture), content.suffix(16).range(of: end) != nil else {
          throw Failure(
            .io, "gnuplot did not write the whole picture", at: picture.path,
            remedy: "free some space if the disk is full, then run the command again")
        }
      }
    }
  }
}
