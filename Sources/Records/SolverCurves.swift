import HDF5

/// The same iteration by other solvers: how good the answer is after so many evaluations of the map.
public struct SolverCurves: Equatable, Sendable {
  /// Which solver.
  public var name: String
  /// Error against the label, `[S, K]`.
  public var error: SampleCurves
  /// ||G(y) - y|| / ||G(y)||, `[S, K]`.
  public var relativeResidual: SampleCurves
  /// Evaluations of the map up to the residual of this iterate, rejected trials of a line search included, `[S, K]`.
  public var evaluations: SampleCurves

  /// Of the same samples and iterates.
  public init(name: String, error: SampleCurves, relativeResidual: SampleCurves, evaluations: SampleCurves) {
    (self.name, self.error, self.relativeResidual, self.evaluations) = (name, error, relativeResidual, evaluations)
  }
}

extension SolverCurves {
  /// What a sweep stored below `/solvers`; none for one that compared none.
  static func all(of file: CheckedFile, samples: Int, iterations: Int) throws -> [SolverCurves] {
    guard try file.contains("solvers/solver") else { return [] }
    let names = try file.texts("solvers/solver")
    func curves(_ name: String) throws -> [SampleCurves] {
      let values = try file.numbers("solvers/\(name)", shape: [names.count, samples, iterations])
      return SampleCurves.pieces(values, count: names.count, samples: samples, iterations: iterations)
    }
    let (errors, residuals, evaluations) = (try curves("error"), try curves("relative_residual"), try curves("evaluations"))
    return names.indices.map {
      SolverCurves(name: names[$0], error: errors[$0], relativeResidual: residuals[$0], evaluations: evaluations[$0])
    }
  }
}
