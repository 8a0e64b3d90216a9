import Torch

private enum Op {
  static let replaceEntries = Operator("aten::index_copy")
}

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
    /// Whether residual and velocity are those of the current state.
    var isEvaluated = false

    /// At rest, or at a guess of the solution for the whole force; if that does not converge, the way from rest is taken.
    init(number: Int, scale: Double, isGuessed: Bool, _ settings: NewtonKrylov) {
      self.number = number
      self.scale = scale
      increment = isGuessed ? 4 * settings.firstAmplitude : settings.firstAmplitude
      target = isGuessed ? 1 : min(1, settings.firstAmplitude)
      forcingTerm = isGuessed ? settings.guessedForcingTerm : settings.forcingTerm
    }
  }

  let equation: VorticityEquation
  private let linear: VorticityEquation
  let settings: NewtonKrylov
  var samples: [Sample]
  /// Modes `[B, ...]`: where Newton's method is, the last solution, the one before, the force, the residual.
  private(set) var state: Tensor
  private(set) var solution: Tensor
  private var previousSolution: Tensor
  private var forcing: Tensor
  private var residual: Tensor
  private var velocity: Tensor
  /// Made where a sample takes up a new target, and kept for all its Newton steps there.
  private var preconditioner: FlowPreconditioner

  /// - Parameters:
  ///   - forcing: modes `[B, ...]`, and their norms.
  ///   - guess: modes of solutions, and for which samples they are any.
  init(
    _ level: SteadySolver.Level, _ settings: NewtonKrylov, _ forcing: Tensor, _ scales: [Double],
    guess: (vorticity: Tensor, isGiven: [Bool])
  ) throws {
    equation = level.equation
    linear = level.linear
    self.settings = settings
    self.forcing = forcing
    samples = scales.indices.map { Sample(number: $0, scale: scales[$0], isGuessed: guess.isGiven[$0], settings) }
    solution = try .zeros(like: forcing)
    previousSolution = solution
    residual = solution
    velocity = try .zeros(
      [scales.count, 2, equation.grid.size, equation.grid.size], type: .float64, device: equation.grid.device)
    state = guess.vorticity
    preconditioner = try FlowPreconditioner(linear, level.lowModes, samples: scales.count)
    state = try mixed(guess.isGiven, guess.vorticity, predicted())
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
    previousSolution = try mixed(accepted, solution, previousSolution)
    solution = try mixed(accepted, state, solution)
    // Done samples keep their state, which is the answer; the others go to their next guess.
    let guessed = samples.indices.map { moved[$0] && !samples[$0].isDone }
    if guessed.contains(true) { state = try mixed(guessed, predicted(), state) }
    return true
  }

  /// Residual and velocity of those samples that have a new state.
  private mutating func evaluate() throws {
    let stale = samples.indices.filter { !samples[$0].isEvaluated }
    if stale.isEmpty { return }
    let index = try Tensor(integers: stale.map(Int64.init), device: state.device)
    let part = try evaluation(state.indexSelect(index), forcing.indexSelect(index), stale)
    for (position, sample) in stale.enumerated() {
      samples[sample].norm = part.norms[position]
      samples[sample].isEvaluated = true
    }
    preconditioner = try preconditioner.renewed(index, at: state.indexSelect(index).complex(of: .float32))
    velocity = try Op.replaceEntries(.tensor(velocity), .int(0), .tensor(index), .tensor(part.velocity))
    residual = try Op.replaceEntries(.tensor(residual), .int(0), .tensor(index), .tensor(part.residual))
  }

  /// Velocity, residual and its relative norm for states of some samples at their targets.
  private func evaluation(
    _ vorticity: Tensor, _ forcing: Tensor, _ chosen: [Int]
  ) throws -> (velocity: Tensor, residual: Tensor, norms: [Double]) {
    let velocity = try equation.grid.velocity(ofVorticity: vorticity)
    let targets = try factors(chosen.map { samples[$0].target })
    let residual = try equation.advection(velocity) + equation.friction(vorticity) - forcing * targets
    let norms = try zip(equation.grid.norms(of: residual), chosen).map { $0 / (samples[$1].scale * samples[$1].target) }
    return (velocity, residual, norms)
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
    sample.isEvaluated = false
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
      return min(max(sample.forcingTerm, settings.smallestForcingTerm, 0.5 * goal / sample.norm), 0.9)
    }
    let norms = samples.map { $0.norm * $0.scale * $0.target }
    let flow = try LinearizedFlow(linear, at: velocity.to(type: .float32), preconditioner)
    let (z, products) = try BatchedGMRES(krylovVectors: settings.krylovVectors, cycles: settings.krylovCycles).solve(
      flow, grid.row(residual * grid.weight * -1).to(type: .float32), tolerances: zip(goals, norms).map(*))
    let previous = samples.map(\.norm)
    let isShortened = try lineSearch(preconditioner.change(of: z).complex(of: .float64))
    for index in samples.indices {
      samples[index].history.products += products[index]
      samples[index].norms.append(previous[index])
      samples[index].hasStalled = isShortened[index] || isCreeping(samples[index].norms)
    }
  }

  /// Whether several steps together have not even halved the residual: the way it goes near a fold of the branch.
  private func isCreeping(_ norms: [Double]) -> Bool {
    let window = settings.creepingSteps
    guard norms.count > window, let last = norms.last else { return false }
    return last > 0.5 * norms[norms.count - 1 - window]
  }

  /// Goes along the step as far as the residual falls.
  ///
  /// - Returns: for which samples it falls nowhere; they stay.
  private mutating func lineSearch(_ step: Tensor) throws -> [Bool] {
    let start = state
    var lengths = samples.map { _ in 1.0 }
    var isSettled = samples.map { _ in false }
    while isSettled.contains(false) {
      let trial = try start + step * factors(lengths)
      let found = try evaluation(trial, forcing, Array(samples.indices))
      var isAccepted = samples.map { _ in false }
      for index in samples.indices where !isSettled[index] {
        let reduction = found.norms[index] / samples[index].norm
        if reduction <= 1 - 1e-4 * lengths[index] {
          isAccepted[index] = true
          isSettled[index] = true
          samples[index].norm = found.norms[index]
          samples[index].forcingTerm = min(0.9 * reduction * reduction, settings.forcingTerm)
          samples[index].history.residuals.append(found.norms[index])
        } else {
          lengths[index] /= 2
          if lengths[index] < settings.shortestStep {
            lengths[index] = 0
            isSettled[index] = true
          }
        }
      }
      if isAccepted.contains(false) {
        state = try mixed(isAccepted, trial, state)
        residual = try mixed(isAccepted, found.residual, residual)
        velocity = try mixed(isAccepted, found.velocity, velocity)
      } else {
        (state, residual, velocity) = (trial, found.residual, found.velocity)
      }
    }
    return lengths.map { $0 == 0 }
  }

  /// Takes the samples that are done out of the batch.
  mutating func removeDone() throws {
    let kept = samples.indices.filter { !samples[$0].isDone }
    guard kept.count < samples.count else { return }
    samples = kept.map { samples[$0] }
    let index = try Tensor(integers: kept.map(Int64.init), device: state.device)
    state = try state.indexSelect(index)
    solution = try solution.indexSelect(index)
    previousSolution = try previousSolution.indexSelect(index)
    forcing = try forcing.indexSelect(index)
    residual = try residual.indexSelect(index)
    velocity = try velocity.indexSelect(index)
    preconditioner = try preconditioner.selecting(index)
  }

  /// One factor for each sample, `[B, 1, 1]`.
  private func factors(_ values: [Double]) throws -> Tensor {
    try Tensor(values, shape: [values.count, 1, 1], device: equation.grid.device)
  }

  /// The samples of `a` where chosen, else those of `b`; `[B, ...]`.
  private func mixed(_ chosen: [Bool], _ a: Tensor, _ b: Tensor) throws -> Tensor {
    let shape = [chosen.count] + a.shape.dropFirst().map { _ in 1 }
    let values = try Tensor(chosen.map { $0 ? 1 : 0 }, shape: shape, device: equation.grid.device)
    return try a.selected(where: values.isGreater(than: 0.5), otherwise: b)
  }
}

extension Tensor {
  /// Complex numbers with parts of another type.
  fileprivate func complex(of type: DType) throws -> Tensor { try realView().to(type: type).complexView() }
}
