import Foundation
import Subprocess
import Support
import SystemPackage

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

  /// - Throws: `.usage` for a device that the stages do not have, before the first of them needs it.
  func check(device: String) async throws {
    let program = "\(folder)/implicit-benchmark"
    // Without it, the first stage that computes there says it.
    guard FileManager.default.isExecutableFile(atPath: program) else { return }
    let result = try await Subprocess.run(
      .path(FilePath(program)), arguments: ["check-device", "--device", device], input: .none,
      output: .string(limit: 1 << 16), error: .discarded)
    let problem = result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    guard problem.isEmpty else {
      throw Failure(
        .usage, problem, at: "--device",
        remedy: "leave --device out to compute on the CPU, or install a LibTorch for the device and name it in LIBTORCH")
    }
  }
}
