import Torch

/// Finds steady flows for given forces: inexact Newton steps whose linear equations are solved by preconditioned GMRES, a
/// backtracking line search, continuation in the amplitude of the force with a secant predictor, and nested grids. Samples go side by
/// side; each has its own amplitude, tolerances and status, and leaves the batch when it is done.
public struct SteadySolver: Sendable {
  /// What is solved for its steady state.
  public let equation: VorticityEquation
  /// Tolerances and limits.
  public let settings: NewtonKrylov
  /// From the coarsest grid to that of the equation.
  private let levels: [Level]

  struct Level: Sendable {
    let equation: VorticityEquation
    /// The same in single precision, for the linear equations of Newton's method, whose solutions need few digits.
    let linear: VorticityEquation
    /// Of `linear`.
    let lowModes: LowModes?
  }

  /// - Parameter highestForcingWave: no mode of the forces is above it; nil if it is not known, and then there are no coarser grids.
  public init(
    _ equation: VorticityEquation, _ settings: NewtonKrylov = NewtonKrylov(), highestForcingWave: Int? = nil
  ) throws {
    self.equation = equation
    self.settings = settings
    var grids = [equation.grid]
    if let wave = highestForcingWave {
      while grids[0].size / 2 >= settings.coarsestSize, (grids[0].size / 2 - 1) / 3 >= 2 * wave {
        grids.insert(try PeriodicGrid(size: grids[0].size / 2, device: equation.grid.device), at: 0)
      }
    }
    levels = try grids.map { grid in
      let equation = VorticityEquation(grid, viscosity: equation.viscosity)
      let cutoff = min(settings.denseWaves, grid.cutoff)
      let single = try PeriodicGrid(size: grid.size, device: grid.device, method: grid.method, type: .float32)
      let linear = VorticityEquation(single, viscosity: equation.viscosity)
      return Level(
        equation: equation, linear: linear, lowModes: cutoff > 0 ? try LowModes(linear, cutoff: cutoff) : nil)
    }
  }

  /// - Parameter forcing: modes of the curl of the force, `[B, 2 K + 1, K + 1]`, without mean.
  /// - Returns: modes of the vorticity, of the same shape, zero for a sample without solution; and the history of each sample.
  public func solve(_ forcing: Tensor) throws -> (vorticity: Tensor, histories: [NewtonHistory]) {
    var pending = Array(0..<forcing.shape[0])
    var histories = pending.map { _ in NewtonHistory() }
    var guess = (vorticity: forcing, isGiven: pending.map { _ in false })
    for (number, level) in levels.enumerated() {
      let grid = level.equation.grid
      let isFinest = number == levels.count - 1
      var settings = settings
      if !isFinest { settings.tolerance = max(settings.tolerance, settings.coarseTolerance) }
      if number > 0 { guess.vorticity = try grid.modes(guess.vorticity, from: levels[number - 1].equation.grid) }
      let forces = try grid.modes(forcing.indexSelect(Self.index(pending, forcing)), from: equation.grid)
      if number == 0 { guess.vorticity = try .zeros(like: forces) }
      let found = try solve(forces, level, settings, guess)
      for (position, sample) in pending.enumerated() {
        histories[sample] = found.histories[position].following(histories[sample])
      }
      let kept = pending.indices.filter {
        found.histories[$0].converged || (!isFinest && !(found.tails[$0] <= settings.largestCoarseTail))
      }
      guess.vorticity = try found.vorticity.indexSelect(Self.index(kept, forcing))
      guess.isGiven = kept.map { found.histories[$0].converged }
      pending = kept.map { pending[$0] }
      if pending.isEmpty { break }
    }
    guard !pending.isEmpty else { return (try .zeros(like: forcing), histories) }
    return (
      try Tensor.zeros(like: forcing).indexAdd(guess.vorticity, at: Self.index(pending, forcing)), histories
    )
  }

  private struct Found {
    /// Modes of the solutions, or of the last one on the way to where there was none any more.
    var vorticity: Tensor
    var histories: [NewtonHistory]
    /// Spectral tails of the last solutions; infinite where there was none.
    var tails: [Double]
  }

  /// Solves on one grid.
  private func solve(
    _ forcing: Tensor, _ level: Level, _ settings: NewtonKrylov, _ guess: (vorticity: Tensor, isGiven: [Bool])
  ) throws -> Found {
    let grid = level.equation.grid
    let scales = try grid.norms(of: forcing)
    // The flow without force is at rest.
    var found = Found(
      vorticity: try .zeros(like: forcing),
      histories: scales.map { $0 == 0 ? NewtonHistory(converged: true, amplitude: 1, residual: 0) : NewtonHistory() },
      tails: scales.map { _ in 0 })
    var branch = try SolutionBranch(level, settings, forcing, scales, guess: guess)
    for sample in branch.samples.indices where scales[sample] == 0 { branch.samples[sample].isDone = true }
    try branch.removeDone()
    while !branch.samples.isEmpty {
      let moved = try branch.judge()
      let done = branch.samples.indices.filter { branch.samples[$0].isDone }
      if !done.isEmpty {
        let solutions = try branch.solution.indexSelect(Self.index(done, forcing))
        let samples = done.map { branch.samples[$0] }
        found.vorticity = try found.vorticity.indexAdd(
          solutions, at: Self.index(samples.map(\.number), forcing))
        for (sample, tail) in zip(samples, try grid.spectralTails(of: solutions)) {
          found.histories[sample.number] = sample.history
          found.tails[sample.number] = sample.amplitude > 0 ? tail : .infinity
        }
        try branch.removeDone()
      }
      if !moved && !branch.samples.isEmpty { try branch.newtonStep() }
    }
    return found
  }

  private static func index(_ positions: [Int], _ like: Tensor) throws -> Tensor {
    try Tensor(integers: positions.map(Int64.init), device: like.device)
  }
}
