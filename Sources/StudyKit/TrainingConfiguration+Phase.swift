import Configuration
import Support

extension TrainingConfiguration.Phase {
  /// - Parameter common: the adjoint of a phase that has none of its own.
  init(reading section: ConfigurationSection, adjoint common: AdjointConfiguration) throws {
    steps = try section.integer("steps", in: 1...1_000_000_000, "optimizer steps")
    iterations = try section.integer("iterations", in: 1...100_000, "iterations of the implicit model in training")
    lossIterations = try section.integers(
      "loss_iterations", default: [], in: 1...100_000, count: 0...,
      "iterations, ascending, whose outputs have a loss, of which the mean counts; empty for the last one; for the unrolled adjoint"
    )
    untrackedIterations = try section.integer(
      "untracked_iterations", default: 0, in: 0...100_000,
      "so many more come first, without gradient: at most, or on average; drawn for each step")
    untrackedDistribution = try section.choice(
      "untracked_distribution", default: TrainingConfiguration.LoopCounts.uniform,
      "what their number is drawn from: uniform up to untracked_iterations, or log-normal Poisson of this mean")
    learningRate = try section.number("learning_rate", in: .positive, "learning rate of Adam")
    schedule = try section.choice(
      "schedule", default: TrainingConfiguration.Schedule.constant, "course of the learning rate within the phase")
    weightDecay = try section.number("weight_decay", default: 0, in: 0..., "times the parameter, added to its gradient")
    gradientClip = try section.optionalNumber(
      "gradient_clip", in: .positive, "largest norm of the whole gradient, a longer one is shortened to it; no limit, if missing")
    jacobianWeight = try section.number(
      "jacobian_weight", default: 0, in: 0...,
      "weight of the mean squared singular value of dG/dy in the loss of implicit models: keeps the iteration contractive")
    spectralWeight = try section.number(
      "spectral_weight", default: 0, in: 0...,
      "weight of the square of the spectral radius of dG/dy in the loss of implicit models, found by the power method")
    spectralSteps = try section.integer(
      "spectral_steps", default: 3, in: 1...100, "products with the transposed Jacobian, for spectral_weight")
    difficulty = try section.optionalInteger(
      "difficulty", "only samples up to this difficulty, in case studies that have one; all, if missing")
    rollback = try section.optionalSection("rollback", "back to the best parameters when the loss blows up").map {
      let rollback = TrainingConfiguration.Rollback(
        threshold: try $0.number("threshold", default: 5, in: 1..., "loss, relative to the best one, that triggers it"),
        factor: try $0.number("factor", default: 0.99, in: .above(0, through: 1), "multiplies the learning rate"),
        floor: try $0.number("floor", default: 1e-3, in: 0..., "no rollback at or below this learning rate"))
      try $0.finish()
      return rollback
    }
    location = section.location
    adjoint =
      try section.optionalSection("adjoint", "the gradient of implicit models in this phase, if not the common one").map {
        try AdjointConfiguration(reading: $0)
      } ?? common
    try section.finish()
    guard !lossIterations.isEmpty else { return }
    try section.require(
      zip(lossIterations, lossIterations.dropFirst()).allSatisfy(<) && lossIterations.allSatisfy { $0 <= iterations },
      Failure(
        .usage,
        "\(section.path).loss_iterations: expected ascending numbers up to iterations = \(iterations), found \(lossIterations)",
        at: section.location, remedy: "sort them, name each once, and make as many iterations as the last one"))
    try section.require(
      adjoint.name == .unrolled,
      Failure(
        .usage,
        "\(section.path).loss_iterations: only the unrolled adjoint has outputs on the way, found `\(adjoint.name.rawValue)`",
        at: section.location, remedy: "leave loss_iterations out, or set the adjoint to unrolled"))
  }
}
