import Foundation
import Testing

extension SmokeRunTests {
  /// Runs that are asked for the impossible in the right words.
  @Suite struct FailedRunTests {
    static let runs = [
      // With all bounds zero x is zero, which solves no equality.
      Refusal(
        """
        implicit-generate linear-programs $CONFIG --set dataset.bound_deviation=0 --set dataset.equality_probability=1 \
        --out $OUT/d.h5
        """, 65, "$OUT/d.h5: ", "none of the 60 draws gave a sample for the split `train`", "change the distribution"),
      Refusal(
        """
        implicit-train $CONFIG --model implicit-8 --dataset $SMOKE/dataset.h5 --set training.phases.0.learning_rate=1e30 \
        --out $OUT/m.h5
        """, 76, "pipelines/linear-programs.yaml:", "training.phases.0: expected a finite loss, found NaN at step 1",
        "lower training.phases.0.learning_rate"),
      Refusal(
        """
        implicit-train $CONFIG --model explicit-8 --dataset $SMOKE/dataset.h5 --set training.phases.0.learning_rate=1e10 \
        --out $OUT/m.h5
        """, 76, "training.phases.0: expected a finite loss, found "),
    ]

    @Test(arguments: runs) func `A run that cannot succeed says where and why`(refusal: Refusal) async throws {
      try await refusal.check()
    }

    @Test func `A number outside its band ends with 77 after the report is written`() async throws {
      let folder = try TemporaryFolder()
      let result = try await Executables.shell(
        """
        implicit-aggregate $SMOKE/implicit-8.sweep.h5 --out $D/report $CONFIG \
          --set 'aggregate.expect=[{name: no error, model: implicit-8, at_most: 0},
            {name: some error, model: implicit-8, at_least: 0}]'
        """, SmokeRun.variables.merging(["D": folder.path]) { $1 })
      #expect(result.status == 77)
      #expect(result.output == "\(folder.path)/report/report.html\n")
      #expect(FileManager.default.fileExists(atPath: "\(folder.path)/report/report.html"))
      for text in [
        "pipelines/linear-programs.yaml: 1 of 2 expected bands violated", "\"no error\": mean test error of implicit-8",
        "expected at most 0, found 0.", "aggregate.expect",
      ] {
        #expect(result.errors.contains(text), "\(result.errors)")
      }
      #expect(!result.errors.contains("some error"))
    }
  }
}
