/// One measured quantity per sample and iteration, shape `[S, K]`.
public struct SampleCurves: Equatable, Sendable {
  public let samples: Int
  public let iterations: Int
  /// Row-major: sample by sample.
  public let values: [Double]

  /// - Returns: nil when `values` does not hold `samples * iterations` numbers.
  public init?(samples: Int, iterations: Int, values: [Double]) {
    guard samples >= 0, iterations >= 0, values.count == samples * iterations else { return nil }
    self.samples = samples
    self.iterations = iterations
    self.values = values
  }

  /// The values of all samples at the k-th recorded iteration, `[S]`.
  public func column(_ k: Int) -> [Double] {
    (0..<samples).map { values[$0 * iterations + k] }
  }

  public func statistics() -> [Statistics] {
    (0..<iterations).map { Statistics(column($0)) }
  }
}

/// A further measure of the case study, for example a signal-to-noise ratio.
public struct QualityCurves: Sendable {
  public var name: String
  /// What it is, with its unit, for axes.
  public var label: String
  /// `[S, K]`
  public var curves: SampleCurves

  public init(name: String, label: String, curves: SampleCurves) { (self.name, self.label, self.curves) = (name, label, curves) }
}

/// Peak memory of one gradient against the iterations of its forward pass.
public struct MemoryCurve: Sendable {
  /// The name of the adjoint.
  public var adjoint: String
  public var iterations: [Int]
  /// In bytes.
  public var peaks: [Double]

  public init(adjoint: String, iterations: [Int], peaks: [Double]) {
    (self.adjoint, self.iterations, self.peaks) = (adjoint, iterations, peaks)
  }
}

/// What one sweep file holds: one trained model, measured on one split over test-time iterations.
public struct SweepCurves: Sendable {
  public var caseStudy: String
  /// The model's name in the configuration, for example `implicit-8`.
  public var model: String
  public var architecture: String
  /// Explicit networks have no iterations; they are drawn as a level.
  public var isIterative: Bool
  /// The seed the model was trained with.
  public var seed: UInt64
  public var split: String
  public var solver: String
  public var parameters: Int
  /// The most iterations of a step of the training; nil for explicit networks.
  public var trainedIterations: Int?
  /// The part of the dataset that the model is about; nil for all of it.
  public var subject: String?
  /// The recorded iterations, ascending, `[K]`.
  public var iterations: [Int]
  /// What the error is, for axes and tables, for example `relative error`.
  public var errorName: String
  /// `[S, K]`
  public var error: SampleCurves
  /// ||G(y) - y||, `[S, K]`
  public var residual: SampleCurves?
  /// Names of the perturbations, `[P]`.
  public var perturbations: [String]
  /// Change of the output over change of the input, one `[S, K]` for each perturbation.
  public var lipschitzRatio: [SampleCurves]
  /// Error of the perturbed samples, one `[S, K]` for each perturbation.
  public var perturbedError: [SampleCurves]
  public var qualities: [QualityCurves] = []
  /// One for each adjoint; empty where memory was not measured.
  public var memory: [MemoryCurve] = []
  /// Wall time of one sample to the output of each iteration, in s, `[K]`.
  public var seconds: [Double]
  /// Floating-point operations of one sample to the output of each iteration, `[K]`.
  public var flops: [Double]
  /// Where the numbers come from.
  public var source: InputFile

  public init(
    caseStudy: String, model: String, architecture: String, isIterative: Bool, seed: UInt64, split: String,
    solver: String, parameters: Int, trainedIterations: Int?, subject: String? = nil, iterations: [Int], errorName: String,
    error: SampleCurves,
    residual: SampleCurves? = nil, perturbations: [String] = [], lipschitzRatio: [SampleCurves] = [],
    perturbedError: [SampleCurves] = [], qualities: [QualityCurves] = [], seconds: [Double], flops: [Double], source: InputFile
  ) {
    self.caseStudy = caseStudy
    self.model = model
    self.architecture = architecture
    self.isIterative = isIterative
    self.seed = seed
    self.split = split
    self.solver = solver
    self.parameters = parameters
    self.trainedIterations = trainedIterations
    self.subject = subject
    self.iterations = iterations
    self.errorName = errorName
    self.error = error
    self.residual = residual
    self.perturbations = perturbations
    self.lipschitzRatio = lipschitzRatio
    self.perturbedError = perturbedError
    self.qualities = qualities
    self.seconds = seconds
    self.flops = flops
    self.source = source
  }
}

/// A sweep file, and what it says about where its numbers come from.
public struct InputFile: Equatable, Sendable {
  public var path: String
  /// SHA-256 of the content, as the file states it; empty if it states none. So are the others.
  public var contentHash: String
  public var modelHash: String
  public var datasetHash: String
  /// The model file, where the sweep found it; nil if the file does not say.
  public var modelPath: String?
  /// The resolved configuration of the sweep, as YAML.
  public var configuration: String

  public init(
    path: String, contentHash: String, modelHash: String = "", datasetHash: String = "", modelPath: String? = nil,
    configuration: String = ""
  ) {
    self.path = path
    self.contentHash = contentHash
    self.modelHash = modelHash
    self.datasetHash = datasetHash
    self.modelPath = modelPath
    self.configuration = configuration
  }
}
