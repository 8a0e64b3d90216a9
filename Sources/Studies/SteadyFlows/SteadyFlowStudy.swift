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

  /// Force `[2, N, N]` and vorticity `[N, N]`, or coefficient and pressure, with their scales.
  public static let layout = DatasetLayout(
    caseStudy: name, title: title, references: references,
    fields: [
      FieldSchema(
        "input", ["channel", "x", "y"], .float32, role: .input,
        "force (f_x, f_y) at x = 2 pi i / N, y = 2 pi j / N; or the coefficient of Darcy flow"),
      FieldSchema(
        "solution", ["x", "y"], .float32, role: .label,
        "vorticity d u_y / d x - d u_x / d y of the steady flow u . grad u + grad p = nu laplace u + f; or the pressure"),
      FieldSchema("viscosity", [], .float64, role: .input, "nu; 0 for Darcy flow"),
      FieldSchema("input_scale", [], .float64, role: .input, "networks see input / input_scale"),
      FieldSchema("solution_scale", [], .float64, role: .input, "networks give solution / solution_scale"),
    ])

  /// What our own generator adds to each sample; a dataset from elsewhere need not have it.
  static let certificates = [
    FieldSchema("residual", [], .float64, role: .certificate, "relative residual of the discrete equation"),
    FieldSchema("divergence", [], .float64, role: .certificate, "largest divergence of the velocity / largest vorticity"),
    FieldSchema(
      "spectral_tail", [], .float64, role: .certificate, "share of the vorticity's norm in the outer quarter of the modes"),
    FieldSchema("newton_steps", [], .int64, role: .certificate, "Newton steps, over all amplitudes of the force"),
    FieldSchema("jacobian_products", [], .int64, role: .certificate, "products with the Jacobian"),
    FieldSchema(
      "newton_residual", ["newton_step"], .float64, role: .certificate,
      "relative residual after each Newton step; NaN beyond the last"),
    FieldSchema(
      "forcing_spectrum", ["ring"], .float64, role: .identifier,
      "mean square of the curl of the force in the rings |k| = 1, 2, ..."),
    FieldSchema("seed", [], .int64, role: .identifier, "seed that the draw belongs to"),
  ]

  /// Reads `dataset`: the equation, its forcing and its solver.
  public static func generator(reading section: ConfigurationSection, seed: UInt64) throws -> any SampleGenerator {
    try FlowGenerator(reading: section, seed: seed)
  }

  /// The implicit Fourier network, FNO and FNO++.
  public static let architectures = [
    architecture("fno-deq") { size, channels, points, seed in
      let network = try ImplicitFourierNetwork(size, channels: channels, points: points)
      try network.frame.initialize(seed: seed)
      return .implicit(network)
    },
    explicit("fno", .plain), explicit("fno-pp", .injected),
  ]

  private static func explicit(_ name: String, _ kind: ExplicitFourierNetwork.Kind) -> Architecture<FieldBatch> {
    architecture(name) { size, channels, points, seed in
      let network = try ExplicitFourierNetwork(kind, size, channels: channels, points: points)
      try network.frame.initialize(seed: seed)
      return .explicit(network)
    }
  }

  private static func architecture(
    _ name: String,
    build:
      @escaping @Sendable (FourierNetworkSize, _ channels: Int, _ points: (x: Int, y: Int), _ seed: UInt64) throws
      -> Model<FieldBatch>
  ) -> Architecture<FieldBatch> {
    Architecture(name, settings: settings(shapes:)) { section in
      let size = try FourierNetworkSize(reading: section)
      return ModelDescription { layout, seed in
        guard let channels = layout.dimensions["channel"], let x = layout.dimensions["x"], let y = layout.dimensions["y"] else {
          throw Failure(.bug, "the layout of the dataset has no lengths of channel, x and y")
        }
        return try build(size, channels, (x, y), seed)
      }
    }
  }

  @Sendable private static func settings(shapes: [String: [Int]]) -> String? {
    guard let weights = shapes["conv.weights1"], weights.count == 5 else { return nil }
    let depth = Set(shapes.keys.compactMap { $0.split(separator: ".").dropFirst(2).first.flatMap { Int($0) } }).count
    return "{width: \(weights[0]), modes: \(weights[2]), depth: \(max(depth, 1))}"
  }

  /// Scaled inputs `[B, C, H, W]` and solutions `[B, H, W]`.
  public static func batch(
    _ reader: DatasetReader, _ split: Split, rows: [Int], options: TensorOptions
  ) throws -> FieldBatch {
    let samples = try samples(reader, split, rows: rows)
    return FieldBatch(
      input: try samples.input.to(type: options.type, device: options.device),
      solution: try samples.solution.to(type: options.type, device: options.device))
  }

  /// Samples divided by their scales, in float64 on the CPU.
  static func samples(_ reader: DatasetReader, _ split: Split, rows: [Int]) throws -> ScaledSamples {
    let lengths = reader.layout.dimensions
    let (channels, x, y) = (lengths["channel"] ?? 0, lengths["x"] ?? 0, lengths["y"] ?? 0)
    func real(_ field: String) throws -> [Double] { try reader.values(field, split, rows: rows, as: Double.self) }
    let scales = try (input: real("input_scale"), solution: real("solution_scale"))
    for (name, values) in [("input_scale", scales.input), ("solution_scale", scales.solution)] {
      if let position = values.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
        throw Failure(
          .badData, "expected a number above 0, found \(values[position])",
          at: "\(reader.path):/\(split.rawValue)/\(name), sample \(rows[position])",
          remedy: "the networks divide the field by it; its root mean square over the dataset will do")
      }
    }
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
  public static func losses(_ output: Tensor, _ batch: FieldBatch) throws -> Tensor {
    try (output - batch.solution).sampleNorms() / batch.solution.sampleNorms()
  }

  /// As the loss, with 1e-9 against solutions that are 0.
  public static let error = Measure<FieldBatch>("error", "||y - y*|| / ||y*||") { output, batch in
    try (output - batch.solution).sampleNorms() / (batch.solution.sampleNorms() + 1e-9)
  }

  /// Reads `sweep.perturbations`: changes at single wave numbers, by physics or as published.
  public static func perturbations(
    reading section: ConfigurationSection
  ) throws -> [any InputPerturbation<FieldBatch>] {
    let convention: FlowPerturbation.Convention = try section.choice(
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
      FlowPerturbation(
        convention: convention, frequency: $0, norm: norm, force: force, viscosity: viscosity, batchSize: batchSize)
    }
  }

  static let publishedFrequencies = [
    0.01, 0.02, 0.03, 0.04, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.96, 0.97, 0.98, 0.99,
  ]

  /// The force, or the coefficient, as the networks see it.
  public static func realInput(of batch: FieldBatch) -> RealInput<FieldBatch> {
    RealInput(batch.input) { FieldBatch(input: $0, solution: batch.solution) }
  }

  /// Those that the equations of flow have.
  public static let symmetries = FlowSymmetry.allCases.map(\.rawValue)

  /// Each sample transformed by a random element of the chosen symmetries.
  public static func transformed(
    _ batch: FieldBatch, by symmetries: [String], random: inout KeyedRandom
  ) throws -> FieldBatch {
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
    return FieldBatch(
      input: try .stacked(samples.map(\.force)), solution: try .stacked(samples.map(\.vorticity)))
  }

  /// Figures 4 and 5 of the paper.
  public static let publishedResults: [PublishedResult] = [
    ("implicit", 0.078), ("explicit", 0.179),
  ].map { PublishedResult(model: $0, split: .test, error: $1, source: "Liu et al., ICLR 2026, Figures 4 and 5") }
}

/// Samples divided by their scales, with what is needed to go back.
struct ScaledSamples {
  /// `[B, C, H, W]` and `[B, H, W]`, float64.
  var input: Tensor
  var solution: Tensor
  /// `[B]`
  var scales: (input: [Double], solution: [Double])
  var viscosities: [Double]
}

extension FourierNetworkSize {
  /// Reads the keys of a section that may have others.
  init(reading section: ConfigurationSection) throws {
    self.init()
    width = try section.integer("width", default: width, in: 1...4096, "channels of the state")
    modes = try section.integer("modes", default: modes, in: 1...4096, "modes along each axis, on either side of 0")
    depth = try section.integer("depth", default: depth, in: 1...1024, "blocks of three Fourier layers")
    padding = try section.integer(
      "padding", default: padding, in: 0...4096, "zeros at the end of both axes; 0 for periodic data")
    coordinates = try section.boolean(
      "coordinates", default: coordinates, "whether the coordinates of the points are input channels")
  }
}
