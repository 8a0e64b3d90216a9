import Equilibrium
import Foundation
import HDF5
import Records
import StudyKit
import Support
import Torch

/// A trained model on inputs, with labels or without: one output for each.
///
///     let stage = ApplyStage(model: "implicit-8.h5", inputs: "inputs.h5", output: "outputs.h5", threads: 2)
///     let hash = try stage.run(LinearProgramStudy.self)
public struct ApplyStage {
  /// Path of the model file.
  public var model: String
  /// Path of a dataset; labels may be missing in it.
  public var inputs: String
  /// The split that is read.
  public var split = Split.test
  /// Test-time iterations; nil for as many as in training.
  public var iterations: Int?
  /// What makes the next iterate, with its default settings.
  public var solver: SolverKind?
  /// Path of the file that is written.
  public var output: String
  /// Cores that are used; the outputs do not depend on it.
  public var threads: Int
  /// Where tensors are computed.
  public var device: Device
  /// Path of a progress record that is kept up to date; nil for none.
  public var progress: String?
  /// Whether anything at the path of the output may be replaced.
  public var replaces: Bool

  /// Reads and writes nothing before `run`.
  public init(
    model: String, inputs: String, output: String, threads: Int, device: Device = .cpu, progress: String? = nil,
    replaces: Bool = false
  ) {
    (self.model, self.inputs, self.output, self.threads) = (model, inputs, output, threads)
    (self.device, self.progress, self.replaces) = (device, progress, replaces)
  }

  /// Samples of a chunk, which one thread works through at a time.
  private static let chunk = 32

  /// - Returns: the content hash of the outputs.
  /// - Throws: `Failure`: missing input or bad data; usage for iterations that nobody knows; interrupted.
  public func run<Case: CaseStudy>(_ study: Case.Type) throws -> String {
    let file = try ModelFile(model, caseStudy: Case.name)
    let reader = try DatasetReader(inputs, Case.layout, needsLabels: false)
    try reader.checkValues()
    let claim = OutputClaim(
      output, of: .outputs, caseStudy: Case.name, model: file.facts.model, inputs: [model, inputs],
      companions: progress.map { [$0] } ?? [], replaces: replaces)
    return try withOutputLock(claim) { try run(study, file, reader) }
  }

  private func run<Case: CaseStudy>(_ study: Case.Type, _ file: ModelFile, _ reader: DatasetReader) throws -> String {
    let model = try file.model(of: Case.self, layout: reader.layout)
    try model.module.move(to: device, type: .float32)
    let description = try file.description(of: Case.self)
    guard !description.isIntermediate else {
      throw Failure(
        .usage, "`\(file.facts.model)` is a model that others start from, which gives no output of its own", at: file.path,
        remedy: "apply one of the models that start from it")
    }
    let rows = try description.rows(reader, split)
    let iterations = try model.isImplicit ? file.iterations(iterations) : 1
    let solver = try file.solver(solver)
    guard let label = Case.layout.fields.first(where: { $0.role == .label }) else {
      throw Failure(.bug, "the case study \(Case.name) has no label")
    }
    let content = try ContentFile(
      creating: output, FileHeader(.outputs, caseStudy: Case.name, title: Case.title, references: Case.references),
      provenance: FileProvenance(
        run: .current(libraries: ["libtorch": Runtime.version]), configuration: file.facts.configuration,
        inputs: [
          ProvenanceInput(path: file.path, contentHash: file.header.contentHash),
          ProvenanceInput(path: reader.path, contentHash: reader.header.contentHash),
        ]))
    do {
      try write(file, reader, solver: model.isImplicit ? solver : nil, iterations, to: content.file)
      let draws = try reader.draws(of: split)
      try content.write("/sample", rows.map { Int64(draws[$0]) })
      try write(Case.self, model, reader, rows, solver, iterations, label, to: content)
      return try content.finish()
    } catch {
      content.cancel()
      throw error
    }
  }

  private func write(
    _ file: ModelFile, _ reader: DatasetReader, solver: Solver?, _ iterations: Int, to output: File
  ) throws {
    try Failure.mapping {
      try output.setAttribute("model", file.facts.model)
      try output.setAttribute("architecture", file.facts.architecture)
      try output.setAttribute("solver", solver?.yaml ?? "none")
      try output.setAttribute("iterations", Int64(iterations))
      try output.setAttribute("split", split.rawValue)
      if let hash = reader.header.contentHash { try output.setAttribute("dataset_sha256", hash) }
      if let hash = file.header.contentHash { try output.setAttribute("model_sha256", hash) }
    }
  }

  private struct Piece: Sendable {
    var values: [Double]
    var shape: [Int]
    var residuals, relativeResiduals: [Double]?
  }

  private func write<Case: CaseStudy>(
    _: Case.Type, _ model: Model<Case.Batch>, _ reader: DatasetReader, _ rows: [Int], _ solver: Solver, _ iterations: Int,
    _ label: FieldSchema, to content: ContentFile
  ) throws {
    try Runtime.setThreads(device == .cpu ? 1 : threads)
    let pieces = stride(from: 0, to: rows.count, by: Self.chunk).map { Array(rows[$0..<min($0 + Self.chunk, rows.count)]) }
    let meter = ProgressMeter(
      "apply \((self.model as NSString).lastPathComponent)", total: rows.count, unit: "samples", record: progress)
    defer { meter.finish() }
    let (split, device) = (split, device)
    var outputs: Dataset?
    var residuals: [Double] = []
    var open = 0
    var written = 0
    let done = try concurrentStream(
      count: pieces.count, threads: device == .cpu ? threads : 1,
      produce: { index in
        try Autograd.withoutTracking {
          let batch = try Case.batch(reader, split, rows: pieces[index], options: TensorOptions(type: .float32, device: device))
          let applied = try model.applied(to: batch, solver, iterations: iterations)
          let solution = try Case.solutions(applied.output, reader, split, rows: pieces[index])
          // A number for each sample is often the one column of a matrix.
          let isColumn = solution.rank == label.dimensions.count + 2 && solution.shape.last == 1
          return Piece(
            values: try solution.to(type: .float64).doubles(),
            shape: Array(solution.shape.dropFirst().prefix(solution.rank - (isColumn ? 2 : 1))), residuals: applied.residuals,
            relativeResiduals: applied.relativeResiduals)
        }
      },
      consume: { index, piece in
        let values =
          try outputs
          ?? content.create(
            "/output", type: .float64, shape: [rows.count] + piece.shape,
            dimensions: piece.shape.count == label.dimensions.count ? label.dimensions : [], units: label.units,
            longName: label.longName)
        outputs = values
        try Failure.mapping {
          try values.write(
            piece.values, start: [written] + piece.shape.map { _ in 0 }, count: [pieces[index].count] + piece.shape)
        }
        residuals += piece.residuals ?? []
        open += piece.relativeResiduals?.count { !($0 < LimitPeriod.tolerance) } ?? 0
        written += pieces[index].count
        meter.advance(by: pieces[index].count)
      })
    guard done == pieces.count else {
      throw Interruption.failure("no file was written", remedy: "run the same command again")
    }
    if model.isImplicit { try content.write("/residual", residuals) }
    if open > 0 {
      Console.standardError.print(
        "\(open) of \(rows.count) samples have not come to a fixed point in \(iterations) iterations of \(solver.yaml): "
          + "||G(y) - y|| is above \(LimitPeriod.tolerance) ||G(y)||")
    }
  }
}
