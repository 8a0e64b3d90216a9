import Support

/// The curves of some samples over the iterates of a sweep: what is measured, saved for a resume, and appended to the file.
public struct SweepSamples: Equatable, Sendable {
  /// `[sample][k]`
  public var error: [[Double]] = []
  /// ||G(y) - y||; empty for models without iterations.
  public var residual: [[Double]] = []
  /// ||G(y) - y|| / ||G(y)||; empty for models without iterations.
  public var relativeResidual: [[Double]] = []
  /// `[perturbation][sample][k]`, NaN where the perturbed problem has no solution.
  public var lipschitzRatio: [[[Double]]] = []
  /// `[perturbation][sample][k]`, error on the perturbed problem; NaN where that has no solution.
  public var perturbedError: [[[Double]]] = []
  /// `[measure][sample][k]`
  public var qualities: [[[Double]]] = []
  /// Local Lipschitz constants `[sample][t]` of the first samples of the sweep, where they are asked for.
  public var localLipschitz: [[Double]] = []
  /// 1 where the power iteration of such a constant has converged; where not, it is a lower bound.
  public var localLipschitzConverged: [[UInt8]] = []
  /// How the solve ended, per sample; empty for models without iterations.
  public var statuses: [SampleStatus] = []
  /// After how many iterations the last state of each sample was there before; empty for models without iterations.
  public var limitPeriods: [LimitPeriod] = []
  /// The geometric mean factor by which a step of the last part of each sample's iteration shrinks its residual; empty for models without
  /// iterations.
  public var contractionFactors: [Double] = []
  /// Random starts, of the first samples of the sweep.
  public var starts = Starts()
  /// Other solvers.
  public var solvers = Solvers()
  /// Outputs `[sample, k, ...]`, where they are asked for.
  public var outputs: Outputs?

  /// The curves from random starts; see `StartCurves`.
  public struct Starts: Equatable, Sendable {
    /// `[start][sample][k]`
    public var error: [[[Double]]] = []
    /// `[start][sample][k]`
    public var relativeResidual: [[[Double]]] = []
    /// `[sample]`
    public var spread: [Double] = []

    /// None.
    public init() {}
  }

  /// The curves of other solvers; see `SolverCurves`.
  public struct Solvers: Equatable, Sendable {
    /// `[solver][sample][k]`
    public var error: [[[Double]]] = []
    /// `[solver][sample][k]`
    public var relativeResidual: [[[Double]]] = []
    /// `[solver][sample][k]`
    public var evaluations: [[[Double]]] = []

    /// None.
    public init() {}
  }

  /// What the model gave, at every iteration.
  public struct Outputs: Equatable, Sendable {
    /// `[B, K, ...]`
    public var shape: [Int]
    /// Row-major.
    public var values: FieldValues

    /// `values` are as many as `shape` says.
    public init(shape: [Int], values: FieldValues) { (self.shape, self.values) = (shape, values) }
  }

  /// No samples.
  public init() {}
}

// MARK: In a resume log

extension SweepSamples {
  package var entry: ResumeEncoder {
    var entry = ResumeEncoder()
    for curves in [
      [error, residual, relativeResidual], lipschitzRatio, perturbedError, qualities, starts.error, starts.relativeResidual,
      solvers.error, solvers.relativeResidual, solvers.evaluations,
    ] {
      entry.add(curves) { $0.add($1) { $0.add($1) } }
    }
    entry.add(contractionFactors)
    entry.add(starts.spread)
    entry.add(localLipschitz) { $0.add($1) }
    entry.add(localLipschitzConverged) { $0.add($1) }
    entry.add(statuses.map(\.rawValue))
    entry.add(limitPeriods.map(\.rawValue))
    entry.add(outputs.map { [$0] } ?? []) { entry, outputs in
      entry.add(outputs.shape)
      outputs.values.add(to: &entry)
    }
    return entry
  }

  package init(_ entry: ResumeDecoder) throws {
    var entry = entry
    func curves() throws -> [[[Double]]] { try entry.list { try $0.list { try $0.array() } } }
    let clean = try curves()
    (error, residual, relativeResidual) = (clean[0], clean[1], clean[2])
    (lipschitzRatio, perturbedError, qualities) = (try curves(), try curves(), try curves())
    (starts.error, starts.relativeResidual) = (try curves(), try curves())
    (solvers.error, solvers.relativeResidual, solvers.evaluations) = (try curves(), try curves(), try curves())
    (contractionFactors, starts.spread) = (try entry.array(), try entry.array())
    localLipschitz = try entry.list { try $0.array() }
    localLipschitzConverged = try entry.list { try $0.array() }
    statuses = try entry.array(of: UInt8.self).map { code in
      guard let status = SampleStatus(rawValue: code) else { throw Failure(.bug, "a resume entry has the status \(code)") }
      return status
    }
    limitPeriods = try entry.array(of: UInt8.self).map { LimitPeriod(rawValue: $0) }
    outputs = try entry.list { Outputs(shape: try $0.array(), values: try FieldValues(from: &$0)) }.first
  }
}
