import Foundation
import HDF5
import Testing

/// The command lines that the README and the help texts promise.
@Suite struct CommandLineTests {
  /// From data to the report, each line with what it prints.
  static let stages: [(line: String, output: String)] = [
    (
      "implicit-generate linear-programs --config pipelines/linear-programs.yaml --preset smoke --out $D/dataset.h5",
      "$D/dataset.h5"
    ),
    (
      """
      for k in 1 2 3 4; do implicit-generate linear-programs --config pipelines/linear-programs.yaml --preset smoke \
      --shard $k/4 --out $D/part-$k.h5; done
      """, "$D/part-1.h5\n$D/part-2.h5\n$D/part-3.h5\n$D/part-4.h5"
    ),
    ("implicit-generate merge $D/part-*.h5 --out $D/merged.h5", "$D/merged.h5"),
    (
      """
      implicit-train --config pipelines/linear-programs.yaml --preset smoke --model implicit-8 --dataset $D/dataset.h5 \
      --out $D/implicit-8.h5 --resume
      """, "$D/implicit-8.h5"
    ),
    (
      """
      implicit-sweep --config pipelines/linear-programs.yaml --preset smoke --model $D/implicit-8.h5 \
      --dataset $D/dataset.h5 --iterations 16 --out $D/implicit-8.sweep.h5
      """, "$D/implicit-8.sweep.h5"
    ),
    ("implicit-aggregate $D/*.sweep.h5 --out $D/report", "$D/report/report.html"),
    (
      "implicit-inspect validate $D/*.h5 | sed 's/: valid,.*//'",
      "$D/dataset.h5\n$D/implicit-8.h5\n$D/implicit-8.sweep.h5\n$D/merged.h5\n$D/part-1.h5\n$D/part-2.h5\n$D/part-3.h5\n$D/part-4.h5"
    ),
    ("implicit-inspect diff $D/dataset.h5 $D/merged.h5", "same content"),
  ]

  @Test func `The stages run one after the other as written, and leave nothing but their results`() async throws {
    let folder = try TemporaryFolder()
    for (line, output) in Self.stages {
      let result = try await Executables.shell(line, ["D": folder.path])
      try #require(result.status == 0, "\(line)\n\(result.errors)")
      #expect(result.output == output.replacing("$D", with: folder.path) + "\n")
    }
    let made = [
      "dataset.h5", "implicit-8.h5", "implicit-8.sweep.h5", "merged.h5", "part-1.h5", "part-2.h5", "part-3.h5",
      "part-4.h5", "report",
    ]
    #expect(try names(in: folder.path) == made)
    #expect(
      try names(in: "\(folder.path)/report") == [
        ".report-files", "figures", "report.html", "results.json", "summary.h5", "table.csv", "table.md",
      ])
    let figures = try names(in: "\(folder.path)/report/figures")
    for type in ["svg", "png"] {
      #expect(figures.contains("error-iteration.\(type)") && figures.contains("lipschitz-implicit-8.\(type)"))
    }
    #expect(try File.open("\(folder.path)/implicit-8.sweep.h5").dataset("iteration").read(Int64.self) == Array(0...16))
  }
}

extension SmokeRunTests {
  /// What the options of a sweep and the commands of `implicit-inspect` do.
  @Suite struct OptionTests {
    static func shell(_ line: String, _ folder: TemporaryFolder) async throws -> String {
      let result = try await Executables.shell(line, SmokeRun.variables.merging(["D": folder.path]) { $1 })
      try #require(result.status == 0, "\(line)\n\(result.errors)")
      return result.output
    }

    @Test func `A sweep saves outputs and takes another solver when it is told to`() async throws {
      let folder = try TemporaryFolder()
      let line = "implicit-sweep $CONFIG --model $SMOKE/implicit-8.h5 --dataset $SMOKE/dataset.h5 --iterations 16"
      _ = try await Self.shell("\(line) --out $D/picard.h5 --save-outputs", folder)
      _ = try await Self.shell("\(line) --out $D/anderson.h5 --save-outputs --solver anderson", folder)
      _ = try await Self.shell("\(line) --out $D/train.h5 --split train", folder)
      let (picard, anderson) = (try File.open("\(folder.path)/picard.h5"), try File.open("\(folder.path)/anderson.h5"))
      #expect(try picard.attribute("solver", as: String.self) == "picard")
      #expect(try anderson.attribute("solver", as: String.self) == "anderson")
      #expect(try picard.dataset("output").shape == [8, 17, 12])
      func output(_ file: File, _ iteration: Int) throws -> [Double] {
        try file.dataset("output").read(Double.self, start: [0, iteration, 0], count: [8, 1, 12])
      }
      // The first step of Anderson's method is Picard's; then it mixes.
      #expect(try output(picard, 1) == output(anderson, 1))
      #expect(try output(picard, 4) != output(anderson, 4))
      let train = try File.open("\(folder.path)/train.h5")
      #expect(try !train.contains("output") && train.attribute("split", as: String.self) == "train")
    }

    @Test func `A dry run of the training says what it takes, and leaves nothing`() async throws {
      let folder = try TemporaryFolder()
      let line = "implicit-train $CONFIG --model implicit-8 --dataset $SMOKE/dataset.h5"
      let estimate = try await Self.shell(
        "\(line) --dry-run", folder)
      for text in ["parameters  2350", "steps       15, ", " GiB of this process", "time        about "] {
        #expect(estimate.contains(text))
      }
      #expect(try names(in: folder.path).isEmpty)
      let silent = try await Executables.shell(line, SmokeRun.variables)
      #expect(silent.status == 64 && silent.errors.contains("--out file.h5"))
    }

    @Test func `Inspect shows what is in a file, and diff finds where two files differ`() async throws {
      let folder = try TemporaryFolder()
      let listing = try await Self.shell("implicit-inspect $SMOKE/dataset.h5", folder)
      for text in ["implicit-h5/dataset 1.0, complete", "train/", "solution  float64 [16, 12]", "@role = label"] {
        #expect(listing.contains(text))
      }
      _ = try await Self.shell("implicit-generate linear-programs $CONFIG --set seed=2 --out $D/other.h5", folder)
      let difference = try await Executables.shell(
        "implicit-inspect diff $SMOKE/dataset.h5 \(folder.path)/other.h5", SmokeRun.variables)
      #expect(difference.status == 1 && difference.output.hasSuffix("different content\n"))
      #expect(difference.output.contains("/train/solution: "))
    }

    @Test func `The reference lists every key of the pipeline file`() async throws {
      let reference = try await Executables.shell("implicit-inspect config --reference")
      #expect(reference.status == 0)
      for key in [
        "dataset.train.attempts", "models.<name>.embedding", "training.phases[].rollback.threshold", "sweep.perturbations.norm",
        "aggregate.expect[].at_most", "pipeline.seeds",
      ] {
        #expect(reference.output.contains(key), "\(key)")
      }
    }

    @Test func `Weights that go out and come in again make the same model`() async throws {
      let folder = try TemporaryFolder()
      _ = try await Self.shell(
        """
        implicit-inspect export-weights $SMOKE/implicit-8.h5 --safetensors $D/weights
        implicit-inspect import-weights --architecture implicit-gnn --safetensors $D/weights --out $D/implicit-8.h5
        implicit-inspect export-weights $D/implicit-8.h5 --safetensors $D/again
        cmp $D/weights $D/again
        sweep="implicit-sweep $CONFIG --dataset $SMOKE/dataset.h5"
        $sweep --model $D/implicit-8.h5 --out $D/implicit-8.sweep.h5
        """, folder)
      #expect(try names(in: folder.path) == ["again", "implicit-8.h5", "implicit-8.sweep.h5", "weights"])
      func errors(_ folder: String) throws -> [Double] {
        try File.open("\(folder)/implicit-8.sweep.h5").dataset("error").read()
      }
      #expect(try errors(folder.path) == errors(SmokeRun.folder))
    }

    @Test func `Weights whose shapes depend on the data come in with the dataset they are for`() async throws {
      let folder = try TemporaryFolder()
      let flows = "--config pipelines/steady-flows.yaml --preset smoke"
      _ = try await Self.shell(
        """
        implicit-generate steady-flows \(flows) --out $D/dataset.h5
        implicit-train \(flows) --model implicit --dataset $D/dataset.h5 --out $D/model.h5
        implicit-inspect export-weights $D/model.h5 --safetensors $D/weights
        implicit-inspect import-weights --architecture fno-deq --settings '{width: 4, modes: 3, padding: 0, coordinates: false}' \
          --dataset $D/dataset.h5 --safetensors $D/weights --out $D/again.h5
        implicit-inspect export-weights $D/again.h5 --safetensors $D/again
        cmp $D/weights $D/again
        """, folder)
      let without = try await Executables.shell(
        "implicit-inspect import-weights --architecture fno-deq --safetensors $D/weights --out $D/none.h5", ["D": folder.path])
      #expect(without.status == 64 && without.errors.contains("--dataset"), "\(without.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/none.h5"))
    }
  }
}
