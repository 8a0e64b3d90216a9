import HDF5
import Support

/// Name, unit and meaning of a measure of outputs.
public struct MeasureDescription: Equatable, Sendable {
  /// Name in files and pipeline files, for example `psnr`.
  public var name: String
  /// Unit of the values, "1" if they have none.
  public var units: String
  /// What it is, for axes and tables.
  public var longName: String

  /// A measure of this name, unit and meaning.
  public init(_ name: String, units: String, _ longName: String) {
    (self.name, self.units, self.longName) = (name, units, longName)
  }

  /// The meaning with its unit, for axes.
  public var label: String { units == "1" ? longName : "\(longName) (\(units))" }
}

/// What a sweep measures, and so which datasets its file has and how large they are.
public struct SweepLayout: Equatable, Sendable {
  /// Recorded iterations, ascending, `[K]`.
  public var iterations: [Int]
  /// Number of the draw of each sample, `[S]`.
  public var draws: [Int]
  /// Names of the kinds of perturbation.
  public var perturbations: [String]
  /// Measures beside the error.
  public var qualities: [MeasureDescription]
  /// The iterations at which local Lipschitz constants are computed, and for how many samples; nil for none.
  public var localLipschitz: LocalLipschitz?

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

/// What one sample costs up to the output of each recorded iteration, `[K]`.
public struct SweepCosts: Equatable, Sendable {
  /// Floating-point operations.
  public var flops: [Double]
  /// Wall time in s.
  public var seconds: [Double]

  /// Both of as many values as there are recorded iterations.
  public init(flops: [Double], seconds: [Double]) { (self.flops, self.seconds) = (flops, seconds) }
}

/// A sweep file that is being written, piece after piece of samples in their order.
public final class SweepWriter {
  private let content: ContentFile
  private let layout: SweepLayout
  private var curves: [(dataset: Dataset, path: KeyPath<SweepSamples, [[Double]]> & Sendable)] = []
  private var kinds: [(dataset: Dataset, path: KeyPath<SweepSamples, [[[Double]]]> & Sendable)] = []
  private var qualities: [Dataset] = []
  private var status: Dataset?
  private var localLipschitz: (constants: Dataset, converged: Dataset)?
  private var outputs: Dataset?
  /// Samples whose curves are in the file.
  public private(set) var written = 0
  /// S.
  public var samples: Int { layout.draws.count }

  /// - Parameter memory: what training costs in memory, where it was measured.
  public init(
    creating path: String, _ facts: SweepFacts, _ layout: SweepLayout, _ costs: SweepCosts, memory: MemoryTable? = nil,
    provenance: FileProvenance
  ) throws {
    self.layout = layout
    content = try ContentFile(
      creating: path, FileHeader(.sweep, caseStudy: facts.caseStudy, title: facts.title, references: facts.references),
      provenance: provenance)
    let file = content.file
    try Failure.mapping { try facts.write(to: file) }
    try content.write("/iteration", layout.iterations.map(Int64.init))
    try content.write("/sample", layout.draws.map(Int64.init))
    for (name, values) in [("/seconds", costs.seconds), ("/flops", costs.flops)] { try content.write(name, values) }
    try memory?.write(to: content)
    try createCurves(facts)
  }

  private func createCurves(_ facts: SweepFacts) throws {
    let shape = [samples, layout.iterations.count]
    for (name, path) in [("/error", \SweepSamples.error), ("/residual", \.residual)] as [(String, _)]
    where facts.isIterative || name == "/error" {
      curves.append((try content.create(name, shape: shape, units: "1"), path))
    }
    if !layout.perturbations.isEmpty {
      try content.write("/perturbation", layout.perturbations)
      for (name, path) in [("/lipschitz_ratio", \SweepSamples.lipschitzRatio), ("/perturbed_error", \.perturbedError)]
        as [(String, _)]
      {
        kinds.append((try content.create(name, shape: [layout.perturbations.count] + shape, units: "1"), path))
      }
    }
    for quality in layout.qualities {
      qualities.append(
        try content.create("/quality/\(quality.name)", shape: shape, units: quality.units, longName: quality.longName))
    }
    if facts.isIterative { status = try content.create("/status", type: .uint8, shape: [samples]) }
    if let wanted = layout.localLipschitz {
      try content.write("/local_lipschitz_iteration", wanted.iterations.map(Int64.init))
      let measured = [min(wanted.samples, samples), wanted.iterations.count]
      let constants = try content.create("/local_lipschitz", shape: measured, units: "1")
      let converged = try content.create("/local_lipschitz_converged", shape: measured, units: "1")
      localLipschitz = (constants, converged)
    }
  }

  /// Writes the curves of the next samples.
  public func append(_ values: SweepSamples) throws {
    let (count, iterations) = (values.error.count, layout.iterations.count)
    try Failure.mapping {
      for (dataset, path) in curves {
        try dataset.write(values[keyPath: path].flatMap { $0 }, start: [written, 0], count: [count, iterations])
      }
      for (dataset, rows) in zip(qualities, values.qualities) {
        try dataset.write(rows.flatMap { $0 }, start: [written, 0], count: [count, iterations])
      }
      for (dataset, path) in kinds {
        for (kind, rows) in values[keyPath: path].enumerated() {
          try dataset.write(rows.flatMap { $0 }, start: [kind, written, 0], count: [1, count, iterations])
        }
      }
      try status?.write(values.statuses.map(\.rawValue), start: [written], count: [count])
      if let localLipschitz, let width = values.localLipschitz.first?.count {
        let (start, size) = ([written, 0], [values.localLipschitz.count, width])
        try localLipschitz.constants.write(values.localLipschitz.flatMap { $0 }, start: start, count: size)
        try localLipschitz.converged.write(values.localLipschitzConverged.flatMap { $0 }, start: start, count: size)
      }
      if let outputs = values.outputs { try write(outputs) }
    }
    written += count
  }

  private func write(_ values: SweepSamples.Outputs) throws {
    let shape = [samples] + values.shape.dropFirst()
    let type: ElementType = if case .single = values.values { .float32 } else { .float64 }
    let dataset = try outputs ?? content.create("/output", type: type, shape: shape, units: "1")
    outputs = dataset
    let start = [written] + Array(repeating: 0, count: shape.count - 1)
    switch values.values {
    case .single(let numbers): try dataset.write(numbers, start: start, count: values.shape)
    case .real(let numbers): try dataset.write(numbers, start: start, count: values.shape)
    case .integer: throw Failure(.bug, "outputs of a sweep are real numbers", at: dataset.path)
    }
  }

  /// Completes the file.
  ///
  /// - Returns: its content hash.
  public func finish() throws -> String { try content.finish() }

  /// Gives up; nothing of the file is left.
  public func cancel() { content.cancel() }
}
