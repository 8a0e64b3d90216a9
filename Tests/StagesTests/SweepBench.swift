import Configuration
import Foundation
import Records
import Stages
import StudyKit

/// Datasets, models and sweeps of the study of gains, in a folder that is gone with the last use of the bench.
final class SweepBench {
  let folder: String
  private let gains: [Double]

  init(gains: [Double]) throws {
    self.gains = gains
    folder = FileManager.default.temporaryDirectory.appending(path: "sweep-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try GenerateStage(output: "\(folder)/dataset.h5", shard: nil, threads: 1, progress: nil).run(configuration())
    for model in ["iteration", "pass"] {
      _ = try TrainStage(
        modelName: model, dataset: "\(folder)/dataset.h5", output: "\(folder)/\(model).h5", resumes: false, threads: 1,
        device: .cpu, progress: nil
      ).run(configuration())
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func configuration(_ overrides: [String] = []) throws -> ExperimentConfiguration<GainStudy> {
    let text = """
      case_study: gains
      dataset: {gains: \(gains)}
      models: {iteration: {architecture: iteration}, pass: {architecture: pass}}
      training: {phases: [{steps: 1, iterations: 4, learning_rate: 0.01}]}
      sweep: {iterations: 8, save_outputs: true}
      """
    return try ExperimentConfiguration(ConfigurationDocument.parse(text, name: "test.yaml", overrides: overrides))
  }

  /// The sweep of a model, read back.
  func sweep(_ model: String = "iteration", _ overrides: String...) throws -> SweepRecord {
    let path = "\(folder)/\(model).sweep.h5"
    _ = try SweepStage(
      model: "\(folder)/\(model).h5", dataset: "\(folder)/dataset.h5", split: .test, output: path, threads: 1, device: .cpu,
      progress: nil
    ).run(configuration(overrides))
    return try SweepRecord(reading: path)
  }
}
