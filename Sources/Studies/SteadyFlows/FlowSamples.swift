import Torch

/// What one method of making samples gives for a block of draws: fields on the points, their certificates, and which draws failed.
struct FlowSamples {
  /// What the network gets, `[B, channel, N, N]`, and what it is to give, `[B, N, N]`.
  var input: Tensor
  var solution: Tensor
  var certificates: [FlowCertificate]
}

/// How good one sample is, and what it was made from.
struct FlowCertificate: Equatable {
  /// nu; 0 where there is none.
  var viscosity = 0.0
  /// Relative residual of the equation.
  var residual = 0.0
  /// Largest divergence of the velocity relative to the largest vorticity.
  var divergence = 0.0
  /// Root mean square of the vorticity in the outer quarter of the kept modes, relative to all of it.
  var spectralTail = 0.0
  /// Mean square of the curl of the force in the rings |k| = 1, 2, ..., `spectrumLength`.
  var forcingSpectrum = [Double](repeating: 0, count: spectrumLength)
  var history = NewtonHistory(converged: true, amplitude: 1, residual: 0)
  /// Why the sample is not to be used; nil if it is.
  var rejection: String?

  static let spectrumLength = 16
  /// Newton steps that are stored.
  static let historyLength = 64
}

/// Makes samples of draws.
protocol FlowMethod: Sendable {
  /// - Parameter stream: name of the random numbers; draw i uses those of index i.
  func samples(draws: [Int], seed: UInt64, stream: String) throws -> FlowSamples
}

/// Flows of a vorticity equation as samples: the two methods that have one share this.
struct FlowRecorder: Sendable {
  struct Settings: Equatable, Sendable {
    /// Points of the grid along each axis.
    let size: Int
    let viscosity: Double
    /// Every so many points of the grid are stored.
    let storedEvery: Int
    /// Relative residual of a sample, at most.
    let tolerance: Double
    /// A flow with a larger spectral tail is under-resolved and rejected.
    let largestTail: Double

    var storedSize: Int { (size + storedEvery - 1) / storedEvery }
  }

  let settings: Settings
  let equation: VorticityEquation

  init(_ settings: Settings, on device: Device) throws {
    self.settings = settings
    equation = VorticityEquation(try PeriodicGrid(size: settings.size, device: device), viscosity: settings.viscosity)
  }

  /// - Parameters:
  ///   - vorticity: modes, `[B, 2 K + 1, K + 1]`.
  ///   - force: modes, `[B, 2, 2 K + 1, K + 1]`.
  func samples(_ vorticity: Tensor, force: Tensor, _ histories: [NewtonHistory]) throws -> FlowSamples {
    let grid = equation.grid
    let forcing = try grid.curl(of: force)
    let residuals = try grid.norms(of: equation.residual(vorticity, forcing: forcing))
    let scales = try grid.norms(of: forcing)
    let velocityModes = try vorticity.unsqueezed(-3) * grid.vorticityToVelocity
    let divergence = try largest(grid.fields(of: grid.divergence(of: grid.modes(of: grid.fields(of: velocityModes)))))
    let field = try grid.fields(of: vorticity)
    let vorticities = try largest(field)
    let tails = try grid.spectralTails(of: vorticity)
    let spectra = try ringSpectra(forcing)
    let certificates = histories.indices.map { sample -> FlowCertificate in
      var certificate = FlowCertificate(
        viscosity: equation.viscosity, residual: scales[sample] > 0 ? residuals[sample] / scales[sample] : 0,
        divergence: vorticities[sample] > 0 ? divergence[sample] / vorticities[sample] : 0,
        spectralTail: tails[sample], forcingSpectrum: spectra[sample],
        history: histories[sample])
      certificate.rejection = rejection(certificate)
      return certificate
    }
    return FlowSamples(
      input: try thinned(grid.fields(of: force)), solution: try thinned(field),
      certificates: certificates)
  }

  private func rejection(_ certificate: FlowCertificate) -> String? {
    let history = certificate.history
    if !history.converged {
      return "Newton's method stopped at \(Float(history.amplitude)) of the force, relative residual \(Float(history.residual))"
    }
    if !(certificate.residual <= settings.tolerance) { return "relative residual \(Float(certificate.residual))" }
    if !(certificate.spectralTail <= settings.largestTail) {
      return "under-resolved: \(Float(certificate.spectralTail)) of the vorticity is in the outer quarter of the modes"
    }
    return nil
  }

  private func thinned(_ fields: Tensor) throws -> Tensor {
    if settings.storedEvery == 1 { return fields }
    let size = equation.grid.size
    return try fields.slice(-1, from: 0, to: size, by: settings.storedEvery).slice(
      -2, from: 0, to: size, by: settings.storedEvery)
  }

  private func largest(_ fields: Tensor) throws -> [Double] {
    try fields.abs().flattenedSamples().maximum(dimensions: [1]).doubles()
  }

  private func ringSpectra(_ modes: Tensor) throws -> [[Double]] {
    let grid = equation.grid
    let waves = PeriodicGrid.waves(grid.cutoff)
    let squares = try (modes * grid.weight).realView().pow(2).sum(dimension: -1).doubles()
    return (0..<modes.shape[0]).map { sample in
      var rings = [Double](repeating: 0, count: FlowCertificate.spectrumLength)
      for (index, k) in waves.enumerated() {
        let ring = Int((k.kx * k.kx + k.ky * k.ky).squareRoot().rounded())
        if ring >= 1, ring <= rings.count { rings[ring - 1] += squares[sample * waves.count + index] }
      }
      return rings
    }
  }
}
