import Support
import Torch

/// `solved`: a random force, and the steady flow found by Newton-Krylov.
struct SolvedFlows: FlowMethod {
  let distribution: ForcingDistribution
  let solver: SteadySolver
  let recorder: FlowRecorder

  init(distribution: ForcingDistribution, settings: NewtonKrylov, recorder: FlowRecorder) throws {
    (self.distribution, self.recorder) = (distribution, recorder)
    solver = try SteadySolver(recorder.equation, settings, highestForcingWave: distribution.largestWave)
  }

  static let channels = 2

  func samples(draws: [Int], seed: UInt64, stream: String) throws -> FlowSamples {
    let grid = solver.equation.grid
    let forcing = try grid.modes(
      draws.map { draw in
        var random = KeyedRandom(seed: seed, stream: stream, index: UInt64(draw))
        return distribution.modes(cutoff: grid.cutoff, random: &random)
      })
    let (vorticity, histories) = try solver.solve(forcing)
    return try recorder.samples(vorticity, force: solver.equation.force(ofCurl: forcing), histories)
  }
}

/// `manufactured`: a flow, and the force that makes it steady.
struct ManufacturedFlows: FlowMethod {
  let flow: ManufacturedFlow
  let recorder: FlowRecorder
  var equation: VorticityEquation { recorder.equation }

  static let channels = 2

  func samples(draws: [Int], seed: UInt64, stream: String) throws -> FlowSamples {
    let starts = draws.map { draw in
      var random = KeyedRandom(seed: seed, stream: stream, index: UInt64(draw))
      let modes = flow.start(cutoff: equation.grid.cutoff, random: &random)
      return (modes: modes, speed: random.uniform(flow.lowestSpeed, flow.speed))
    }
    let vorticity = try flow.flows(equation.grid.modes(starts.map(\.modes)), speeds: starts.map(\.speed), equation)
    let solved = NewtonHistory(converged: true, amplitude: 1, residual: 0)
    return try recorder.samples(vorticity, force: equation.force(flow.force, of: vorticity), draws.map { _ in solved })
  }
}

/// `darcy`: a two-valued medium, and the pressure in it under a source of 1.
struct DarcyFlows: FlowMethod {
  let medium: TwoPhaseMedium
  let problem: DarcyProblem

  static let channels = 1

  func samples(draws: [Int], seed: UInt64, stream: String) throws -> FlowSamples {
    let randoms = draws.map { KeyedRandom(seed: seed, stream: stream, index: UInt64($0)) }
    let coefficient = try medium.coefficients(size: problem.size, randoms: randoms)
    let (solution, residuals) = try problem.solve(coefficient: coefficient, source: .ones(like: coefficient))
    let certificates = residuals.map { residual in
      var certificate = FlowCertificate(residual: residual)
      if !(residual <= problem.tolerance) { certificate.rejection = "relative residual \(Float(residual))" }
      return certificate
    }
    return FlowSamples(input: try coefficient.unsqueezed(1), solution: solution, certificates: certificates)
  }
}

extension PeriodicGrid {
  /// Modes of several draws, `[B, 2 K + 1, K + 1]`, from their real and imaginary parts.
  fileprivate func modes(_ draws: [[Double]]) throws -> Tensor {
    try Tensor(draws.flatMap { $0 }, shape: [draws.count, 2 * cutoff + 1, cutoff + 1, 2], device: device).complexView()
  }
}
