import Foundation
import Testing

/// What a run takes, said before it runs.
@Suite struct PriceTests {
  private struct Entry: Decodable {
    var task: String
    var seconds: Double?
    var memory: Int?
    var isRecorded: Bool
  }

  @Test func `A plan is priced by a few steps, and by its records once it ran`() async throws {
    let folder = try TemporaryFolder()
    // Steps, draws and iterations that a price must grow with.
    let line =
      "pipelines/linear-programs.yaml --preset smoke --out $D/run --set 'training.phases=[{steps: 300, iterations: 10, learning_rate: 1e-3}]'"
    func price(_ more: String = "") async throws -> [String: Entry] {
      let result = try await Executables.shell("implicit-pipeline plan \(line) \(more) --price --json", ["D": folder.path])
      try #require(result.status == 0, "\(result.errors)")
      let entries = try JSONDecoder().decode([Entry].self, from: Data(result.output.utf8))
      return Dictionary(uniqueKeysWithValues: entries.map { ($0.task, $0) })
    }
    let before = try await price()
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/run"))
    let train = try #require(before["train-implicit-8"])
    #expect(try #require(train.seconds) > 0.05 && #require(train.memory) > 50 << 20 && !train.isRecorded)
    let longer = try await price("--set training.phases.0.steps=3000")
    // Ten times the steps; two measurements on a shared machine.
    let ratio = try #require(longer["train-implicit-8"]?.seconds) / #require(train.seconds)
    #expect((3...30).contains(ratio), "\(ratio)")
    let run = try await Executables.shell("implicit-pipeline run \(line)", ["D": folder.path])
    try #require(run.status == 0, "\(run.errors)")
    #expect(try await price().isEmpty)
    // Of a task that is to be done again what it took is known.
    try FileManager.default.removeItem(atPath: folder.path + "/run/models/implicit-8.h5")
    #expect(try await price()["train-implicit-8"]?.isRecorded == true)
  }

  @Test func `A run without a preset says that it is the full size, and its price, before it starts`() async throws {
    let folder = try TemporaryFolder()
    let result = try await Executables.shell(
      """
      cat >$D/maps.yaml <<'TEXT'
      case_study: scalar-maps
      dataset: {targets: [{map: reciprocal}], train: {samples: 8}, test: {samples: 8}}
      models: {m: {architecture: constructed, map: reciprocal, step: linear, rate: 0.5}}
      training: {phases: [{steps: 1, iterations: 2, learning_rate: 1e-2}]}
      sweep: {iterations: 2, splits: [test]}
      presets: {tiny: {}}
      TEXT
      implicit-pipeline run $D/maps.yaml --out $D/run
      """, ["D": folder.path])
    let lines = result.errors.split(separator: "\n")
    #expect(lines.first?.contains("without a preset, which is its full size (presets: tiny)") == true, "\(result.errors)")
    #expect(lines.dropFirst().first?.contains("of one thread, the longest chain") == true)
  }
}
