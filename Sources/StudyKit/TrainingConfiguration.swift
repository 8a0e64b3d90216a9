import Configuration
import Foundation
import Support
import Torch

/// The section `training` of a pipeline file.
public struct TrainingConfiguration: Equatable, Sendable {
  /// How the learning rate changes within a phase.
  public enum Schedule: String, CaseIterable, Sendable {
    case constant
    /// From the full rate to zero along half a cosine.
    case cosine

    /// What the learning rate of a phase is multiplied by at a step of it, counted from 0.
    package func factor(step: Int, of steps: Int) -> Double {
      switch self {
      case .constant: 1
      case .cosine: 0.5 * (1 + cos(.pi * Double(step) / Double(steps)))
      }
    }
  }

  /// Back to the best parameters when the loss blows up.
  public struct Rollback: Equatable, Sendable {
    /// The loss that triggers it, relative to the best one.
    public var threshold: Double
    /// The learning rate is multiplied by this.
    public var factor: Double
    /// No rollback once the learning rate is at or below this.
    public var floor: Double
  }

  /// A stretch of training with its own optimizer.
  public struct Phase: Equatable, Sendable {
    /// Optimizer steps, at least 1.
    public var steps: Int
    /// Iterations of an implicit model: unrolled steps, or the limit of the forward solver. Explicit models ignore it.
    public var iterations: Int
    /// Iterations, ascending, whose outputs have a loss; the mean of these is the loss. Empty for the last iteration alone.
    public var lossIterations: [Int]
    /// Before them, each step makes a random number of iterations without gradient. It teaches the model to stay at its solution,
    /// whatever the iterate it starts from.
    public var untrackedIterations: Int
    /// What that number is drawn from.
    public var untrackedDistribution: LoopCounts
    /// Of Adam, before the schedule.
    public var learningRate: Double
    /// Course of the learning rate within the phase.
    public var schedule: Schedule
    /// Times the parameter, added to its gradient.
    public var weightDecay: Double
    /// The largest Euclidean norm of the gradient of all parameters together; a longer one is shortened to it. Nil for no limit.
    public var gradientClip: Double?
    /// Weight of ||dG/dy||_F^2 / d in the loss of implicit models, which keeps their iteration contractive.
    public var jacobianWeight: Double
    /// Weight of the square of the spectral radius of dG/dy, as `spectralSteps` steps of the power method find it.
    public var spectralWeight: Double
    /// Products with the transposed Jacobian.
    public var spectralSteps: Int
    /// Nil for none.
    public var rollback: Rollback?
    /// How this phase differentiates through the iteration.
    public var adjoint: AdjointConfiguration
    /// Where the phase stands in the configuration, for messages.
    public var location: String
    /// Only samples up to this difficulty; nil for all.
    public var difficulty: Int?
  }

  /// What the number of untracked iterations of a step is drawn from.
  public enum LoopCounts: String, CaseIterable, Sendable {
    /// 0 ... n, each as likely, with n the `untracked_iterations` of the phase.
    case uniform
    /// Poisson(exp(tau)), tau normal of mean ln n - 1/8 and deviation 1/2, so that the mean is n: now and then many more than usual
    /// (Geiping et al., "Scaling up test-time compute with latent reasoning", 2025).
    case logNormalPoisson = "log-normal-poisson"
  }

  /// Where the iteration of an implicit model begins in training.
  public enum Start: Equatable, Sendable {
    /// At the model's own initial state.
    case usual
    /// At a random state, another one for every sample of every step.
    case random(RandomStart)
  }

  /// Measures the model on the split `valid` from time to time, and keeps the parameters that did best there.
  public struct Validation: Equatable, Sendable {
    /// Steps from one measurement to the next; the last step of a phase is always measured.
    public var every: Int
    /// Iterations of implicit models; nil for as many as the phase has at most.
    public var iterations: Int?
    /// Samples of the split, the first ones; nil for all.
    public var samples: Int?
  }

  /// The element type that parameters and data have while training.
  public enum Precision: String, CaseIterable, Sendable {
    case float32, float64
    /// The same, as tensors know it.
    public var type: DType { self == .float32 ? .float32 : .float64 }
  }

  /// Of parameters and data.
  public var precision: Precision
  /// Samples of one step; nil for all.
  public var batchSize: Int?
  /// Samples that one thread works through at a time. Part of the result, by rounding.
  public var chunk: Int
  /// Where implicit models begin.
  public var start: Start
  /// Standard deviation of the normal noise that is added to every application of an implicit model; 0 for none.
  public var pathNoise: Double
  /// beta of the averaged weights, w <- beta w + (1 - beta) (weights of the step), which are validated and saved; nil: those of the steps.
  public var averaging: Double?
  /// Symmetries of the problem by which every step replaces its samples; the case study's names.
  public var symmetries: [String]
  /// At least one, in order.
  public var phases: [Phase]
  /// Nil for none: then a phase ends with the parameters of its lowest loss where losses compare, else with its last ones.
  public var validation: Validation?
  /// A checkpoint is written after this many seconds.
  public var checkpointSeconds: Double

  /// Reads the section.
  ///
  /// - Parameter known: names of the symmetries that the case study has.
  /// - Throws: `Failure` (usage) for whatever is wrong in it.
  public init(reading section: ConfigurationSection, symmetries known: [String] = []) throws {
    precision = try section.choice("precision", default: Precision.float32, "element type of parameters and data")
    batchSize = try section.optionalInteger(
      "batch_size", in: 1..., "samples of one step, drawn without replacement in every epoch; all, if missing")
    chunk = try section.integer(
      "chunk", default: 50, in: 1...,
      "samples that one thread works through at a time; chunks that fit in cache are fast")
    if let batchSize, batchSize % chunk != 0 {
      throw Failure(
        .usage, "\(section.path).batch_size: expected a multiple of chunk = \(chunk), found \(batchSize)",
        at: section.location, remedy: "a step works through whole chunks; change one of the two")
    }
    start = try section.variant(
      "start", default: StartName.usual, "where implicit models begin: at their own initial state, or at random ones"
    ) { name in
      switch name {
      case .usual: .usual
      case .random:
        .random(
          RandomStart(
            scale: try section.number(
              "start_scale", default: 1, in: .above(0, through: 1e6),
              "deviation of random starts from the usual one, in units of the state")))
      }
    }
    pathNoise = try section.number(
      "path_noise", default: 0, in: 0...1e6, "deviation of normal noise added to every application of an implicit model")
    averaging = try section.optionalNumber(
      "ema", in: .between(0, 1),
      "beta of the averaged weights w <- beta w + (1 - beta) weights, which are validated and saved; those of the steps, if missing"
    )
    symmetries = try section.texts(
      "symmetries", default: [], count: 0..., "every step replaces its samples by random equivalent ones, if the case has them")
    try section.requireUnique(symmetries, "symmetries")
    for symmetry in symmetries {
      try section.require(
        known.contains(symmetry),
        Failure(
          .usage, "\(section.path).symmetries: unknown symmetry `\(symmetry)`", at: section.location,
          remedy: known.isEmpty
            ? "this case study has none" : suggestion(for: symmetry, among: known, called: "symmetries")))
    }
    let adjoint = try AdjointConfiguration(reading: section.section("adjoint", "the gradient of implicit models"))
    phases = try section.sections("phases", count: 1..., "stretches of training").map {
      try Phase(reading: $0, adjoint: adjoint)
    }
    validation = try section.optionalSection(
      "validation", "at the end of a phase, go back to the parameters with the lowest mean error on the split `valid`"
    ).map {
      let validation = Validation(
        every: try $0.integer("every", in: 1..., "steps from one measurement to the next"),
        iterations: try $0.optionalInteger(
          "iterations", in: 1...100_000, "test-time iterations; as many as the phase trains with, if missing"),
        samples: try $0.optionalInteger("samples", in: 1..., "samples of the split, the first ones; all, if missing"))
      try $0.finish()
      return validation
    }
    checkpointSeconds = try section.number(
      "checkpoint_seconds", default: 60, in: .positive, "time between checkpoints", unit: "s")
    try section.finish()
  }

  private enum StartName: String, CaseIterable { case usual, random }

  /// Steps of all phases together.
  public var totalSteps: Int { phases.reduce(0) { $0 + $1.steps } }
}
