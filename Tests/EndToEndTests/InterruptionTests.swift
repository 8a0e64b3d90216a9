import Foundation
import Subprocess
import Testing

extension SmokeRunTests {
  /// Stages that are asked to stop while they work.
  @Suite struct InterruptionTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    var configuration: [String] { ["--config", "pipelines/linear-programs.yaml", "--preset", "smoke"] }

    /// Runs a stage and sends it a signal, if any, a while after it began to work.
    ///
    /// - Returns: its result, and how long it worked.
    func run(
      _ name: String, _ arguments: [String], _ signal: Int32? = nil, after delay: Duration = .zero
    ) async throws -> (result: Executables.Result, duration: Duration) {
      let progress = try TemporaryFolder()
      let file = "\(progress.path)/progress.json"
      var start = ContinuousClock.now
      let result = try await Executables.run(name, arguments + configuration + ["--progress", file]) { process in
        try await Executables.wait(while: process) { FileManager.default.fileExists(atPath: file) }
        start = .now
        guard let signal else { return }
        try await Task.sleep(for: delay)
        kill(process.value, signal)
      }
      return (result, ContinuousClock.now - start)
    }

    /// Two stages each, with all that a training has to remember: rollbacks to the best parameters; mini-batches, schedules and
    /// random numbers of untracked iterations.
    static let trainings: [String: [String]] = [
      "explicit-8": [
        """
        training.phases=[
          {steps: 200, iterations: 1, learning_rate: 0.1, rollback: {threshold: 1, factor: 0.9, floor: 1e-3}},
          {steps: 100, iterations: 1, learning_rate: 1e-2}]
        """
      ],
      "implicit-8": [
        "training.chunk=4", "training.batch_size=8",
        """
        training.phases=[
          {steps: 50, iterations: 2, learning_rate: 1e-2, schedule: cosine},
          {steps: 50, iterations: 2, untracked_iterations: 4, learning_rate: 3e-3}]
        """,
      ],
    ]

    @Test(arguments: ["explicit-8", "implicit-8"])
    func `A training that is interrupted three times ends with the same parameters, bit for bit`(model: String)
      async throws
    {
      let settings = try #require(Self.trainings[model]).flatMap { ["--set", $0] }
      func train(
        _ name: String, _ options: [String] = [], _ signal: Int32? = nil, after delay: Duration = .zero
      ) async throws -> (result: Executables.Result, duration: Duration) {
        let files = ["--dataset", "\(SmokeRun.folder)/dataset.h5", "--out", "\(folder.path)/\(name).h5"]
        return try await run("implicit-train", ["--model", model] + files + settings + options, signal, after: delay)
      }
      let whole = try await train("whole")
      try #require(whole.result.status == 0, "\(whole.result.errors)")

      for (count, signal) in [SIGTERM, SIGUSR2, SIGINT].enumerated() {
        // Three sixths of the way in all, so that none comes after the end.
        let part = try await train("part", ["--resume"], signal, after: whole.duration / 6).result
        try #require(part.status == 75, "interruption \(count): \(part.errors)")
        #expect(part.output.isEmpty && part.errors.contains("with --resume"))
        #expect(part.errors.contains("continuing at step") == (count > 0))
        #expect(try names(in: folder.path) == ["part.checkpoint.h5", "whole.h5"])
        _ = try contentHash(of: "\(folder.path)/part.checkpoint.h5")
      }
      let other = try await train("part", ["--resume", "--set", "seed=2"]).result
      #expect(other.status == 65 && other.errors.contains("\(folder.path)/part.checkpoint.h5: "), "\(other.errors)")

      let last = try await train("part", ["--resume"]).result
      #expect(last.status == 0 && last.errors.contains("continuing at step"), "\(last.errors)")
      #expect(try names(in: folder.path) == ["part.h5", "whole.h5"])
      #expect(try contentHash(of: "\(folder.path)/part.h5") == contentHash(of: "\(folder.path)/whole.h5"))
    }

    @Test func `A dataset that is interrupted leaves no file but what it resumes from`() async throws {
      let (result, _) = try await run(
        "implicit-generate",
        [
          "linear-programs", "--out", "\(folder.path)/dataset.h5", "--set", "dataset.train.attempts=1000000", "--set",
          "dataset.train.keep=1000000",
        ], SIGHUP)
      #expect(result.status == 75 && result.errors.contains("run the same command with --resume"), "\(result.errors)")
      #expect(try result.output.isEmpty && names(in: folder.path) == ["dataset.partial"])
    }

    @Test func `A sweep that is interrupted leaves no file but what it resumes from`() async throws {
      let smoke = SmokeRun.folder
      let (result, _) = try await run(
        "implicit-sweep",
        [
          "--model", "\(smoke)/implicit-8.h5", "--dataset", "\(smoke)/dataset.h5", "--out", "\(folder.path)/sweep.h5",
          "--iterations", "400", "--set", "sweep.chunk=1",
        ], SIGUSR1)
      #expect(result.status == 75 && result.errors.contains("run the same command with --resume"), "\(result.errors)")
      #expect(try result.output.isEmpty && names(in: folder.path) == ["sweep.partial"])
    }
  }
}
