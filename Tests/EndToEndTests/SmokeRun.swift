import Foundation
import Records
import Testing

/// Gives the tests of a suite, all of them together, what the executables make of the smoke preset: `dataset.h5`, the first of four shards
/// `part-1.h5`, `implicit-8.h5`, `implicit-8.sweep.h5`, and the safetensors file `weights`.
struct SmokeRun: SuiteTrait, TestScoping {
  @TaskLocal static var folder = ""

  /// For lines of shell: `$SMOKE` is the folder of the files, `$CONFIG` names the configuration.
  static var variables: [String: String] {
    ["SMOKE": folder, "CONFIG": "--config pipelines/linear-programs.yaml --preset smoke"]
  }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    try await Self.$folder.withValue(folder.path) {
      let made = try await Executables.shell(
        """
        set -e
        implicit-generate linear-programs $CONFIG --out $SMOKE/dataset.h5
        implicit-generate linear-programs $CONFIG --shard 1/4 --out $SMOKE/part-1.h5
        implicit-train $CONFIG --model implicit-8 --dataset $SMOKE/dataset.h5 --out $SMOKE/implicit-8.h5
        implicit-sweep $CONFIG --model $SMOKE/implicit-8.h5 --dataset $SMOKE/dataset.h5 --out $SMOKE/implicit-8.sweep.h5
        implicit-inspect export-weights $SMOKE/implicit-8.h5 --safetensors $SMOKE/weights
        """, Self.variables)
      try #require(made.status == 0, "\(made.errors)")
      try await function()
    }
  }
}

extension Trait where Self == SmokeRun {
  static var smokeRun: Self { SmokeRun() }
}

/// The tests that begin with the files of one smoke run, which all share.
@Suite(.smokeRun) struct SmokeRunTests {}

/// The hash of the content of a file, which must be valid.
func contentHash(of path: String) throws -> String {
  let validation = try FileValidation(of: path)
  try #require(validation.isValid, "\(path): \(validation.problems)")
  return validation.contentHash
}

/// The names of all that is in a folder.
func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}
