import Configuration
import Records
import Support

extension SteadyFlowGenerator {
  enum Method: String, CaseIterable { case solved, manufactured, darcy }

  /// Reads the section `dataset`.
  init(reading section: ConfigurationSection, seed: UInt64) throws {
    let size = try section.integer("size", default: 64, in: 4...8192, "points of the grid along each axis")
    let recipe: Recipe = try section.variant("method", default: Method.solved, "how samples are made") { method in
      switch method {
      case .solved:
        let distribution = try ForcingDistribution(reading: section.section("forcing", "the random force"))
        let settings = try NewtonKrylov(reading: section.section("solver", "the Newton-Krylov solver"))
        let record = try FlowRecorder.Settings(
          reading: section, size: size, viscosity: 0.01, tolerance: settings.tolerance)
        let cutoff = PeriodicGrid.cutoff(size: size)
        try section.require(
          distribution.largestWave <= cutoff,
          Failure(
            .usage,
            "\(section.path).forcing: expected wave numbers of at most \(cutoff), found \(distribution.largestWave)",
            at: section.location,
            remedy: "a grid of \(size) points resolves waves below a third of that; raise \(section.path).size"))
        return Recipe(channels: SolvedFlows.channels, storedSize: record.storedSize) {
          try SolvedFlows(distribution: distribution, settings: settings, recorder: FlowRecorder(record, on: $0))
        }
      case .manufactured:
        let flow = try ManufacturedFlow(reading: section.section("flow", "the flow that is made steady"))
        let record = try FlowRecorder.Settings(reading: section, size: size, viscosity: 0.001, tolerance: 1e-9)
        return Recipe(channels: ManufacturedFlows.channels, storedSize: record.storedSize) {
          ManufacturedFlows(flow: flow, recorder: try FlowRecorder(record, on: $0))
        }
      case .darcy:
        let tolerance = try section.number(
          "tolerance", default: 1e-10, in: .above(0, through: 1), "relative residual of a sample")
        let medium = try TwoPhaseMedium(reading: section.section("medium", "the coefficient"))
        return Recipe(channels: DarcyFlows.channels, storedSize: size, usesDevices: false) { device in
          try device.requireCPU()
          return DarcyFlows(medium: medium, problem: try DarcyProblem(size: size, tolerance: tolerance))
        }
      }
    }
    (self.recipe, method) = (recipe, Deferred { try recipe.make(.cpu) })
    // The variances of the published data.
    let parts = try section.section("scales", "what the networks divide the fields by: their root mean squares")
    scales = (
      input: try parts.number("input", default: 0.0030435901135206223.squareRoot(), in: .positive, "of the force"),
      solution: try parts.number("solution", default: 0.11162283271551132.squareRoot(), in: .positive, "of the vorticity")
    )
    try parts.finish()
    noise = try GradedNoise(reading: section.section("noise", "noise on the training samples"))
    plans = try [(Split.train, 5000, 4500), (.valid, 120, 100), (.test, 600, 500)].map { split, attempts, keep in
      try SplitPlan(
        reading: section, split, attempts: (attempts, "samples drawn"), keep: (keep, "certified samples kept, the first ones"))
    }
    self.seed = seed
    try section.finish()
  }
}

extension FlowRecorder.Settings {
  /// Reads the keys of a section that may have others.
  init(reading section: ConfigurationSection, size: Int, viscosity: Double, tolerance: Double) throws {
    self.size = size
    self.tolerance = tolerance
    self.viscosity = try section.number("viscosity", default: viscosity, in: .above(0, through: 1e6), "nu")
    storedEvery = try section.integer("stored_every", default: 1, in: 1...64, "every so many points of the grid are stored")
    let found = storedEvery
    try section.require(
      size % found == 0,
      Failure(
        .usage, "\(section.path).stored_every: expected a divisor of size = \(size), found \(found)", at: section.location,
        remedy: "otherwise the stored points are no periodic grid"))
    largestTail = try section.number(
      "largest_tail", default: 0.02, in: .above(0, through: 1),
      "a flow with a larger share of its vorticity in the outer quarter of the modes is rejected as under-resolved")
  }
}

extension ForcingDistribution {
  init(reading section: ConfigurationSection) throws {
    self.init()
    deviation = try section.number("deviation", default: deviation, in: 0...1e6, "standard deviation of the curl of the force")
    exponent = try section.number("exponent", default: exponent, in: -10...10, "p in the variance (k^2 + shift^2)^-p of a mode")
    shift = try section.number("shift", default: shift, in: .above(0, through: 1e6), "see exponent", unit: "wave number")
    highestWave = try section.integer("highest_wave", default: highestWave, in: 1...4096, "no random modes above it")
    kolmogorovAmplitude = try section.number(
      "kolmogorov_amplitude", default: kolmogorovAmplitude, in: 0...1e6, "a of the additional force (a sin(n y), 0)")
    kolmogorovWave = try section.integer("kolmogorov_wave", default: kolmogorovWave, in: 1...4096, "n of that force")
    try section.finish()
    try section.require(
      deviation > 0 || kolmogorovAmplitude > 0,
      Failure(.usage, "\(section.path): there is no force", at: section.location, remedy: "give a deviation above 0"))
  }
}

extension NewtonKrylov {
  init(reading section: ConfigurationSection) throws {
    self.init()
    tolerance = try section.number("tolerance", default: tolerance, in: .above(0, through: 1), "relative residual of a sample")
    newtonSteps = try section.integer("newton_steps", default: newtonSteps, in: 1...1000, "at most, at one amplitude")
    krylovVectors = try section.integer("krylov_vectors", default: krylovVectors, in: 1...1000, "of one cycle of GMRES")
    krylovCycles = try section.integer("krylov_cycles", default: krylovCycles, in: 1...1000, "of GMRES, at most")
    firstAmplitude = try section.number(
      "first_amplitude", default: firstAmplitude, in: .above(0, through: 1), "share of the force that is solved for first")
    smallestIncrement = try section.number(
      "smallest_increment", default: smallestIncrement, in: .above(0, through: 1), "of that share; below it a sample is given up")
    denseWaves = try section.integer(
      "dense_waves", default: denseWaves, in: 0...16, "the preconditioner is exact up to this wave number along each axis")
    coarsestSize = try section.integer(
      "coarsest_size", default: coarsestSize, in: 4..., "grids of half the size, down to this, give the finer ones their start")
    try section.finish()
  }
}

extension ManufacturedFlow {
  init(reading section: ConfigurationSection) throws {
    self.init()
    peakWave = try section.number(
      "peak_wave", default: peakWave, in: .above(0, through: 1000), "where the spectrum of the start peaks")
    speed = try section.number("speed", default: speed, in: .above(0, through: 1e6), "largest speed of a start")
    lowestSpeed = try section.number(
      "lowest_speed", default: speed, in: .above(0, through: 1e6), "starts have a largest speed drawn evenly from here to speed")
    time = try section.number("time", default: time, in: 0...1e6, "for which the start evolves")
    courantNumber = try section.number(
      "courant_number", default: courantNumber, in: .above(0, through: 2), "largest displacement of a time step in grid spacings")
    force = try section.choice("force", default: force, "which of the forces that make the flow steady; they differ by gradients")
    try section.finish()
    try section.require(
      lowestSpeed <= speed,
      Failure(
        .usage, "\(section.path).lowest_speed: expected at most speed = \(speed), found \(lowestSpeed)", at: section.location,
        remedy: "leave it out for one speed of all flows"))
  }
}

extension TwoPhaseMedium {
  init(reading section: ConfigurationSection) throws {
    self.init()
    high = try section.number("high", default: high, in: .above(0, through: 1e6), "value where the random field is positive")
    low = try section.number("low", default: low, in: .above(0, through: 1e6), "value elsewhere")
    try section.finish()
  }
}

extension GradedNoise {
  init(reading section: ConfigurationSection) throws {
    self.init()
    field = try section.choice("field", default: field, "which field gets the noise")
    level = try section.number("level", default: level, in: 0...1, "largest variance of the graded noise; 0 for none")
    try section.finish()
  }
}
