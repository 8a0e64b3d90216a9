import Configuration
import Foundation
import Logging
import Records
import StudyKit
import Support
import Torch

/// The stage `implicit-sweep`: one model on one split of a dataset, over test-time iterations and perturbations.
///
///     let stage = SweepStage(
///       model: "implicit-8.h5", dataset: "dataset.h5", split: .test, output: "implicit-8.sweep.h5", threads: 2, device: .cpu,
///       progress: nil)
///     let hash = try stage.run(configuration)
public struct SweepStage {
  /// Path of the model file.
  public var model: String
  /// Path of the dataset.
  public var dataset: String
  /// The split that is measured.
  public var split: Split
  /// Path of the sweep file that is written.
  public var output: String
  /// Go on behind the samples of an attempt that was stopped or killed, if there are any.
  public var resumes: Bool
  /// Workers on the CPU, one chunk of samples each; no result depends on it.
  public var threads: Int
  /// Where tensors are computed.
  public var device: Device
  /// Path of a progress record that is kept up to date; nil for none.
  public var progress: String?
  /// Whether anything at the path of the output may be replaced, not only a sweep of this model.
  public var replaces: Bool

  /// Reads and writes nothing before `run`.
  public init(
    model: String, dataset: String, split: Split, output: String, resumes: Bool = false, threads: Int, device: Device,
    progress: String?, replaces: Bool = false
  ) {
    self.replaces = replaces
    self.model = model
    self.dataset = dataset
    self.split = split
    self.output = output
    self.resumes = resumes
    self.threads = threads
    self.device = device
    self.progress = progress
  }

  /// - Returns: the content hash of the sweep.
  public func run<Case: CaseStudy>(_ configuration: ExperimentConfiguration<Case>) throws -> String {
    let modelFile = try ModelFile(self.model, caseStudy: Case.name)
    let reader = try DatasetReader(dataset, Case.layout)
    try reader.checkValues()
    let claim = OutputClaim(
      output, of: .sweep, caseStudy: Case.name, model: modelFile.facts.model, inputs: [model, dataset],
      companions: [ResumeLog.path(of: output)] + (progress.map { [$0] } ?? []),
      configuration: configuration.document.resolved(), replaces: replaces)
    return try withOutputLock(claim) { try run(configuration, modelFile, reader) }
  }

  private func run<Case: CaseStudy>(
    _ configuration: ExperimentConfiguration<Case>, _ modelFile: ModelFile, _ reader: DatasetReader
  ) throws -> String {
    let sweep = configuration.sweep
    func loaded(_ options: TensorOptions) throws -> Model<Case.Batch> {
      let model = try modelFile.model(of: Case.self, layout: reader.layout)
      try model.module.move(to: device, type: options.type)
      return model
    }
    let options = TensorOptions(type: sweep.precision.type, device: device)
    let model = try loaded(options)
    if !model.isImplicit { try refuseIterations(configuration, modelFile.facts.model) }
    let description = try modelFile.description(of: Case.self)
    let rows = try description.rows(reader, split).prefix(sweep.samples ?? .max)
    let pieces = Array(rows).pieces(of: sweep.chunk)

    try Runtime.setThreads(device == .cpu ? 1 : threads)
    let cost = try SampleCost(
      of: model, case: Case.self, on: Case.batch(reader, split, rows: pieces[0], options: options),
      solver: sweep.solver, device: device)
    let own = try modelFile.configured(as: Case.self).training
    let training = TensorOptions(type: (own ?? configuration.training).precision.type, device: device)
    let memory = try sweep.memory.flatMap {
      try $0.measured(
        Case.self, loaded(training), on: Case.batch(reader, split, rows: Array(rows.prefix($0.samples)), options: training))
    }
    let file = try SweepWriter(
      creating: output, facts(configuration, modelFile, model, reader, subject: description.subject?.name),
      layout(sweep, of: model, draws: reader.draws(of: split), rows: Array(rows)),
      SweepCosts(flops: cost.flops, seconds: cost.seconds, processorSeconds: cost.processorSeconds), memory: memory,
      provenance: FileProvenance(
        run: .current(libraries: ["libtorch": Runtime.version]), configuration: configuration.document.resolved(),
        seed: configuration.seed,
        inputs: [
          ProvenanceInput(path: modelFile.path, contentHash: modelFile.header.contentHash),
          ProvenanceInput(path: reader.path, contentHash: reader.header.contentHash),
        ]))
    do {
      let identity = Self.identity(
        of: configuration.document, device: device,
        parts: [
          split.rawValue, modelFile.header.contentHash ?? modelFile.path, reader.header.contentHash ?? reader.path,
        ])
      let log = try ResumeLog(of: output, resumes: resumes, identity: identity.hash)
      var done = 0
      try log.restore { entry in
        try file.append(SweepSamples(entry))
        done += 1
      }
      if done > 0 { Logger(label: "sweep").notice("continuing at sample \(file.written) of \(rows.count)") }
      // Central differences of float32 outputs lose a tenth of a local Lipschitz constant, and look converged.
      let isPrecise = sweep.precision == .float64 || sweep.lipschitz.iterations.isEmpty
      let precise = try isPrecise ? model : loaded(TensorOptions(type: .float64, device: device))
      try measure(configuration, model, precise: precise, reader, Array(pieces.dropFirst(done)), options, log, into: file)
      let hash = try file.finish()
      log.delete()
      return hash
    } catch {
      file.cancel()
      ResumeLog.discard(of: output, after: error)
      throw error
    }
  }

  /// What a pipeline file says of starts and solvers is for its implicit models; who asks it of another model on the command line is told.
  private func refuseIterations<Case: CaseStudy>(_ configuration: ExperimentConfiguration<Case>, _ model: String) throws {
    let (sweep, overrides) = (configuration.sweep, configuration.document.overrides)
    for (key, isAsked, none) in [
      ("sweep.starts", sweep.starts != nil, "null"), ("sweep.solvers", !sweep.solvers.isEmpty, "[]"),
    ] where isAsked && overrides.contains(where: { $0.hasPrefix(key) }) {
      throw Failure(
        .usage, "the model \(model) makes one pass: it has no state to start from, and no iteration for a solver", at: key,
        remedy: "leave \(key) out for explicit models, or set it to \(none)")
    }
  }

  private func facts<Case: CaseStudy>(
    _ configuration: ExperimentConfiguration<Case>, _ file: ModelFile, _ model: Model<Case.Batch>, _ reader: DatasetReader,
    subject: String?
  ) -> SweepFacts {
    SweepFacts(
      caseStudy: Case.name, title: Case.title, references: Case.references, model: file.facts.model,
      architecture: file.facts.architecture, isIterative: model.isImplicit,
      solver: model.isImplicit ? configuration.sweep.solver.solver.kind.rawValue : "none", split: split,
      errorName: Case.error.description.longName, subject: subject, seed: file.facts.seed,
      parameterCount: model.module.parameters.count,
      trainedIterations: file.facts.trainedIterations, datasetHash: reader.header.contentHash,
      modelHash: file.header.contentHash)
  }

  private func layout<Case: CaseStudy>(
    _ sweep: SweepConfiguration<Case>, of model: Model<Case.Batch>, draws: [Int], rows: [Int]
  ) -> SweepLayout {
    var layout = SweepLayout(
      // The one output of an explicit network is that of its first and only pass.
      iterations: model.isImplicit ? Array(0...sweep.iterations) : [1], draws: rows.map { draws[$0] },
      perturbations: sweep.perturbations.map(\.name),
      qualities: Case.qualities.map(\.description),
      localLipschitz: sweep.lipschitz.iterations.isEmpty
        ? nil : .init(iterations: sweep.lipschitz.iterations, samples: sweep.lipschitz.samples))
    if model.isImplicit {
      layout.starts = sweep.starts.map { .init(count: $0.count, samples: min($0.samples ?? .max, rows.count)) }
      layout.solvers = sweep.solvers.map(\.kind.rawValue)
    }
    layout.ratioMeanings = sweep.perturbations.map(\.ratioMeaning)
    layout.errorUnits = Case.error.description.units
    return layout
  }

  private func measure<Case: CaseStudy>(
    _ configuration: ExperimentConfiguration<Case>, _ model: Model<Case.Batch>, precise preciseModel: Model<Case.Batch>,
    _ reader: DatasetReader, _ pieces: [[Int]], _ options: TensorOptions, _ log: ResumeLog, into file: SweepWriter
  ) throws {
    let sweep = configuration.sweep
    let measurement = ChunkSweep<Case>(
      model: model, solver: sweep.solver, perturbations: sweep.perturbations, keepsOutputs: sweep.savesOutputs,
      solvers: sweep.solvers)
    let perturbations = sweep.perturbations
    let (split, seed, written, starts) = (split, configuration.seed, file.written, sweep.starts)
    let (lipschitz, solver, chunk) = (sweep.lipschitz, sweep.solver.solver, sweep.chunk)
    let precise = TensorOptions(type: .float64, device: device)
    let draws = try reader.draws(of: split)
    let meter = ProgressMeter(
      "sweep \((self.model as NSString).lastPathComponent)", total: file.samples, done: file.written, unit: "samples",
      record: progress)
    defer { meter.finish() }
    let done = try concurrentStream(
      count: pieces.count, threads: device == .cpu ? threads : 1,
      produce: { index in
        let rows = pieces[index]
        let clean = try Case.batch(reader, split, rows: rows, options: options)
        let perturbed = try perturbations.map {
          try $0.perturbed(reader, split, rows: rows, seed: seed, options: options)
        }
        let first = written + index * chunk
        let broad = try starts.flatMap { starts -> StartSweep<Case>? in
          let wanted = Array(rows.prefix(max(0, (starts.samples ?? .max) - first)))
          guard model.isImplicit, !wanted.isEmpty else { return nil }
          let batch = try wanted == rows ? clean : Case.batch(reader, split, rows: wanted, options: options)
          return StartSweep(starts: starts, batch: batch, draws: wanted.map { draws[$0] }, seed: seed)
        }
        var curves = try measurement(clean, perturbed, starts: broad)
        let wanted = Array(rows.prefix(max(0, lipschitz.samples - first)))
        if !wanted.isEmpty, !lipschitz.iterations.isEmpty {
          let isClean = wanted == rows && options.type == precise.type
          let batch = try isClean ? clean : Case.batch(reader, split, rows: wanted, options: precise)
          (curves.localLipschitz, curves.localLipschitzConverged) = try lipschitz.measured(
            Case.self, preciseModel, solver, at: batch, seed: seed, draws: wanted.map { draws[$0] })
        }
        return curves
      },
      consume: { index, curves in
        try file.append(curves)
        try log.append(curves.entry)
        meter.advance(by: pieces[index].count)
      })
    if done < pieces.count {
      throw Interruption.failure(
        "the curves of \(file.written) of \(file.samples) samples are saved",
        remedy: "run the same command with --resume")
    }
  }

  /// All that decides about the curves. Which splits a pipeline sweeps does not.
  static func identity(of document: ConfigurationDocument, device: Device, parts: [String]) -> ResumeIdentity {
    ResumeIdentity(
      document, under: ["case_study", "seed", "sweep"], except: ["sweep.splits"], device: device, parts: parts)
  }
}
