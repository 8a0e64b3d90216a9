import Foundation
import Torch

/// Times optimizer steps exactly as `implicit-train` makes them.
public struct StepBenchmark {
  /// Seconds of each step, in order.
  public let seconds: [Double]
  /// Loss before each step.
  public let losses: [Double]
  /// Largest memory this process has had, in bytes.
  public let peakMemory: Int

  /// - Parameter steps: timed steps; one more comes first to warm up.
  public init<Case: CaseStudy>(
    _ configuration: ExperimentConfiguration<Case>, model name: String, dataset: String, steps: Int, threads: Int
  ) throws {
    let reader = try DatasetReader(dataset, Case.layout)
    let training = configuration.training
    let description = try configuration.model(name)
    let model = try description.build(reader.layout, configuration.seed)
    guard !model.module.parameters.isEmpty else {
      throw Failure(.usage, "the model `\(name)` has no parameters, so there is no step to time", remedy: "name another")
    }
    try model.module.move(to: .cpu, type: training.precision.type)
    try Runtime.setThreads(1)
    let data = try TrainingData<Case>(
      reader, rows: description.rows(reader, .train), training, seed: configuration.seed,
      placement: Placement(type: training.precision.type))
    let trainer = try Trainer(training, model, data, threads: threads)
    try trainer.step()
    seconds = try (0..<steps).map { _ in
      let start = ContinuousClock.now
      try trainer.step()
      return (ContinuousClock.now - start) / .seconds(1)
    }
    losses = trainer.state.history.loss
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    peakMemory = Int(usage.ru_maxrss) * 1024
  }
}
