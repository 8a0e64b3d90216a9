import Foundation
import Torch

/// Times optimizer steps exactly as `implicit-train` makes them.
public struct StepBenchmark {
  public let parameterCount: Int
  /// Steps of the whole training.
  public let totalSteps: Int
  /// Seconds of each step, in order.
  public let seconds: [Double]
  /// Loss before each step.
  public let losses: [Double]
  /// Largest memory this process has had, in bytes.
  public let peakMemory: Int

  /// - Parameter steps: timed steps; one more comes first to warm up.
  public init<Case: CaseStudy>(
    _ configuration: ExperimentConfiguration<Case>, model name: String, dataset: String, initial: String? = nil, steps: Int,
    threads: Int, device: Device = .cpu
  ) throws {
    let reader = try DatasetReader(dataset, Case.layout)
    let configured = try configuration.model(name)
    let training = configured.training ?? configuration.training
    let model = try configured.build(
      reader.layout, seed: configuration.seed, initial: initial.map { try ModelFile($0, caseStudy: Case.name) }, name: name)
    guard !model.module.parameters.isEmpty else {
      throw Failure(.usage, "the model `\(name)` has no parameters, so there is no step to time", remedy: "name another")
    }
    try model.module.move(to: device, type: training.precision.type)
    try Runtime.setThreads(device == .cpu ? 1 : threads)
    let data = try TrainingData<Case>(
      reader, for: configured.description, training, seed: configuration.seed,
      placement: Placement(type: training.precision.type, device: device))
    let trainer = try Trainer(training, model, data, threads: device == .cpu ? threads : 1)
    parameterCount = model.module.parameters.count
    totalSteps = training.totalSteps
    try trainer.step()
    try Runtime.synchronize(device)
    seconds = try (0..<steps).map { _ in
      let start = ContinuousClock.now
      try trainer.step()
      try Runtime.synchronize(device)
      return (ContinuousClock.now - start) / .seconds(1)
    }
    losses = trainer.state.history.loss
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    peakMemory = Int(usage.ru_maxrss) * 1024
  }
}

extension StepBenchmark {
  /// What the whole training takes, judged by the timed steps, for people to read.
  public var price: String {
    let perStep = seconds.reduce(0, +) / Double(seconds.count)
    return """
      parameters  \(parameterCount)
      steps       \(totalSteps), \(Float(perStep)) s each
      memory      \(String(format: "%.2f GiB", Double(peakMemory) / 1_073_741_824)) of this process at most, with the dataset
      time        about \(ProgressRecord.duration(perStep * Double(totalSteps)))
      """
  }
}
