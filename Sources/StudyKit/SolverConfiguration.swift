import Configuration
import Equilibrium

/// Fixed-point solvers from a configuration.
extension SolverSettings {
  /// Reads a section such as
  ///
  ///     solver: {name: anderson, window: 5, iterations: 30, tolerance: 1e-6}
  ///
  /// - Parameters:
  ///   - iterations: K, where the caller sets it and the section has no such key; nil for the section's own.
  ///   - exact: K steps exactly: the section has no tolerance either.
  ///   - limit: the key that sets the limit instead of the section's own `iterations`, which then is an error, for its message.
  public init(
    reading section: ConfigurationSection, iterations: Int? = nil, exact: Bool = false, limitedBy limit: String? = nil
  ) throws {
    let solver = try section.variant("name", default: SolverKind.picard, "fixed-point solver") { kind in
      switch kind {
      case .picard: Solver.picard(try Picard(reading: section))
      case .anderson: Solver.anderson(try Anderson(reading: section))
      case .broyden: Solver.broyden(try Broyden(reading: section))
      }
    }
    if exact, let iterations {
      self.init(solver, stopping: .exactly(iterations))
    } else {
      self.init(solver)
      if let limit {
        try section.refuse("iterations", remedy: "the limit of this solver is \(limit)")
      } else {
        stopping.maximumIterations = try section.integer(
          "iterations", default: iterations ?? stopping.maximumIterations, in: 1...1_000_000, "iteration limit")
      }
      stopping.tolerance = try section.number(
        "tolerance", default: stopping.tolerance, in: 0..., "a sample stops when its residual is below this")
      stopping.mode = try section.choice(
        "mode", default: stopping.mode, "the residual is divided by ||G(y)||, or not")
      returning = try section.choice(
        "returning", default: returning,
        "the last iterate, each sample's one with the lowest residual, or that of the whole batch as in FNO-DEQ's published code")
    }
    try section.finish()
    try validate()
  }
}

extension Solver {
  /// The section that reads as this solver: `{name: picard, damping: 0.7}`.
  package var yaml: String {
    switch self {
    case .picard(let picard): "{name: picard, damping: \(picard.damping)\(picard.patience.map { ", patience: \($0)" } ?? "")}"
    case .anderson(let anderson):
      "{name: anderson, window: \(anderson.window), mixing: \(anderson.mixing), regularization: \(anderson.regularization.factor), "
        + "regularization_is_relative: \(anderson.regularization == .relative(anderson.regularization.factor))}"
    case .broyden(let broyden): "{name: broyden, memory: \(broyden.memory), line_search: \(broyden.lineSearch)}"
    }
  }

  /// Reads such a section that stands alone.
  ///
  /// - Throws: `Failure` (usage) for anything else, at `name`.
  package init(yaml: String, name: String) throws {
    let document = try ConfigurationDocument.parse("solver: \(yaml)", name: name, keys: ["solver"])
    self = try SolverSettings(reading: document.section("solver"), iterations: 1, exact: true).solver
  }
}

// The defaults of the keys are those of the library.

extension Picard {
  init(reading section: ConfigurationSection) throws {
    self.init()
    damping = try section.number(
      "damping", default: damping, in: .above(0, through: 1), "y <- (1 - damping) y + damping G(y)")
    patience = try section.optionalInteger(
      "patience", in: 1..., "steps in a row without a lower residual after which a sample's damping is halved; never, if missing")
  }
}

extension Anderson {
  init(reading section: ConfigurationSection) throws {
    self.init()
    window = try section.integer("window", default: window, in: 1...100, "iterates that are combined")
    mixing = try section.number("mixing", default: mixing, in: .above(0, through: 1), "weight of G in the combination")
    let factor = try section.number(
      "regularization", default: regularization.factor, in: 0..., "added to the diagonal of the least-squares problem")
    let isRelative = try section.boolean(
      "regularization_is_relative", default: regularization == .relative(regularization.factor),
      "to the diagonal; public implementations add an absolute 1e-4")
    regularization = isRelative ? .relative(factor) : .absolute(factor)
  }
}

extension Broyden {
  init(reading section: ConfigurationSection) throws {
    self.init()
    memory = try section.integer("memory", default: memory, in: 1...10_000, "rank-one updates that are kept")
    lineSearch = try section.boolean("line_search", default: lineSearch, "backtrack where the residual does not fall")
  }
}
