import Foundation
import Records
import StudyKit
import Support
import Torch

/// Times optimizer steps exactly as `implicit-train` makes them.
public struct StepBenchmark {
  public let parameterCount: Int
  /// Phases of the whole training, and steps of the timed one.
  public let phases: Int
  public let phaseSteps: Int
  /// Seconds of each step, in order.
  public let seconds: [Double]
  /// Loss before each step.
  public let losses: [Double]
  /// Largest memory this process has had, in bytes.
  public let peakMemory: Int

  /// - Parameters:
  ///   - phase: the phase of the training that is timed, from its first step on.
  ///   - steps: timed steps; one more comes first to warm up.
  public init<Case: CaseStudy>(
    _ configuration: ExperimentConfiguration<Case>, model name: String, dataset: String, initial: String? = nil, phase: Int = 0,
    steps: Int, threads: Int, device: Device = .cpu
  ) throws {
    let reader = try DatasetReader(dataset, Case.layout)
    let configured = try configuration.model(name)
    var training = configured.training ?? configuration.training
    phases = training.phases.count
    training.phases = [training.phases[phase]]
    phaseSteps = training.totalSteps
    let model = try configured.build(
      reader.layout, seed: configuration.seed, initial: initial.map { try ModelFile($0, caseStudy: Case.name) }, name: name)
    guard !model.module.parameters.isEmpty else {
      throw Failure(.usage, "the model `\(name)` has no parameters, so there is no step to time", remedy: "name another")
    }
    try model.module.move(to: device, type: training.precision.type)
    try Runtime.setThreads(device == .cpu ? 1 : threads)
    let data = try TrainingData<Case>(
      reader, for: configured.description, training, seed: configuration.seed,
      options: TensorOptions(type: training.precision.type, device: device))
    let trainer = try Trainer(training, model, data, threads: device == .cpu ? threads : 1)
    parameterCount = model.module.parameters.count
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
  private static let stepsPerPhase = 2

  /// What a whole training takes, judged by a few steps of each of its phases, for people to read.
  public static func price<Case: CaseStudy>(
    _ configuration: ExperimentConfiguration<Case>, model: String, dataset: String, initial: String?, threads: Int,
    device: Device
  ) throws -> String {
    func benchmark(_ phase: Int) throws -> StepBenchmark {
      try StepBenchmark(
        configuration, model: model, dataset: dataset, initial: initial, phase: phase, steps: stepsPerPhase, threads: threads,
        device: device)
    }
    let first = try benchmark(0)
    let all = try [first] + (1..<first.phases).map(benchmark)
    let steps = all.reduce(0) { $0 + $1.phaseSteps }
    let time = all.reduce(0) { $0 + $1.seconds.reduce(0, +) / Double(stepsPerPhase) * Double($1.phaseSteps) }
    let memory = Double(all.map(\.peakMemory).max() ?? 0) / 1_073_741_824
    return """
      parameters  \(first.parameterCount)
      steps       \(steps), \(Float(time / Double(steps))) s each on average
      memory      \(String(format: "%.2f GiB", memory)) of this process at most, with the dataset
      time        about \(durationText(time))
      """
  }
}
