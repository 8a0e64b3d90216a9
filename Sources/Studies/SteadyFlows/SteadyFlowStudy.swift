import Configuration
import Records
import StudyKit
import Support
import Torch

/// The case study `steady-flows`: from the force field to the vorticity of the steady flow on the periodic square, or from the
/// coefficient to the pressure of Darcy flow, learned by Fourier networks.
public enum SteadyFlowStudy: HasPublishedResults, HasRealInput, HasSymmetries, HasFigures {
  /// What `case_study` of a pipeline file says.
  public static let name = "steady-flows"
  /// The heading of its reports.
  public static let title = "Steady flows, learned by Fourier neural operators"
  /// What every one of its files cites.
  public static let references = [
    "Liu, Ding, Osher, Yin: Implicit models: expressive power scales with test-time compute, ICLR 2026",
    "Marwah, Pokle, Kolter, Lipton, Lu, Risteski: Deep equilibrium based neural operators for steady-state PDEs, NeurIPS 2023",
    "Li et al.: Fourier neural operator for parametric partial differential equations, ICLR 2021",
  ]

  /// Reads `dataset`: the equation, its forcing and its solver.
  public static func generator(reading section: ConfigurationSection, seed: UInt64) throws -> any SampleGenerator {
    try SteadyFlowGenerator(reading: section, seed: seed)
  }

  /// The implicit Fourier network, FNO and FNO++.
  public static let architectures = SteadyFlowModels.architectures

  /// Scaled inputs `[B, C, H, W]` and solutions `[B, H, W]`.
  public static func batch(
    _ reader: DatasetReader, _ split: Split, rows: [Int], options: TensorOptions
  ) throws -> SteadyFlowBatch {
    let samples = try samples(reader, split, rows: rows)
    return SteadyFlowBatch(
      input: try samples.input.to(type: options.type, device: options.device),
      solution: try samples.solution.to(type: options.type, device: options.device))
  }

  /// Samples divided by their scales, in float64 on the CPU.
  static func samples(_ reader: DatasetReader, _ split: Split, rows: [Int]) throws -> ScaledSamples {
    let lengths = reader.layout.dimensions
    let (channels, x, y) = (lengths["channel"] ?? 0, lengths["x"] ?? 0, lengths["y"] ?? 0)
    func real(_ field: String) throws -> [Double] { try reader.values(field, split, rows: rows, as: Double.self) }
    let scales = try (input: real("input_scale"), solution: real("solution_scale"))
    let input = try Tensor(real("input"), shape: [rows.count, channels, x, y])
    guard try input.isFinite().all() else {
      throw Failure(.badData, "expected finite inputs, found infinite ones", at: "\(reader.path):/\(split.rawValue)/input")
    }
    return ScaledSamples(
      input: try input / Tensor(scales.input, shape: [rows.count, 1, 1, 1]),
      solution: try Tensor(real("solution"), shape: [rows.count, x, y]) / Tensor(scales.solution, shape: [rows.count, 1, 1]),
      scales: scales, viscosities: try real("viscosity"))
  }

  /// ||y - y*|| / ||y*||; the published loss, which sums it over the batch where the trainer takes the mean.
  public static func losses(_ output: Tensor, _ batch: SteadyFlowBatch) throws -> Tensor {
    try (output - batch.solution).sampleNorms() / batch.solution.sampleNorms()
  }

  /// As the loss, with 1e-9 against solutions that are 0.
  public static let error = Measure<SteadyFlowBatch>("error", "||y - y*|| / ||y*||") { output, batch in
    try (output - batch.solution).sampleNorms() / (batch.solution.sampleNorms() + 1e-9)
  }

  /// The field in physical units: networks give it divided by its scale.
  public static func solutions(_ output: Tensor, _ reader: DatasetReader, _ split: Split, rows: [Int]) throws -> Tensor {
    let scales = try reader.values("solution_scale", split, rows: rows, as: Double.self)
    return try output.to(type: .float64) * Tensor(scales, shape: [rows.count, 1, 1])
  }

  /// Reads `sweep.perturbations`: changes at single wave numbers, by physics or as published.
  public static func perturbations(
    reading section: ConfigurationSection
  ) throws -> [any InputPerturbation<SteadyFlowBatch>] {
    let convention: SteadyFlowPerturbation.Convention = try section.choice(
      "protocol", default: .physical, "how the change of the force follows from that of the vorticity")
    let frequencies = try section.numbers(
      "frequencies", default: publishedFrequencies, in: 0...1, count: 0...,
      "wave numbers of the change, relative to the highest one")
    let norm = try section.number(
      "norm", default: 1e-2, in: .above(0, through: 1e6),
      "paper: of the scaled vorticity's change, over batch_size samples; physical: relative to the vorticity, or the coefficient"
    )
    let force = try section.choice("force", default: ForceKind.withoutDivergence, "physical protocol: as in the dataset")
    let viscosity = try section.number("viscosity", default: 0.01, in: 0...1e6, "paper protocol only")
    let batchSize = try section.integer("batch_size", default: 32, in: 1..., "paper protocol only")
    try section.finish()
    try section.requireUnique(frequencies, "frequencies")
    return frequencies.map {
      SteadyFlowPerturbation(
        convention: convention, frequency: $0, norm: norm, force: force, viscosity: viscosity, batchSize: batchSize)
    }
  }

  static let publishedFrequencies = [
    0.01, 0.02, 0.03, 0.04, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.96, 0.97, 0.98, 0.99,
  ]

  /// The force, or the coefficient, as the networks see it.
  public static func realInput(of batch: SteadyFlowBatch) -> RealInput<SteadyFlowBatch> {
    RealInput(batch.input) { SteadyFlowBatch(input: $0, solution: batch.solution) }
  }

  /// Those that the equations of flow have.
  public static let symmetries = FlowSymmetry.allCases.map(\.rawValue)

  /// Each sample transformed by a random element of the chosen symmetries.
  public static func transformed(
    _ batch: SteadyFlowBatch, by symmetries: [String], random: inout KeyedRandom
  ) throws -> SteadyFlowBatch {
    let symmetries = symmetries.compactMap(FlowSymmetry.init)
    guard !symmetries.isEmpty else { return batch }
    guard batch.input.shape[1] == 2 else {
      throw Failure(
        .usage, "the symmetries are those of flows, but the input has \(batch.input.shape[1]) channels",
        at: "training.symmetries", remedy: "set it to []")
    }
    var samples: [(force: Tensor, vorticity: Tensor)] = []
    for sample in 0..<batch.sampleCount {
      let transformation = FlowTransformation.random(symmetries, points: Array(batch.solution.shape.dropFirst()), &random)
      samples.append(
        try transformation.applied(force: batch.input.select(0, sample), vorticity: batch.solution.select(0, sample)))
    }
    return SteadyFlowBatch(
      input: try .stacked(samples.map(\.force)), solution: try .stacked(samples.map(\.vorticity)))
  }

  /// Figures 4 and 5 of the paper.
  public static let publishedResults: [PublishedResult] = [
    ("implicit", 0.078), ("explicit", 0.179),
  ].map { PublishedResult(model: $0, split: .test, error: $1, source: "Liu et al., ICLR 2026, Figures 4 and 5") }
}
