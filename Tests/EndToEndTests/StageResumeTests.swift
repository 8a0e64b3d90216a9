import Foundation
import Testing

/// Generation and sweeps that are stopped or killed go on where they were, to the same content.
@Suite(.serialized) struct StageResumeTests {
  private static let configuration = [
    "--config", "pipelines/linear-programs.yaml", "--preset", "smoke", "--threads", "1", "--set", "sweep.samples=400",
    "--set", "dataset.test={attempts: 8000, keep: 8000}", "--set", "sweep.chunk=20",
  ]

  private static func hash(_ path: String) throws -> String {
    let text = try Shell.run("h5dump", "-a", "/content_sha256", path).output
    return String(try #require(text.firstMatch(of: /"([0-9a-f]{64})"/)).1)
  }

  /// Runs a stage and ends it by a signal as soon as something is saved; then runs it on to its end.
  private static func interrupt(_ stage: String, _ arguments: [String], output: String, signal: Int32) async throws {
    let partial = output.replacing(/\.h5$/, with: ".partial")
    let stopped = try await Executables.run(stage, arguments + ["--out", output]) { process in
      let deadline = Date().addingTimeInterval(60)
      func size() -> Int { (try? FileManager.default.attributesOfItem(atPath: partial)[.size] as? Int) ?? 0 }
      while size() < 2000 {
        try #require(Date() < deadline)
        try await Task.sleep(for: .milliseconds(2))
      }
      kill(process.value, signal)
    }
    #expect(stopped.status == (signal == SIGKILL ? 137 : 75), "\(stopped.errors)")
    if signal != SIGKILL { #expect(stopped.errors.contains("run the same command with --resume"), "\(stopped.errors)") }
    #expect(!FileManager.default.fileExists(atPath: output) && FileManager.default.fileExists(atPath: partial))
    let resumed = try await Executables.run(stage, arguments + ["--out", output, "--resume"])
    #expect(resumed.status == 0 && resumed.errors.contains(/continuing .*at (draw|sample) [1-9]/), "\(resumed.errors)")
    #expect(!FileManager.default.fileExists(atPath: partial))
  }

  @Test func `A dataset that was interrupted or killed on the way is the dataset that was not`() async throws {
    let folder = try TemporaryFolder()
    let arguments = ["linear-programs"] + Self.configuration + ["--shard", "1/2"]
    let whole = try await Executables.run("implicit-generate", arguments + ["--out", "\(folder.path)/whole.h5"])
    try #require(whole.status == 0, "\(whole.errors)")
    for signal in [SIGTERM, SIGUSR2, SIGKILL] {
      let output = "\(folder.path)/signal-\(signal).h5"
      try await Self.interrupt("implicit-generate", arguments, output: output, signal: signal)
      #expect(try Self.hash(output) == Self.hash("\(folder.path)/whole.h5"))
    }
    // What another configuration left is not taken.
    let other = "\(folder.path)/other.h5"
    try Data("implicit-partial 1\n0123\n".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/other.partial"))
    let refused = try await Executables.run("implicit-generate", arguments + ["--out", other, "--resume"])
    #expect(refused.status == 65 && refused.errors.contains("run without --resume"), "\(refused.errors)")
  }

  @Test func `A sweep that was interrupted or killed on the way is the sweep that was not`() async throws {
    let folder = try TemporaryFolder()
    let (dataset, model) = ("\(folder.path)/dataset.h5", "\(folder.path)/model.h5")
    for (stage, arguments) in [
      ("implicit-generate", ["linear-programs"] + Self.configuration + ["--out", dataset]),
      (
        "implicit-train",
        Self.configuration + ["--model", "implicit-8", "--dataset", dataset, "--out", model]
      ),
    ] {
      let result = try await Executables.run(stage, arguments)
      try #require(result.status == 0, "\(result.errors)")
    }
    let arguments = Self.configuration + ["--model", model, "--dataset", dataset, "--save-outputs"]
    let whole = "\(folder.path)/whole.sweep.h5"
    let result = try await Executables.run("implicit-sweep", arguments + ["--out", whole])
    try #require(result.status == 0, "\(result.errors)")
    for signal in [SIGTERM, SIGKILL] {
      let output = "\(folder.path)/signal-\(signal).sweep.h5"
      try await Self.interrupt("implicit-sweep", arguments, output: output, signal: signal)
      #expect(try Self.hash(output) == Self.hash(whole))
    }
  }

  @Test func `A damaged checkpoint says that it is, and the training starts anew once it is deleted`() async throws {
    let folder = try TemporaryFolder()
    let result = try await Executables.shell(
      """
      C="--config pipelines/linear-programs.yaml --preset smoke --set training.phases.0.steps=100000"
      implicit-generate linear-programs $C --out $D/d.h5 2>$D/log
      timeout -s TERM 3 implicit-train $C --model implicit-8 --dataset $D/d.h5 --out $D/m.h5 2>>$D/log
      [ -e $D/m.checkpoint.h5 ] || exit 1
      truncate -s -2000 $D/m.checkpoint.h5
      implicit-train $C --model implicit-8 --dataset $D/d.h5 --out $D/m.h5 --resume
      """, ["D": folder.path])
    #expect(result.status == 65, "\(result.errors)")
    #expect(
      result.errors.contains("the checkpoint is damaged") && result.errors.contains("delete \(folder.path)/m.checkpoint.h5"))
  }

  @Test func `A loss that is NaN at the first step is not laid to the learning rate`() async throws {
    let folder = try TemporaryFolder()
    let result = try await Executables.shell(
      """
      C="--config pipelines/deblurring.yaml --preset smoke"
      implicit-generate deblurring $C --out $D/d.h5 2>$D/log
      implicit-train $C --model explicit --set models.explicit.initial=null --set models.explicit.gain=1e20 --dataset $D/d.h5 --out $D/m.h5
      """, ["D": folder.path])
    #expect(result.status == 76, "\(result.errors)")
    #expect(
      result.errors.contains("at the first step") && result.errors.contains("not from the learning rate"), "\(result.errors)")
  }
}
