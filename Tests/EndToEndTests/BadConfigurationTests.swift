import Testing

extension SmokeRunTests {
  /// Wrong command lines and configurations: exit status 64, or 66 for a configuration that is not there.
  @Suite struct BadConfigurationTests {
    static let pipeline = "pipelines/linear-programs.yaml"

    static func generate(_ options: String) -> String {
      "implicit-generate linear-programs $CONFIG \(options) --out $OUT/d.h5"
    }
    static func train(_ options: String) -> String {
      "implicit-train $CONFIG --dataset $SMOKE/dataset.h5 \(options) --out $OUT/m.h5"
    }
    static func sweep(_ options: String) -> String {
      "implicit-sweep $CONFIG --model $SMOKE/implicit-8.h5 --dataset $SMOKE/dataset.h5 \(options) --out $OUT/s.h5"
    }
    /// The pipeline file, changed by sed.
    static func changed(_ expression: String) -> String {
      """
      sed '\(expression)' \(pipeline) > $IN/p.yaml
      implicit-generate linear-programs --config $IN/p.yaml --preset smoke --out $OUT/d.h5
      """
    }

    static let keys = [
      Refusal(generate("--set dataset.variabels=3"), 64, "dataset: unknown key `variabels`", "did you mean `variables`?"),
      Refusal(generate("--set trainning.chunk=3"), 64, "unknown key `trainning`", "did you mean `training`?"),
      Refusal(
        changed("s/learning_rate: 1e-4/learn_rate: 1e-4/"), 64, "$IN/p.yaml:",
        "training.phases.1.learning_rate is missing", "is `learn_rate` meant to be it?"),
      Refusal(changed("s/^case_study: .*/case_study: deblurring/"), 64, "$IN/p.yaml", "`linear-programs`", "`deblurring`"),
      Refusal(changed("s/^dataset:/dataset: [/"), 64, "$IN/p.yaml:"),
      Refusal(
        "implicit-generate linear-programs --config $IN/none.yaml --out $OUT/d.h5", 66, "$IN/none.yaml: ", "name a YAML file"),
      Refusal(
        "implicit-generate linear-programs --config \(pipeline) --preset smoek --out $OUT/d.h5", 64, pipeline,
        "unknown preset `smoek`", "did you mean `smoke`?"),
    ]

    static let values = [
      Refusal(generate("--set dataset.variables=many"), 64, "dataset.variables: expected integer", "found `many`"),
      Refusal(
        train("--model implicit-8 --set training.phases.0.iterations=0"), 64, "training.phases.0.iterations: expected",
        "found the number 0"),
      Refusal(
        train("--model implicit-8 --set training.phases.0.loss_iterations=[2,4]"), 64, pipeline,
        "loss_iterations: expected ascending",
        "up to iterations = 3"),
      Refusal(
        train("--model implicit-8 --set training.phases.0.loss_iterations=[1] --set training.adjoint.name=implicit"), 64,
        pipeline,
        "only the unrolled adjoint", "leave loss_iterations out"),
      Refusal(sweep("--iterations 0"), 64, "sweep.iterations: expected integer, 1 to", "found the number 0"),
      Refusal(sweep("--iterations -3"), 64, "sweep.iterations: expected integer, 1 to", "found the number -3"),
      Refusal(generate("--set dataset.constraints=-4"), 64, "dataset.constraints: expected integer, 1 to", "found the number -4"),
      Refusal(sweep("--set sweep.samples=-1"), 64, "sweep.samples: expected integer, at least 1", "found the number -1"),
      Refusal(
        generate("--set dataset.nonzeros=1000"), 64, pipeline, "nonzeros must be in 1 ... 48", "found 1000", "variables"),
    ]

    static let commands = [
      Refusal(
        "implicit-generate linear-program $CONFIG --out $OUT/d.h5", 64, "`linear-program`", "did you mean `linear-programs`?"),
      Refusal(generate("--shard 5/4"), 64, "--shard", "1 <= K <= N", "5/4"),
      Refusal(generate("--device gpu"), 64, "expected cpu, cuda or cuda:N, found 'gpu'", "--device"),
      Refusal(generate("--device cuda:64"), 64, "cuda:64", "--device"),
      Refusal(
        "implicit-pipeline run pipelines/linear-programs.yaml --preset smoke --device cuda:64 --out $OUT/run", 64, "--device: ",
        "cuda:64", "leave --device out"),
      Refusal(generate("--threads -1"), 64, "--threads must be at least 1 and at most 4096, found -1"),
      Refusal(generate("--threads 99999999999"), 64, "at most 4096, found 99999999999"),
      Refusal(train("--model implicit8"), 64, pipeline, "unknown model `implicit8`", "did you mean `implicit-8`?"),
      Refusal(sweep("--solver andersen"), 64, "--solver", "andersen", "'anderson'"),
      Refusal(sweep("--split tests"), 64, "--split", "tests", "'test'"),
      Refusal("implicit-aggregate --out $OUT/report", 64, "<sweep.h5>"),
      Refusal(
        "implicit-inspect import-weights --architecture implicit-gn --safetensors $IN/w --out $OUT/m.h5", 64,
        "--architecture", "`implicit-gn`", "did you mean `implicit-gnn`?"),
    ]

    @Test(arguments: keys) func `A wrong key is named with the nearest valid one`(refusal: Refusal) async throws {
      try await refusal.check()
    }

    @Test(arguments: values) func `A wrong value is named with what was expected`(refusal: Refusal) async throws {
      try await refusal.check()
    }

    @Test(arguments: commands) func `A wrong command line says what it should be`(refusal: Refusal) async throws {
      try await refusal.check()
    }
  }
}
