import Foundation
import Support

/// Where the executables of the stages are.
public struct StageExecutables: Sendable {
  /// All of them are in it.
  public let folder: String

  /// Those in a folder.
  public init(folder: String) { self.folder = folder }

  /// The folder that this very program lies in.
  public static func besideThisProgram() -> StageExecutables {
    let program =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return StageExecutables(folder: (program as NSString).deletingLastPathComponent)
  }

  /// The executable of a stage.
  public func path(of stage: Stage) -> String { "\(folder)/\(stage.executable)" }

  /// - Throws: `.missingInput` if a stage has no executable.
  func check(_ stages: some Sequence<Stage>) throws {
    for stage in stages where !FileManager.default.isExecutableFile(atPath: path(of: stage)) {
      throw Failure(
        .missingInput, "the executable of the stage \(stage) is missing", at: path(of: stage),
        remedy: "build it: swift build -c release; or name the folder of the executables with --bin")
    }
  }
}
