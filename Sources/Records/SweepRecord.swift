import HDF5
import Support

/// What one sweep file holds: one trained model, measured on one split over test-time iterations.
///
/// `SweepWriter` writes it, `FileSchema.sweep` defines it.
@dynamicMemberLookup
public struct SweepRecord: Sendable {
  /// Also read as members of the record: `sweep.model`.
  public var facts: SweepFacts
  /// The recorded iterations, ascending, `[K]`.
  public var iterations: [Int]
  /// Number of the draw of each sample, `[S]`.
  public var draws: [Int]
  /// `[S, K]`
  public var error: SampleCurves
  /// ||G(y) - y||, `[S, K]`
  public var residual: SampleCurves?
  /// ||G(y) - y|| / ||G(y)||, `[S, K]`; nil where it was not recorded.
  public var relativeResidual: SampleCurves?
  /// Names of the perturbations, `[P]`.
  public var perturbations: [String]
  /// What these ratios are, for each kind: what over what, in which units; empty if the file does not say.
  public var ratioMeanings: [String] = []
  /// Change of the output over change of the input, one `[S, K]` for each perturbation.
  public var lipschitzRatio: [SampleCurves]
  /// Error of the perturbed samples, one `[S, K]` for each perturbation.
  public var perturbedError: [SampleCurves]
  /// Measures beside the error.
  public var qualities: [Quality]
  /// Local Lipschitz constants; nil where they were not asked for.
  public var localLipschitz: LocalLipschitz?
  /// How the iteration of each sample ended, `[S]`; nil for models without iterations.
  public var statuses: [SampleStatus]?
  /// How the states of each sample went on at the end, `[S]`; nil where it was not recorded.
  public var limitPeriods: [LimitPeriod]?
  /// The geometric mean factor by which a step shrinks the residual at the end, `[S]`, NaN where it cannot be told; nil where it was not
  /// recorded.
  public var contractionFactors: [Double]?
  /// Random starts of the first samples; nil where there were none.
  public var starts: StartCurves?
  /// Other solvers of the same iteration.
  public var solvers: [SolverCurves]
  /// Peak memory of training steps; nil where it was not measured.
  public var memory: MemoryTable?
  /// What one sample costs, `[K]`.
  public var costs: SweepCosts
  /// Where the numbers come from.
  public var source: Source

  /// A measure beside the error.
  public struct Quality: Equatable, Sendable {
    /// What is measured, and in which unit.
    public var measure: MeasureDescription
    /// `[S, K]`
    public var curves: SampleCurves

    /// `curves` holds the values of one measure.
    public init(_ measure: MeasureDescription, _ curves: SampleCurves) { (self.measure, self.curves) = (measure, curves) }
  }

  /// The largest singular values of d y_t / d x, for the first samples.
  public struct LocalLipschitz: Equatable, Sendable {
    /// The iterations t, `[T]`.
    public var iterations: [Int]
    /// `[samples, T]`
    public var constants: SampleCurves
    /// Whether the power iteration of each has converged, as `constants`; where not, the constant is a lower bound.
    public var converged: [Bool]

    /// `converged` is row-major like the values of `constants`.
    public init(iterations: [Int], constants: SampleCurves, converged: [Bool]) {
      (self.iterations, self.constants, self.converged) = (iterations, constants, converged)
    }
  }

  /// A sweep file, and what it says about where its numbers come from.
  public struct Source: Equatable, Sendable {
    /// The sweep file, as it was named.
    public var path: String
    /// SHA-256 of the content, as the file states it; empty if it states none.
    public var contentHash: String
    /// The model and the dataset, where the sweep found them; nil if the file does not say.
    public var modelPath: String?
    /// The dataset, from the root of the file system; nil if the file does not say.
    public var datasetPath: String?
    /// The resolved configuration of the sweep, as YAML.
    public var configuration: String

    /// A source of these parts; what is left out is not known.
    public init(
      path: String, contentHash: String = "", modelPath: String? = nil, datasetPath: String? = nil, configuration: String = ""
    ) {
      (self.path, self.contentHash, self.modelPath) = (path, contentHash, modelPath)
      (self.datasetPath, self.configuration) = (datasetPath, configuration)
    }
  }

  /// A sweep of these parts, all of the same samples and iterations.
  public init(
    _ facts: SweepFacts, iterations: [Int], draws: [Int], error: SampleCurves, residual: SampleCurves? = nil,
    relativeResidual: SampleCurves? = nil, perturbations: [String] = [], lipschitzRatio: [SampleCurves] = [],
    perturbedError: [SampleCurves] = [],
    qualities: [Quality] = [], localLipschitz: LocalLipschitz? = nil, statuses: [SampleStatus]? = nil,
    limitPeriods: [LimitPeriod]? = nil, contractionFactors: [Double]? = nil, starts: StartCurves? = nil,
    solvers: [SolverCurves] = [], memory: MemoryTable? = nil, costs: SweepCosts, source: Source
  ) {
    (self.facts, self.iterations, self.draws, self.error, self.residual) = (facts, iterations, draws, error, residual)
    (self.relativeResidual, self.limitPeriods) = (relativeResidual, limitPeriods)
    (self.contractionFactors, self.starts, self.solvers) = (contractionFactors, starts, solvers)
    (self.perturbations, self.lipschitzRatio, self.perturbedError) = (perturbations, lipschitzRatio, perturbedError)
    (self.qualities, self.localLipschitz, self.statuses) = (qualities, localLipschitz, statuses)
    (self.memory, self.costs, self.source) = (memory, costs, source)
  }

  /// The facts of the sweep as its own properties: `sweep.model`.
  public subscript<Value>(dynamicMember path: KeyPath<SweepFacts, Value>) -> Value { facts[keyPath: path] }

  /// Reads a sweep file.
  ///
  /// - Throws: `Failure`: missing input, or bad data when it is no whole sweep file, when its datasets do not fit each other, or
  ///   when its iterations are not ascending.
  public init(reading path: String) throws {
    let file = try Failure.mapping { try File.open(path) }
    let header = try FileHeader(of: file, expecting: [.sweep])
    let provenance = try FileProvenance(of: file)
    let checked = CheckedFile(file, remedy: "the sweep does not fit itself: sweep the model again")
    self = try Failure.mapping {
      let facts = try SweepFacts(of: file, header)
      let iterations = try checked.integers("iteration")
      guard !iterations.isEmpty, zip(iterations, iterations.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw Failure(
          .badData, "expected one or more ascending iterations, found \(iterations.count)", at: "\(path):/iteration",
          remedy: "sweep the model again")
      }
      let draws = try checked.integers("sample")
      guard !draws.isEmpty else {
        throw Failure(.badData, "the sweep holds no samples", at: "\(path):/sample", remedy: "sweep the model again")
      }
      let perturbations = try checked.contains("perturbation") ? checked.texts("perturbation") : []
      let reader = CurveReader(file: checked, samples: draws.count, iterations: iterations.count)
      var record = SweepRecord(
        facts, iterations: iterations, draws: draws, error: try reader.curves("error"),
        residual: try checked.contains("residual") ? reader.curves("residual") : nil,
        relativeResidual: try checked.contains("relative_residual") ? reader.curves("relative_residual") : nil,
        perturbations: perturbations,
        lipschitzRatio: try reader.curves("lipschitz_ratio", for: perturbations),
        perturbedError: try reader.curves("perturbed_error", for: perturbations), qualities: try reader.qualities(),
        localLipschitz: try reader.localLipschitz(), statuses: try reader.statuses(),
        limitPeriods: try reader.limitPeriods(),
        contractionFactors: try checked.contains("contraction_factor")
          ? checked.numbers("contraction_factor", shape: [draws.count]) : nil,
        starts: try StartCurves(of: checked, iterations: iterations.count),
        solvers: try SolverCurves.all(of: checked, samples: draws.count, iterations: iterations.count),
        memory: try MemoryTable(of: checked),
        costs: SweepCosts(
          flops: try checked.numbers("flops", shape: [iterations.count]),
          seconds: try checked.numbers("seconds", shape: [iterations.count]),
          processorSeconds: try file.contains("/provenance/processor_seconds")
            ? file.dataset("/provenance/processor_seconds").read(Double.self) : nil),
        source: Source(
          path: path, contentHash: header.contentHash ?? "",
          modelPath: facts.modelHash.flatMap { provenance?.path(ofInput: $0) },
          datasetPath: facts.datasetHash.flatMap { provenance?.path(ofInput: $0) },
          configuration: provenance?.configuration ?? ""))
      if try checked.contains("ratio_meaning") {
        record.ratioMeanings = try checked.texts("ratio_meaning", shape: [perturbations.count])
      }
      return record
    }
  }

  /// The outputs of the model `[S, K, ...]`, row-major; nil for a sweep that did not store them. They may be large, and are read
  /// from the file when they are asked for.
  public func outputs() throws -> [Double]? {
    try Failure.mapping {
      let file = try File.open(source.path)
      return try file.contains("output") ? file.dataset("output").read(Double.self) : nil
    }
  }
}

/// Reads the curves of a sweep and checks their shapes against each other.
private struct CurveReader {
  let file: CheckedFile
  let samples: Int
  let iterations: Int

  /// `[S, K]`
  func curves(_ name: String) throws -> SampleCurves {
    try curves(file.numbers(name, shape: [samples, iterations]), name)
  }

  /// One `[S, K]` for each perturbation; none when there is no such dataset.
  func curves(_ name: String, for perturbations: [String]) throws -> [SampleCurves] {
    guard try file.contains(name) else { return [] }
    let values = try file.numbers(name, shape: [perturbations.count, samples, iterations])
    return SampleCurves.pieces(values, count: perturbations.count, samples: samples, iterations: iterations)
  }

  private func curves(_ values: [Double], _ name: String) throws -> SampleCurves {
    guard let curves = SampleCurves(samples: samples, iterations: iterations, values: values) else {
      throw Failure(.bug, "\(values.count) values for \(samples) samples and \(iterations) iterations", at: name)
    }
    return curves
  }

  /// The measures below `/quality`.
  func qualities() throws -> [SweepRecord.Quality] {
    try file.children("quality").map { name, dataset in
      SweepRecord.Quality(
        MeasureDescription(
          name, units: try dataset.attribute("units", as: String.self), try dataset.attribute("long_name", as: String.self)),
        try curves("quality/\(name)"))
    }
  }

  func statuses() throws -> [SampleStatus]? {
    guard try file.contains("status") else { return nil }
    return try file.integers("status", shape: [samples]).map { code in
      guard let status = UInt8(exactly: code).flatMap(SampleStatus.init(rawValue:)) else {
        throw file.problem("expected a status from 0 to 3, found \(code)", at: "status")
      }
      return status
    }
  }

  func limitPeriods() throws -> [LimitPeriod]? {
    guard try file.contains("limit_period") else { return nil }
    return try file.integers("limit_period", shape: [samples]).map { LimitPeriod(rawValue: UInt8(clamping: $0)) }
  }

  func localLipschitz() throws -> SweepRecord.LocalLipschitz? {
    guard try file.contains("local_lipschitz") else { return nil }
    let times = try file.integers("local_lipschitz_iteration")
    let count = try file.length("local_lipschitz")
    let values = try file.numbers("local_lipschitz", shape: [count, times.count])
    let converged = try file.integers("local_lipschitz_converged", shape: [count, times.count])
    guard let constants = SampleCurves(samples: count, iterations: times.count, values: values) else { return nil }
    return SweepRecord.LocalLipschitz(iterations: times, constants: constants, converged: converged.map { $0 == 1 })
  }
}
