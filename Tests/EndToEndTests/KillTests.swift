import Foundation
import Subprocess
import Support
import Testing

extension SmokeRunTests {
  /// Stages that are killed, which no program can prepare for when it happens.
  @Suite struct KillTests {
    enum Stage: String, CaseIterable {
      case generate, train, sweep

      /// A second of work at most; the training writes a checkpoint every few steps.
      func arguments(out: String) -> [String] {
        let smoke = SmokeRun.folder
        let stage =
          switch self {
          case .generate: ["linear-programs", "--set", "dataset.train={attempts: 2000, keep: 800}"]
          case .train:
            [
              "--model", "explicit-8", "--dataset", "\(smoke)/dataset.h5", "--resume", "--set",
              "training.phases.0.steps=100", "--set", "training.checkpoint_seconds=0.05",
            ]
          case .sweep:
            [
              "--model", "\(smoke)/implicit-8.h5", "--dataset", "\(smoke)/dataset.h5", "--save-outputs", "--iterations",
              "20", "--set", "sweep.chunk=1",
            ]
          }
        return stage + ["--config", "pipelines/linear-programs.yaml", "--preset", "smoke", "--out", out]
      }

      var kills: Int { self == .sweep ? 6 : 7 }
    }

    @Test(arguments: Stage.allCases)
    func `A stage that is killed leaves no half file, and the next run ends right`(stage: Stage) async throws {
      let folder = try TemporaryFolder()
      let program = "implicit-\(stage)"
      let start = ContinuousClock.now
      let whole = try await Executables.run(program, stage.arguments(out: "\(folder.path)/whole.h5"))
      let duration = ContinuousClock.now - start
      try #require(whole.status == 0, "\(whole.errors)")
      let expected = try contentHash(of: "\(folder.path)/whole.h5")

      let output = "\(folder.path)/killed.h5"
      var moments = KeyedRandom(seed: 1, stream: "kill/\(stage)")
      var kills = 0
      while kills < stage.kills {
        let result = try await Executables.run(program, stage.arguments(out: output)) { process in
          try await Task.sleep(for: duration * moments.uniform(0, 0.9))
          kill(process.value, SIGKILL)
        }
        try #require([0, 137].contains(result.status), "\(result.errors)")
        if result.status == 137 { kills += 1 }
        // Whatever is there under a final name is whole: the output, or the checkpoint of a training.
        for name in try names(in: folder.path) where name.hasSuffix(".h5") && !name.hasPrefix(".") {
          let hash = try contentHash(of: "\(folder.path)/\(name)")
          #expect(name.contains("checkpoint") || hash == expected, "\(name) after \(kills) kills")
        }
        if result.status == 0 { try FileManager.default.removeItem(atPath: output) }
      }
      let rerun = try await Executables.run(program, stage.arguments(out: output))
      #expect(rerun.status == 0, "\(rerun.errors)")
      #expect(try contentHash(of: output) == expected)
      let left = try names(in: folder.path)
      #expect(left == ["killed.h5", "whole.h5"])
    }

    @Test func `A report that is killed leaves no half page, and the next run cleans up`() async throws {
      let folder = try TemporaryFolder()
      let report = "\(folder.path)/report"
      let arguments = ["\(SmokeRun.folder)/implicit-8.sweep.h5", "--out", report]
      var kills = 0
      for moment in [0, 0.3, 0.6] {
        let result = try await Executables.run("implicit-aggregate", arguments) { process in
          // The hidden folder appears when the writing begins; drawing takes most of the time from then on.
          try await Executables.wait(while: process) {
            try FileManager.default.fileExists(atPath: report) && names(in: report).contains { $0.hasPrefix(".tmp") }
          }
          try await Task.sleep(for: .milliseconds(100 * moment))
          kill(process.value, SIGKILL)
        }
        if result.status == 137 { kills += 1 }
        let page = FileManager.default.contents(atPath: "\(report)/report.html")
        #expect(page.map { String(decoding: $0, as: UTF8.self).hasSuffix("</html>\n") } ?? true)
      }
      #expect(kills > 0)
      #expect(try await Executables.run("implicit-aggregate", arguments).status == 0)
      #expect(
        try names(in: report) == [
          ".report-files", "figures", "report.html", "results.json", "summary.h5", "table.csv", "table.md",
        ])
    }
  }
}
