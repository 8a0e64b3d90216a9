import Foundation
import Records
import StudyKit
import Support
import Torch

private enum Op {
  static let fft2 = Operator("aten::fft_fft2")
  static let ifft2 = Operator("aten::fft_ifft2")
  static let real = Operator("aten::real")
}

/// A wave added to the vorticity, and the change of the force that goes with it; or, in Darcy flow, a wave in the coefficient, and
/// the pressure in the changed medium.
struct SteadyFlowPerturbation: InputPerturbation {
  enum Convention: String, CaseIterable {
    /// As in the script published with the paper: fields divided by their scales, viscosity 0.01, the sign of the velocity reversed, the linearised
    /// equation, a force with a y component only, a sine sampled with both ends of the period.
    case paper
    /// The force that makes the changed flow steady, in physical units, with the viscosity of the sample; the pressure that the
    /// equation of Darcy flow has in the changed medium.
    case physical
  }

  let convention: Convention
  /// Share of the highest wave number: N / 2 (paper) or the cutoff K (physical).
  let frequency: Double
  /// Paper: norm of the change of a whole batch of `batchSize` samples. Physical: norm relative to that of the vorticity, or
  /// of the coefficient.
  let norm: Double
  /// Physical only: which of the forces of the changed flow.
  var force = ForceKind.withoutDivergence
  /// Paper only.
  let viscosity: Double
  let batchSize: Int

  var name: String { "wave-\(frequency)" }
  var ratioMeaning: String {
    switch convention {
    case .paper: "scaled vorticity over scaled force, as published"
    case .physical: "vorticity over force, or pressure over coefficient, in physical units"
    }
  }

  func perturbed(
    _ reader: DatasetReader, _ split: Split, rows: [Int], seed: UInt64, options: TensorOptions
  ) throws -> PerturbedBatch<SteadyFlowBatch> {
    let samples = try SteadyFlowStudy.samples(reader, split, rows: rows)
    let draws = try reader.draws(of: split)
    let phases = rows.map { row in
      var random = KeyedRandom(seed: seed, stream: "steady-flows/perturb/\(name)", index: UInt64(draws[row]))
      return random.uniform(0, 2 * .pi)
    }
    let changed: Change
    switch (convention, samples.input.shape[1]) {
    case (.paper, 2): changed = try publishedChange(samples)
    case (.physical, 2): changed = try physicalChange(samples, phases)
    case (.physical, 1): changed = try mediumChange(samples, phases)
    case (_, let channels):
      throw Failure(
        .usage, "the perturbations of the paper are those of flows, but the dataset has \(channels) input channels",
        at: reader.path, remedy: "set sweep.perturbations.protocol to physical, or its frequencies to []")
    }
    return PerturbedBatch(
      batch: try SteadyFlowBatch(
        input: (samples.input + changed.input).to(type: options.type, device: options.device),
        solution: (samples.solution + changed.solution).to(type: options.type, device: options.device)),
      distances: changed.distances, isSolved: changed.isSolved)
  }

  /// Changes of scaled samples, `[B, C, H, W]` and `[B, H, W]`, float64; and for each sample what the change of the output is
  /// divided by, and whether the solution is one.
  struct Change {
    var input: Tensor
    var solution: Tensor
    var distances: [Double]
    var isSolved: [Bool]
  }

  /// sin(2 pi k (i + j) / N + phase) on N x N points.
  private static func values(wave: Int, size: Int, phase: Double) -> [Double] {
    let step = 2 * Double.pi * Double(wave) / Double(size)
    return (0..<size * size).map { sin(step * Double($0 / size + $0 % size) + phase) }
  }

  private func publishedChange(_ samples: ScaledSamples) throws -> Change {
    let n = samples.solution.shape[1]
    let wave = max(1, Int(frequency * Double(n / 2)))
    let (vorticity, force) = try PublishedWave(size: n, viscosity: viscosity).change(
      of: samples.solution, wave: wave, norm: norm / Double(batchSize).squareRoot())
    let distances = try force.sampleNorms().doubles().map { $0 + 1e-9 }
    return Change(input: force, solution: vorticity, distances: distances, isSolved: distances.map { _ in true })
  }

  /// A wave added to the vorticity, with the change of the force that makes the changed flow steady.
  func physicalChange(_ samples: ScaledSamples, _ phases: [Double]) throws -> Change {
    let grid = try PeriodicGrid(size: samples.solution.shape[1])
    let wave = min(max(1, Int(frequency * Double(grid.cutoff))), grid.cutoff)
    var (inputs, solutions, distances): ([Tensor], [Tensor], [Double]) = ([], [], [])
    for (position, phase) in phases.enumerated() {
      let scale = (input: samples.scales.input[position], solution: samples.scales.solution[position])
      let equation = VorticityEquation(grid, viscosity: samples.viscosities[position])
      let vorticity = try samples.solution.narrow(0, from: position, count: 1) * scale.solution
      let sine = try Tensor(Self.values(wave: wave, size: grid.size, phase: phase), shape: vorticity.shape)
      let size = try norm * vorticity.sampleNorms().scalar() / sine.sampleNorms().scalar()
      let change = try sine * size
      let base = try grid.modes(of: vorticity)
      let difference = try equation.force(force, of: base + grid.modes(of: change)) - equation.force(force, of: base)
      let force = try grid.fields(of: difference)
      inputs.append(try force * (1 / scale.input))
      solutions.append(try change * (1 / scale.solution))
      // In these units the ratio of scaled outputs to distances is that of vorticity to force.
      distances.append(try force.sampleNorms().scalar() / scale.solution)
    }
    return Change(
      input: try .concatenated(inputs, dimension: 0), solution: try .concatenated(solutions, dimension: 0),
      distances: distances, isSolved: distances.map { _ in true })
  }

  /// a (1 + c sin(2 pi k (i + j) / N + phase)) in place of the coefficient a, with the pressure solved for again.
  func mediumChange(_ samples: ScaledSamples, _ phases: [Double]) throws -> Change {
    let n = samples.solution.shape[1]
    let problem = try DarcyProblem(size: n)
    let wave = min(max(1, Int(frequency * Double(n / 2))), n / 2)
    let waves = phases.flatMap { Self.values(wave: wave, size: n, phase: $0) }
    func factors(_ values: [Double]) throws -> Tensor { try Tensor(values, shape: [values.count, 1, 1]) }
    let medium = try samples.input.select(1, 0) * factors(samples.scales.input)
    let wavy = try medium * Tensor(waves, shape: medium.shape)
    let sizes = try zip(medium.sampleNorms().doubles(), wavy.sampleNorms().doubles()).map { norm * $0 / $1 }
    guard sizes.allSatisfy({ $0 < 1 }) else {
      throw Failure(
        .usage, "expected a change that leaves the coefficient positive, found one of norm \(norm) relative to it",
        at: "sweep.perturbations.norm", remedy: "lower it to 0.5 or less")
    }
    let change = try wavy * factors(sizes)
    let (pressure, residuals) = try problem.solve(coefficient: medium + change, source: .ones(like: medium))
    return Change(
      input: try (change / factors(samples.scales.input)).unsqueezed(1),
      solution: try pressure / factors(samples.scales.solution) - samples.solution,
      // In these units the ratio of scaled outputs to distances is that of pressure to coefficient.
      distances: try zip(change.sampleNorms().doubles(), samples.scales.solution).map { $0 / $1 },
      isSolved: residuals.map { $0 <= problem.tolerance })
  }
}

/// The perturbed pairs of the published script, by transforms of the whole plane.
struct PublishedWave {
  private let size: Int
  private let viscosity: Double
  /// Wave numbers along both axes, `[n, 1]` and `[1, n]`.
  private let kx: Tensor
  private let ky: Tensor
  private let square: Tensor

  init(size: Int, viscosity: Double) throws {
    self.size = size
    self.viscosity = viscosity
    let waves = (0..<size).map { Double($0 < (size + 1) / 2 ? $0 : $0 - size) }
    kx = try Tensor(waves, shape: [size, 1])
    ky = try Tensor(waves, shape: [1, size])
    square = try kx * kx + ky * ky
  }

  /// delta omega `[B, n, n]` with this norm in each sample, and delta f `[B, 2, n, n]` from
  /// curl(delta f) = u . grad(delta omega) + delta u . grad(omega) - nu laplace(delta omega).
  func change(of vorticity: Tensor, wave: Int, norm: Double) throws -> (vorticity: Tensor, force: Tensor) {
    let points = (0..<size).map { 2 * Double.pi * Double($0) / Double(size - 1) }
    let sine = try Tensor(points.flatMap { x in points.map { sin(Double(wave) * x + Double(wave) * $0) } }, shape: [size, size])
    let scaled = try sine * (norm / sine.flattened().norm(dimensions: [0]).scalar())
    let change = try scaled.unsqueezed(0).expanded(vorticity.shape).contiguous()
    let (u, changedU) = try (velocity(vorticity), velocity(change))
    let (slope, changedSlope) = try (gradient(vorticity), gradient(change))
    let curl =
      try u.x * changedSlope.x + u.y * changedSlope.y + changedU.x * slope.x + changedU.y * slope.y
      - filtered(change, square * -1, imaginary: false) * viscosity
    // f_y from d f_y / d x = curl: 1 / (i kx + 1e-8) = (1e-8 - i kx) / (kx^2 + 1e-16), rows kx = 0 removed.
    let denominator = try kx * kx + 1e-16
    let keeps = try kx.abs().isGreater(than: 0.5).to(type: .float64)
    let y =
      try filtered(curl, keeps * 1e-8 / denominator, imaginary: false)
      + filtered(curl, -(kx * keeps) / denominator, imaginary: true)
    return (change, try .stacked([.zeros(like: y), y], dimension: 1))
  }

  private func velocity(_ vorticity: Tensor) throws -> (x: Tensor, y: Tensor) {
    let inverse = try -1 / (square + 1e-8)
    return try (filtered(vorticity, ky * inverse, imaginary: true), filtered(vorticity, -(kx * inverse), imaginary: true))
  }

  private func gradient(_ field: Tensor) throws -> (x: Tensor, y: Tensor) {
    try (filtered(field, kx, imaginary: true), filtered(field, ky, imaginary: true))
  }

  /// The real part of the field whose modes are multiplied by a real factor, or by i times it.
  private func filtered(_ field: Tensor, _ factor: Tensor, imaginary: Bool) throws -> Tensor {
    let modes = try Op.fft2(.tensor(field)) * factor.expanded([size, size])
    guard imaginary else { return try Op.real(.tensor(Op.ifft2(.tensor(modes)))) }
    // Re(i z) = -Im(z)
    return try -(Op.ifft2(.tensor(modes)).realView().select(-1, 1))
  }
}
