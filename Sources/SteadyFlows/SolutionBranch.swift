import Torch

/// The samples of a batch that are still being solved, each somewhere along its branch of solutions from rest, at amplitude 0 of
/// the force, to the flow at amplitude 1.
struct SolutionBranch {
  /// One sample's place on its branch.
  struct Sample {
    /// Its number in the whole batch.
    let number: Int
    /// ||g||.
    let scale: Double
    var history = NewtonHistory()
    var isDone = false
    /// The last amplitude with a solution, and the one before.
    var amplitude = 0.0
    var previousAmplitude = 0.0
    var increment: Double
    /// The amplitude that is being solved for.
    var target: Double
    var forcingTerm: Double
    /// Relative residuals at this target, one for each Newton step.
    var norms: [Double] = []
    var hasStalled = false
    /// Relative residual at the current state.
    var norm = Double.infinity
  }

  let equation: VorticityEquation
  let settings: NewtonKrylov
  var samples: [Sample]
  /// Modes `[B, ...]`: where Newton's method is, the last solution, the one before, the force, the residual.
  private(set) var state: Tensor
  private var solution: Tensor
  private var previousSolution: Tensor
  private var forcing: Tensor
  private var residual: Tensor
  private var velocity: Tensor

  init(_ equation: VorticityEquation, _ settings: NewtonKrylov, _ forcing: Tensor, _ scales: [Double]) throws {
    self.equation = equation
    self.settings = settings
    self.forcing = forcing
    samples = scales.enumerated().map {
      Sample(
        number: $0, scale: $1, increment: settings.firstAmplitude, target: min(1, settings.firstAmplitude),
        forcingTerm: settings.forcingTerm)
    }
    state = try equation.stokesFlow(forcing) * min(1, settings.firstAmplitude)
    solution = try .zeros(like: forcing)
    previousSolution = solution
    residual = solution
    velocity = solution
  }

  /// Evaluates the residual everywhere, and moves those samples on that have converged or stalled at their amplitude.
  ///
  /// - Returns: whether any sample moved.
  mutating func judge() throws -> Bool {
    try evaluate()
    var (accepted, rejected) = (samples.map { _ in false }, samples.map { _ in false })
    for index in samples.indices {
      let isFull = samples[index].target == 1
      let goal = isFull ? settings.tolerance : max(settings.looseTolerance, settings.tolerance)
      samples[index].history.residual = samples[index].norm
      accepted[index] = samples[index].norm <= goal
      rejected[index] =
        !accepted[index]
        && (samples[index].hasStalled || samples[index].norms.count >= settings.newtonSteps || !samples[index].norm.isFinite)
      if accepted[index] { accept(&samples[index], isFull: isFull) }
      if rejected[index] { reject(&samples[index]) }
    }
    let moved = zip(accepted, rejected).map { $0 || $1 }
    guard moved.contains(true) else { return false }
    previousSolution = try mixed(accepted.map { $0 ? 1 : 0 }, solution, previousSolution)
    solution = try mixed(accepted.map { $0 ? 1 : 0 }, state, solution)
    // Done samples keep their state, which is the answer; the others go to their next guess.
    let guessed = samples.indices.map { moved[$0] && !samples[$0].isDone }
    if guessed.contains(true) { state = try predicted().selected(where: mask(guessed), otherwise: state) }
    return true
  }

  private mutating func evaluate() throws {
    velocity = try equation.grid.velocity(ofVorticity: state)
    let targets = try factors(samples.map(\.target))
    residual = try equation.advection(velocity) + equation.friction(state) - forcing * targets
    for (index, norm) in try equation.grid.norms(of: residual).enumerated() {
      samples[index].norm = norm / (samples[index].scale * samples[index].target)
    }
  }

  private func accept(_ sample: inout Sample, isFull: Bool) {
    sample.previousAmplitude = sample.amplitude
    sample.amplitude = sample.target
    sample.history.amplitude = sample.target
    if isFull {
      sample.history.converged = true
      sample.isDone = true
    } else {
      sample.increment *= settings.amplitudeGrowth
      aim(&sample)
    }
  }

  private func reject(_ sample: inout Sample) {
    sample.increment /= 4
    if sample.increment < settings.smallestIncrement {
      sample.isDone = true
    } else {
      aim(&sample)
    }
  }

  private func aim(_ sample: inout Sample) {
    sample.target = min(1, sample.amplitude + sample.increment)
    sample.norms = []
    sample.hasStalled = false
    sample.forcingTerm = settings.forcingTerm
  }

  /// The secant through the last two solutions; the Stokes flow, the tangent at rest, before there is one.
  private func predicted() throws -> Tensor {
    let slopes = samples.map {
      $0.amplitude == 0 ? 0 : ($0.target - $0.amplitude) / ($0.amplitude - $0.previousAmplitude)
    }
    let first = samples.map { $0.amplitude == 0 ? $0.target : 0 }
    return try solution + (solution - previousSolution) * factors(slopes)
      + equation.stokesFlow(forcing) * factors(first)
  }

  /// One Newton step of every sample, shortened until its residual falls.
  mutating func newtonStep() throws {
    let grid = equation.grid
    let goals = samples.map { sample in
      let goal = sample.target == 1 ? settings.tolerance : settings.looseTolerance
      return min(max(sample.forcingTerm, 0.5 * goal / sample.norm), 0.9)
    }
    let norms = samples.map { $0.norm * $0.scale * $0.target }
    let (z, products) = try BatchedGMRES(krylovVectors: settings.krylovVectors, cycles: settings.krylovCycles).solve(
      LinearizedAdvection(equation, at: velocity), grid.row(residual * grid.weight * -1),
      tolerances: zip(goals, norms).map(*))
    let step = try equation.stokesFlow(grid.vector(z) * (1 / grid.weight))
    let lengths = try lineSearch(step, norms)
    state = try state + step * factors(lengths)
    for index in samples.indices {
      samples[index].history.products += products[index]
      samples[index].norms.append(samples[index].norm)
      samples[index].hasStalled = lengths[index] == 0 || isCreeping(samples[index].norms)
    }
  }

  /// Whether several steps together have not even halved the residual: the way it goes near a fold of the branch.
  private func isCreeping(_ norms: [Double]) -> Bool {
    let window = settings.creepingSteps
    guard norms.count > window, let last = norms.last else { return false }
    return last > 0.5 * norms[norms.count - 1 - window]
  }

  /// Lengths of the step at which the residual has fallen, 0 where none was found.
  private mutating func lineSearch(_ step: Tensor, _ norms: [Double]) throws -> [Double] {
    var lengths = samples.map { _ in 1.0 }
    var isSettled = samples.map { _ in false }
    while isSettled.contains(false) {
      let trial = try state + step * factors(lengths)
      let targets = try factors(samples.map(\.target))
      let trialNorms = try equation.grid.norms(of: equation.balancingForce(trial) - forcing * targets)
      for index in samples.indices where !isSettled[index] {
        let reduction = trialNorms[index] / norms[index]
        if reduction <= 1 - 1e-4 * lengths[index] {
          isSettled[index] = true
          samples[index].forcingTerm = min(0.9 * reduction * reduction, settings.forcingTerm)
          samples[index].history.residuals.append(samples[index].norm * reduction)
        } else {
          lengths[index] /= 2
          if lengths[index] < settings.shortestStep {
            lengths[index] = 0
            isSettled[index] = true
          }
        }
      }
    }
    return lengths
  }

  /// Takes the samples that are done out of the batch.
  mutating func removeDone() throws {
    let kept = samples.indices.filter { !samples[$0].isDone }
    guard kept.count < samples.count else { return }
    samples = kept.map { samples[$0] }
    let index = try Tensor(integers: kept.map(Int64.init), device: state.device)
    state = try state.indexed(index)
    solution = try solution.indexed(index)
    previousSolution = try previousSolution.indexed(index)
    forcing = try forcing.indexed(index)
    residual = try residual.indexed(index)
    velocity = try velocity.indexed(index)
  }

  /// One factor for each sample, `[B, 1, 1]`.
  private func factors(_ values: [Double]) throws -> Tensor {
    try Tensor(values, shape: [values.count, 1, 1], device: equation.grid.device)
  }

  private func mask(_ values: [Bool]) throws -> Tensor { try factors(values.map { $0 ? 1 : 0 }).isGreater(than: 0.5) }

  private func mixed(_ chosen: [Double], _ a: Tensor, _ b: Tensor) throws -> Tensor {
    try a.selected(where: factors(chosen).isGreater(than: 0.5), otherwise: b)
  }
}
