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
    _ configuration: ExperimentConfiguration<Case>, model name: String, dataset: String, initial: String? = nil, steps: Int,
    threads: Int
  ) throws {
    let reader = try DatasetReader(dataset, Case.layout)
    let configured = try configuration.model(name)
    let training = configured.training ?? configuration.training
    let model = try configured.build(
      reader.layout, seed: configuration.seed, initial: initial.map { try ModelFile($0, caseStudy: Case.name) }, name: name)
    guard !model.module.parameters.isEmpty else {
      throw Failure(.usage, "the model `\(name)` has no parameters, so there is no step to time", remedy: "name another")
    }
    try model.module.move(to: .cpu, type: training.precision.type)
    try Runtime.setThreads(1)
    let data = try TrainingData<Case>(
      reader, for: configured.description, training, seed: configuration.seed,
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
