/// Damped steps; where they stall, shorter ones.
struct PicardRule<State: EquilibriumState>: StepRule {
  let settings: Picard
  /// Of each sample, what its damping was multiplied by, its lowest squared residual, and the steps since; empty before the first step.
  private var samples: [(factor: Double, lowest: Double, stalled: Int)] = []

  init(settings: Picard) { self.settings = settings }

  /// A residual counts as lower from here on, relative to the lowest before. Next to 1: what contracts, however slowly, keeps its steps,
  /// since shorter ones would only be slower.
  private static var progress: Double { 0.9999 }
  private static var smallestFactor: Double { 1.0 / 64 }

  func pairs(at point: Point<State>) -> [(State, State)] {
    settings.patience == nil ? [] : [(point.residual, point.residual)]
  }

  mutating func next(after point: Point<State>, products: [[Double]], active: [Bool]) throws -> State {
    guard let patience = settings.patience else {
      if settings.damping == 1 { return point.value }
      return try State.combination([(.uniform(1), point.state), (.uniform(settings.damping), point.residual)])
    }
    if samples.isEmpty { samples = Array(repeating: (1, .infinity, 0), count: active.count) }
    for sample in active.indices where active[sample] {
      let square = products[0][sample]
      if square < samples[sample].lowest * Self.progress * Self.progress {
        (samples[sample].lowest, samples[sample].stalled) = (square, 0)
      } else {
        samples[sample].stalled += 1
        if samples[sample].stalled >= patience {
          samples[sample].factor = max(samples[sample].factor / 2, Self.smallestFactor)
          samples[sample].stalled = 0
        }
      }
    }
    return try State.combination([
      (.uniform(1), point.state), (.perSample(samples.map { $0.factor * settings.damping }), point.residual),
    ])
  }
}
