import Torch

extension Solver {
  /// The iterate y_n of y = G(y) after exactly n steps, whatever the residual: for where only the state is wanted.
  ///
  /// Plain iteration takes n evaluations of the map here, one less than a solve, which also measures the residual of y_n.
  ///
  /// - Parameters:
  ///   - steps: n; 0 for the start itself.
  ///   - map: G, `[B, ...]` to the same shape, sample by sample.
  ///   - start: y_0, `[B, ...]`.
  /// - Throws: `EquilibriumError` for invalid settings or a changed shape; whatever `map` throws.
  public func iterate(_ steps: Int, of map: (Tensor) throws -> Tensor, from start: Tensor) throws -> Tensor {
    guard steps > 0 else { return start }
    let settings = SolverSettings(self, stopping: .exactly(steps))
    guard case .picard(let picard) = self, picard.patience == nil else {
      return try fixedPoint(of: map, from: start, settings: settings).state
    }
    try settings.validate()
    return try (0..<steps).reduce(start) { state, _ in
      let value = try map(state)
      try value.requireShape(state.shape, role: "the value of the map")
      return try state.lerp(to: value, weight: picard.damping)
    }
  }
}
