/// What a sweep measures, and so which datasets its file has and how large they are.
public struct SweepLayout: Equatable, Sendable {
  /// Recorded iterations, ascending, `[K]`.
  public var iterations: [Int]
  /// Number of the draw of each sample, `[S]`.
  public var draws: [Int]
  /// Unit of the error.
  public var errorUnits = "1"
  /// Names of the kinds of perturbation.
  public var perturbations: [String]
  /// What the ratios of each kind are: what over what, in which units; empty if nobody says.
  public var ratioMeanings: [String] = []
  /// Measures beside the error.
  public var qualities: [MeasureDescription]
  /// The iterations at which local Lipschitz constants are computed, and for how many samples; nil for none.
  public var localLipschitz: LocalLipschitz?

  /// Random starts beside the usual one; nil for none.
  public var starts: Starts?
  /// Names of the solvers that are compared with the one of the sweep.
  public var solvers: [String] = []

  /// Random starts, and for how many samples.
  public struct Starts: Equatable, Sendable {
    /// B.
    public var count: Int
    /// The first so many samples of the sweep.
    public var samples: Int

    /// So many for each of the first samples.
    public init(count: Int, samples: Int) { (self.count, self.samples) = (count, samples) }
  }

  /// At which iterations, and for how many samples, local Lipschitz constants are computed.
  public struct LocalLipschitz: Equatable, Sendable {
    /// The iterations t, ascending.
    public var iterations: [Int]
    /// The first so many samples of the sweep.
    public var samples: Int

    /// For the first `samples` samples at these iterations.
    public init(iterations: [Int], samples: Int) { (self.iterations, self.samples) = (iterations, samples) }
  }

  /// What is left out is not measured.
  public init(
    iterations: [Int], draws: [Int], perturbations: [String] = [], qualities: [MeasureDescription] = [],
    localLipschitz: LocalLipschitz? = nil
  ) {
    (self.iterations, self.draws, self.perturbations) = (iterations, draws, perturbations)
    (self.qualities, self.localLipschitz) = (qualities, localLipschitz)
  }
}
