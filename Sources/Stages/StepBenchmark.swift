import Foundation
import Records
import StudyKit
import Support
import Torch

/// Times optimizer steps exactly as `implicit-train` makes them.
///
///     let benchmark = try StepBenchmark(configuration, model: "implicit-8", dataset: "dataset.h5", steps: 5, threads: 2)
///     print(benchmark.seconds)
public struct StepBenchmark {
  /// Numbers that are trained.
  public let parameterCount: Int
  /// Seconds of each step, in order.
  public let seconds: [Double]
  /// Loss before each step, that of the one to warm up included.
  public let losses: [Double]
  /// Largest memory this process has had, in bytes.
  public let peakMemory: Int

  /// Times the first steps of a training, all of its first phase, which is taken to be longer where it has fewer.
  ///
  /// - Parameters:
  ///   - name: of the model in the pipeline file.
  ///   - dataset: path of the dataset to train on.
  ///   - initial: path of the model file that the model starts from, if it does.
  ///   - steps: timed steps, at least 1; one more comes first to warm up.
  ///   - threads: cores that are used.
  /// - Throws: `Failure` (usage) for a model without parameters; whatever is wrong with the input.
  public init<Case: CaseStudy>(
    _ configuration: ExperimentConfiguration<Case>, model name: String, dataset: String, initial: String? = nil, steps: Int,
    threads: Int, device: Device = .cpu
  ) throws {
    let setup = try TrainingSetup(
      configuration, model: name, DatasetReader(dataset, Case.layout), initial: initial, threads: threads, device: device)
    try self.init(setup, setup.training.phases[0], steps: steps, name: name, device: device)
  }

  private init<Case: CaseStudy>(
    _ setup: TrainingSetup<Case>, _ phase: TrainingConfiguration.Phase, steps: Int, name: String, device: Device
  ) throws {
    guard !setup.model.module.parameters.isEmpty else {
      throw Failure(.usage, "the model `\(name)` has no parameters, so there is no step to time", remedy: "name another")
    }
    var phase = phase
    phase.steps = max(phase.steps, steps + 1)
    let trainer = try setup.trainer(phases: [phase])
    parameterCount = trainer.parameters.count
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

  /// Seconds of one step of a phase: the mean of a few, since steps may begin with a random number of iterations; of a step that takes
  /// long, the first.
  static func secondsOfStep<Case: CaseStudy>(_ setup: TrainingSetup<Case>, _ phase: TrainingConfiguration.Phase) throws -> Double
  {
    var phase = phase
    let most = 6
    phase.steps = max(phase.steps, most + 1)
    let trainer = try setup.trainer(phases: [phase])
    func timed() throws -> Double {
      let start = ContinuousClock.now
      try trainer.step()
      return (ContinuousClock.now - start) / .seconds(1)
    }
    let first = try timed()
    guard first < 2 else { return first }
    var seconds: [Double] = []
    while seconds.count < most, seconds.reduce(0, +) < 3 { seconds.append(try timed()) }
    return seconds.reduce(0, +) / Double(seconds.count)
  }

  /// What a whole training takes, judged by a few steps of each of its phases, for people to read. The phases are timed one after
  /// the other on one model.
  ///
  /// - Throws: as `init`.
  public static func estimate<Case: CaseStudy>(
    _ configuration: ExperimentConfiguration<Case>, model name: String, dataset: String, initial: String?, threads: Int,
    device: Device
  ) throws -> String {
    let setup = try TrainingSetup(
      configuration, model: name, DatasetReader(dataset, Case.layout), initial: initial, threads: threads, device: device)
    let phases = setup.training.phases
    let timed = try phases.map { try StepBenchmark(setup, $0, steps: stepsPerPhase, name: name, device: device) }
    let time = zip(timed, phases).reduce(0) {
      $0 + $1.0.seconds.reduce(0, +) / Double(stepsPerPhase) * Double($1.1.steps)
    }
    let memory = Double(timed.map(\.peakMemory).max() ?? 0) / 1_073_741_824
    return """
      parameters  \(setup.model.module.parameters.count)
      steps       \(setup.training.totalSteps), \(Float(time / Double(setup.training.totalSteps))) s each on average
      memory      \(String(format: "%.2f GiB", memory)) of this process at most, with the dataset
      time        about \(durationText(time))
      """
  }
}
