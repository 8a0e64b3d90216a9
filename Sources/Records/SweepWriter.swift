import HDF5
import Support

/// A sweep file that is being written, piece after piece of samples in their order.
public final class SweepWriter {
  private let content: ContentFile
  private let layout: SweepLayout
  private var curves: [(dataset: Dataset, path: KeyPath<SweepSamples, [[Double]]> & Sendable)] = []
  private var kinds: [(dataset: Dataset, path: KeyPath<SweepSamples, [[[Double]]]> & Sendable)] = []
  private var qualities: [Dataset] = []
  private var status: Dataset?
  private var limitPeriod: Dataset?
  private var localLipschitz: (constants: Dataset, converged: Dataset)?
  private var contraction: Dataset?
  private var starts: [(dataset: Dataset, path: KeyPath<SweepSamples, [[[Double]]]> & Sendable)] = []
  private var spread: Dataset?
  private var writtenStarts = 0
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
    if let seconds = costs.processorSeconds {
      // Beside the content: what a machine spent is no part of what a sweep says.
      _ = try Failure.mapping { try file.write("provenance/processor_seconds", seconds) }
    }
    try memory?.write(to: content)
    try createCurves(facts)
  }

  private func createCurves(_ facts: SweepFacts) throws {
    let shape = [samples, layout.iterations.count]
    for (name, path) in [
      ("/error", \SweepSamples.error), ("/residual", \.residual), ("/relative_residual", \.relativeResidual),
    ] as [(String, _)]
    where facts.isIterative || name == "/error" {
      curves.append((try content.create(name, shape: shape, units: name == "/error" ? layout.errorUnits : "1"), path))
    }
    if !layout.perturbations.isEmpty {
      try content.write("/perturbation", layout.perturbations)
      if layout.ratioMeanings.count == layout.perturbations.count { try content.write("/ratio_meaning", layout.ratioMeanings) }
      for (name, path) in [("/lipschitz_ratio", \SweepSamples.lipschitzRatio), ("/perturbed_error", \.perturbedError)]
        as [(String, _)]
      {
        let units = name == "/perturbed_error" ? layout.errorUnits : "1"
        kinds.append((try content.create(name, shape: [layout.perturbations.count] + shape, units: units), path))
      }
    }
    for quality in layout.qualities {
      qualities.append(
        try content.create("/quality/\(quality.name)", shape: shape, units: quality.units, longName: quality.longName))
    }
    if facts.isIterative {
      status = try content.create("/status", type: .uint8, shape: [samples])
      limitPeriod = try content.create("/limit_period", type: .uint8, shape: [samples])
      contraction = try content.create("/contraction_factor", shape: [samples], units: "1")
    }
    if let wanted = layout.starts { try createStarts(wanted) }
    if !layout.solvers.isEmpty { try createSolvers() }
    if let wanted = layout.localLipschitz {
      try content.write("/local_lipschitz_iteration", wanted.iterations.map(Int64.init))
      let measured = [min(wanted.samples, samples), wanted.iterations.count]
      let constants = try content.create("/local_lipschitz", shape: measured, units: "1")
      let converged = try content.create("/local_lipschitz_converged", shape: measured, units: "1")
      localLipschitz = (constants, converged)
    }
  }

  private func createStarts(_ wanted: SweepLayout.Starts) throws {
    let measured = min(wanted.samples, samples)
    try content.write("/starts/start", (1...wanted.count).map(Int64.init))
    for (name, path) in [("error", \SweepSamples.starts.error), ("relative_residual", \.starts.relativeResidual)]
      as [(String, KeyPath<SweepSamples, [[[Double]]]> & Sendable)]
    {
      let units = name == "error" ? layout.errorUnits : "1"
      let shape = [wanted.count, measured, layout.iterations.count]
      starts.append((try content.create("/starts/\(name)", shape: shape, units: units), path))
    }
    spread = try content.create("/starts/spread", shape: [measured], units: "1")
  }

  private func createSolvers() throws {
    try content.write("/solvers/solver", layout.solvers)
    for (name, path) in [
      ("error", \SweepSamples.solvers.error), ("relative_residual", \.solvers.relativeResidual),
      ("evaluations", \.solvers.evaluations),
    ] as [(String, KeyPath<SweepSamples, [[[Double]]]> & Sendable)] {
      let units = name == "error" ? layout.errorUnits : "1"
      let shape = [layout.solvers.count, samples, layout.iterations.count]
      kinds.append((try content.create("/solvers/\(name)", shape: shape, units: units), path))
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
      try limitPeriod?.write(values.limitPeriods.map(\.rawValue), start: [written], count: [count])
      try contraction?.write(values.contractionFactors, start: [written], count: [count])
      if !values.starts.spread.isEmpty {
        for (dataset, path) in starts {
          for (start, rows) in values[keyPath: path].enumerated() {
            try dataset.write(
              rows.flatMap { $0 }, start: [start, writtenStarts, 0], count: [1, values.starts.spread.count, iterations])
          }
        }
        try spread?.write(values.starts.spread, start: [writtenStarts], count: [values.starts.spread.count])
        writtenStarts += values.starts.spread.count
      }
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
