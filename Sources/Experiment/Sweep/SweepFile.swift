import Equilibrium
import HDF5
import Torch

/// A sweep file that is being written, chunk after chunk of samples in their order.
final class SweepFile {
  private let content: ContentFile
  private let curves: [(dataset: Dataset, path: KeyPath<SweepCurvesOfSamples, [[Double]]>)]
  private let kinds: [(dataset: Dataset, path: KeyPath<SweepCurvesOfSamples, [[[Double]]]>)]
  private let qualities: [Dataset]
  private let status: Dataset?
  private let lipschitz: (constants: Dataset, converged: Dataset, iterations: Int)?
  private var outputs: Dataset?
  let samples: Int
  private let iterates: Int
  private let scales: (sample: Dataset, iteration: Dataset)
  /// Samples whose curves are in the file.
  private(set) var written = 0

  init<Case: CaseStudy>(
    creating path: String, _ case: Case.Type, _ sweep: SweepConfiguration<Case>, _ modelFile: ModelFile,
    _ model: Model<Case.Batch>, _ reader: DatasetReader, _ split: Split, rows: [Int], subject: String?,
    _ cost: SampleCost, _ memory: MemoryStudy.Result?, configuration: ExperimentConfiguration<Case>
  ) throws {
    let samples = rows.count
    let isImplicit = if case .implicit = model { true } else { false }
    self.samples = samples
    iterates = cost.flops.count
    content = try ContentFile(
      creating: path, FileHeader(.sweep, caseStudy: Case.name, title: Case.title, references: Case.references),
      provenance: FileProvenance(
        run: .current(libraries: ["libtorch": Runtime.version]), configuration: configuration.document.resolved(),
        seed: configuration.seed,
        inputs: [
          ProvenanceInput(path: modelFile.path, contentHash: modelFile.header.contentHash),
          ProvenanceInput(path: reader.path, contentHash: reader.header.contentHash),
        ]))
    let file = content.file
    try Failure.mapping {
      for (name, text) in [
        ("model", modelFile.facts.model), ("architecture", modelFile.facts.architecture),
        ("solver", isImplicit ? sweep.solver.solver.kind.rawValue : "none"), ("split", split.rawValue),
        ("error_name", Case.errorName), ("subject", subject ?? ""), ("dataset_sha256", reader.header.contentHash ?? ""),
        ("model_sha256", modelFile.header.contentHash ?? ""),
      ] where !text.isEmpty {
        try file.setAttribute(name, text)
      }
      try file.setAttribute("is_iterative", UInt8(isImplicit ? 1 : 0))
      try file.setAttribute("seed", Int64(bitPattern: modelFile.facts.seed))
      try file.setAttribute("parameter_count", Int64(model.module.parameters.count))
      if let trained = modelFile.facts.trainedIterations { try file.setAttribute("trained_iterations", Int64(trained)) }
    }
    let draws = try reader.draws(of: split)
    let iteration = try content.write("/iteration", isImplicit ? (0..<iterates).map(Int64.init) : [1])
    let sample = try content.write("/sample", rows.map { Int64(draws[$0]) })
    scales = (sample, iteration)
    for (name, values) in [("/seconds", cost.seconds), ("/flops", cost.flops)] {
      try content.attach(iteration, to: content.write(name, values), axis: 0, name: "iteration")
    }

    if let memory { try Self.write(memory, to: content) }

    var curves: [(dataset: Dataset, path: KeyPath<SweepCurvesOfSamples, [[Double]]>)] = []
    for (name, path) in [("/error", \SweepCurvesOfSamples.error), ("/residual", \.residual)]
    where isImplicit || name == "/error" {
      curves.append((try content.create(name, shape: [samples, iterates], units: "1"), path))
    }
    self.curves = curves
    var kinds: [(dataset: Dataset, path: KeyPath<SweepCurvesOfSamples, [[[Double]]]>)] = []
    if !sweep.perturbations.isEmpty {
      let names = try content.write("/perturbation", sweep.perturbations.map(\.name))
      _ = names
      for (name, path) in [
        ("/lipschitz_ratio", \SweepCurvesOfSamples.lipschitzRatio), ("/perturbed_error", \.perturbedError),
      ] {
        kinds.append(
          (try content.create(name, shape: [sweep.perturbations.count, samples, iterates], units: "1"), path))
      }
    }
    self.kinds = kinds
    var qualities: [Dataset] = []
    for quality in Case.qualities {
      qualities.append(
        try content.create(
          "/quality/\(quality.name)", shape: [samples, iterates], units: quality.units, longName: quality.longName))
    }
    self.qualities = qualities
    status = isImplicit ? try content.create("/status", type: .uint8, shape: [samples]) : nil
    let times = sweep.lipschitz.iterations
    if times.isEmpty {
      lipschitz = nil
    } else {
      let scale = try content.write("/local_lipschitz_iteration", times.map(Int64.init))
      let measured = [min(sweep.lipschitz.samples, samples), times.count]
      let constants = try content.create("/local_lipschitz", shape: measured, units: "1")
      let converged = try content.create("/local_lipschitz_converged", shape: measured, units: "1")
      for dataset in [constants, converged] {
        try content.attach(scale, to: dataset, axis: 1, name: "local_lipschitz_iteration")
      }
      lipschitz = (constants, converged, times.count)
    }
    for (dataset, _) in curves { try attach(to: dataset, sampleAxis: 0) }
    for dataset in qualities { try attach(to: dataset, sampleAxis: 0) }
    for (dataset, _) in kinds { try attach(to: dataset, sampleAxis: 1) }
    if let status { try content.attach(sample, to: status, axis: 0, name: "sample") }
  }

  private static func write(_ memory: MemoryStudy.Result, to content: ContentFile) throws {
    try content.write("/memory/adjoint", memory.adjoints)
    let iteration = try content.write("/memory/iteration", memory.iterations.map(Int64.init))
    let peaks = try content.write(
      "/memory/peak", memory.peaks.flatMap { $0.map(Int64.init) }, shape: [memory.adjoints.count, memory.iterations.count])
    try content.attach(iteration, to: peaks, axis: 1, name: "iteration")
  }

  private func attach(to dataset: Dataset, sampleAxis: Int) throws {
    try content.attach(scales.sample, to: dataset, axis: sampleAxis, name: "sample")
    try content.attach(scales.iteration, to: dataset, axis: sampleAxis + 1, name: "iteration")
  }

  /// Writes the curves of the next samples.
  func append(_ values: SweepCurvesOfSamples) throws {
    let count = values.error.count
    try Failure.mapping {
      for (dataset, path) in curves {
        try dataset.write(values[keyPath: path].flatMap { $0 }, start: [written, 0], count: [count, iterates])
      }
      for (dataset, rows) in zip(qualities, values.qualities) {
        try dataset.write(rows.flatMap { $0 }, start: [written, 0], count: [count, iterates])
      }
      for (dataset, path) in kinds {
        for (kind, rows) in values[keyPath: path].enumerated() {
          try dataset.write(rows.flatMap { $0 }, start: [kind, written, 0], count: [1, count, iterates])
        }
      }
      if let status {
        try status.write(values.statuses.map(\.code), start: [written], count: [count])
      }
      if let lipschitz, !values.localLipschitz.constants.isEmpty {
        let (start, count) = ([written, 0], [values.localLipschitz.constants.count, lipschitz.iterations])
        try lipschitz.constants.write(values.localLipschitz.constants.flatMap { $0 }, start: start, count: count)
        try lipschitz.converged.write(values.localLipschitz.converged.flatMap { $0 }, start: start, count: count)
      }
      if !values.outputs.isEmpty { try write(Tensor.stacked(values.outputs, dimension: 1)) }
    }
    written += count
  }

  /// Outputs `[B, K, ...]` of the next samples.
  private func write(_ output: Tensor) throws {
    let shape = [samples] + output.shape.dropFirst()
    let dataset =
      try outputs ?? content.create("/output", type: output.type == .float32 ? .float32 : .float64, shape: shape, units: "1")
    if outputs == nil {
      outputs = dataset
      try attach(to: dataset, sampleAxis: 0)
    }
    let start = [written] + Array(repeating: 0, count: shape.count - 1)
    if output.type == .float32 {
      try dataset.write(output.floats(), start: start, count: output.shape)
    } else {
      try dataset.write(output.doubles(), start: start, count: output.shape)
    }
  }

  func finish() throws -> String { try content.finish() }
  func cancel() { content.cancel() }
}

extension SolveStatus {
  /// The code in `/status`.
  var code: UInt8 {
    switch self {
    case .converged: 0
    case .iterationLimit: 1
    case .diverged: 2
    case .nonFinite: 3
    }
  }
}
