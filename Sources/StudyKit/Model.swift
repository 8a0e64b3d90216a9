import Equilibrium
import Support
import Torch

/// A model of a case study: implicit or explicit.
public enum Model<Batch>: Sendable {
  case implicit(any ImplicitModel<Batch>)
  case explicit(any ExplicitModel<Batch>)

  /// The model as a bag of parameters.
  public var module: any Module {
    switch self {
    case .implicit(let model): model
    case .explicit(let model): model
    }
  }

  /// Whether it iterates, so that test-time iterations mean something.
  public var isImplicit: Bool { if case .implicit = self { true } else { false } }

  /// The prediction; of an implicit model, at the iterate where the solver stops.
  package func output(_ batch: Batch, _ solver: SolverSettings) throws -> Tensor {
    func implicit<Network: ImplicitModel>(_ network: Network, _ batch: Network.Batch) throws -> Tensor {
      let context = try network.inject(batch)
      let solution = try fixedPoint(
        of: { (y: Tensor) in try network.step(y, context) }, from: network.initialState(context), settings: solver)
      return try network.readout(solution.state, context)
    }
    return switch self {
    case .explicit(let network): try network.predict(batch)
    case .implicit(let network): try implicit(network, batch)
    }
  }

  /// The outputs at the iterates of these numbers, as a sweep with this solver measures them, NaN from where a sample's iteration
  /// has met a value that is not finite; the one prediction of an explicit model for each.
  ///
  /// - Parameter iterations: in any order, at least 0.
  public func outputs(_ batch: Batch, _ solver: Solver, at iterations: [Int]) throws -> [Tensor] {
    func implicit<Network: ImplicitModel>(_ network: Network, _ batch: Network.Batch) throws -> [Tensor] {
      let context = try network.inject(batch)
      var outputs: [Int: Tensor] = [:]
      _ = try fixedPoint(
        of: { (y: Tensor) in try network.step(y, context) }, from: network.initialState(context),
        settings: SolverSettings(solver, stopping: .exactly(max(1, iterations.max() ?? 1)))
      ) { iterate in
        guard iterations.contains(iterate.index) else { return }
        let output = try network.readout(iterate.state, context)
        outputs[iterate.index] = try output.blank(samplesWhere: iterate.statuses.map { $0 == .nonFinite })
      }
      // Where every sample has met a non-finite value the solve ends early, and there is nothing to show.
      return try iterations.map {
        try outputs[$0] ?? Tensor.full(network.readout(network.initialState(context), context).shape, .nan)
      }
    }
    switch self {
    case .explicit(let network):
      let prediction = try network.predict(batch)
      return iterations.map { _ in prediction }
    case .implicit(let network): return try implicit(network, batch)
    }
  }
}

extension Model {
  /// The output after some iterations, NaN for samples whose iteration met a value that is not finite; and there, `[B]`, ||G(y) - y||
  /// and ||G(y) - y|| / ||G(y)||, nil for an explicit model.
  package func applied(
    to batch: Batch, _ solver: Solver, iterations: Int
  ) throws -> (output: Tensor, residuals: [Double]?, relativeResiduals: [Double]?) {
    func implicit<Network: ImplicitModel>(_ network: Network, _ batch: Network.Batch) throws -> (Tensor, [Double]?, [Double]?) {
      let context = try network.inject(batch)
      let solution = try fixedPoint(
        of: { (y: Tensor) in
          // Many iterations may take minutes.
          if Interruption.isRequested {
            throw Interruption.failure("no file was written", remedy: "run the same command again")
          }
          return try network.step(y, context)
        }, from: network.initialState(context),
        settings: SolverSettings(solver, stopping: .exactly(iterations)))
      let output = try network.readout(solution.state, context)
      func last(_ curves: [[Double]]) -> [Double] { curves.map { $0.last.map { $0.isFinite ? $0 : .infinity } ?? .infinity } }
      return (
        try output.blank(samplesWhere: solution.statuses.map { $0 == .nonFinite }), last(solution.residuals),
        last(solution.relativeResiduals)
      )
    }
    return switch self {
    case .explicit(let network): (try network.predict(batch), nil, nil)
    case .implicit(let network): try implicit(network, batch)
    }
  }
}

extension Tensor {
  /// The outputs `[B, ...]` of samples, NaN for those that have none.
  package func blank(samplesWhere hasFailed: [Bool]) throws -> Tensor {
    hasFailed.contains(true) ? try replacing(samplesWhere: hasFailed, with: .full(shape, .nan, type: type, device: device)) : self
  }
}
