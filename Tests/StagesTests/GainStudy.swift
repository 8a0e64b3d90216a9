import Configuration
import Equilibrium
import Records
import StudyKit
import Torch

/// The smallest case study that can fail: y_t = g y_{t-1} + x with a gain g for each sample, y* = x / (1 - g).
///
/// It converges for |g| < 1, and grows as g^t beyond, until float64 ends.
enum GainStudy: HasRealInput {
  static let name = "gains"
  static let title = "Linear maps of given gain"
  static let references: [String] = []
  static let layout = DatasetLayout(
    caseStudy: name, title: title,
    fields: [
      FieldSchema("gain", [], .float64, role: .input, "g"), FieldSchema("x", [], .float64, role: .input, "input"),
      FieldSchema("y", [], .float64, role: .label, "x / (1 - g)"),
    ])

  /// B samples, all `[B, 1]`.
  struct Batch: SampleBatch {
    var gain, x, y: Tensor
    var sampleCount: Int { x.shape[0] }
  }

  /// Gives the gains of the section `dataset`, one sample each.
  struct Generator: SampleGenerator {
    let gains: [Double]
    var layout: DatasetLayout { GainStudy.layout }
    var plans: [SplitPlan] { [SplitPlan(.train, draws: gains.count), SplitPlan(.test, draws: gains.count)] }
    var drawsPerBlock: Int { 2 }

    func samples(of split: Split, draws: Range<Int>) throws -> SampleBlock {
      let own = draws.map { gains[$0] }
      return SampleBlock(
        draws: Array(draws),
        fields: [
          "gain": .real(own), "x": .real(own.map { _ in 1 }), "y": .real(own.map { 1 / (1 - $0) }),
        ])
    }
  }

  static func generator(reading section: ConfigurationSection, seed: UInt64) throws -> any SampleGenerator {
    let gains = try section.numbers("gains", default: [0.5], in: Bounds.any, count: 1..., "g of each sample")
    try section.finish()
    return Generator(gains: gains)
  }

  static func batch(_ reader: DatasetReader, _ split: Split, rows: [Int], options: TensorOptions) throws -> Batch {
    func column(_ name: String) throws -> Tensor {
      try Tensor(
        reader.values(name, split, rows: rows, as: Double.self), shape: [rows.count, 1], type: options.type,
        device: options.device)
    }
    return Batch(gain: try column("gain"), x: try column("x"), y: try column("y"))
  }

  /// G(y, x) = g y + x from y_0 = 0.
  struct Iteration: ImplicitModel {
    var parameters: NamedParameters { NamedParameters() }
    func inject(_ batch: Batch) throws -> Batch { batch }
    func initialState(_ context: Batch) throws -> Tensor { try .zeros(like: context.x) }
    func step(_ state: Tensor, _ context: Batch) throws -> Tensor { try state * context.gain + context.x }
    func readout(_ state: Tensor, _ context: Batch) throws -> Tensor { state }
  }

  /// g^12 in one pass.
  struct Pass: ExplicitModel {
    var parameters: NamedParameters { NamedParameters() }
    func predict(_ batch: Batch) throws -> Tensor { try batch.gain.pow(12) }
  }

  static let architectures = [
    Architecture<Batch>("iteration") { _ in ModelDescription { _, _ in .implicit(Iteration()) } },
    Architecture<Batch>("pass", iterates: false) { _ in ModelDescription { _, _ in .explicit(Pass()) } },
  ]

  static func losses(_ output: Tensor, _ batch: Batch) throws -> Tensor {
    try (output - batch.y).pow(2).mean(dimensions: [1])
  }

  static let error = Measure<Batch>("error", "|y - y*|") { try ($0 - $1.y).sampleNorms() }
  static let qualities = [Measure<Batch>("size", "|y|") { output, _ in try output.sampleNorms() }]

  /// Every gain multiplied; the labels stay, since nobody looks at them.
  struct Amplification: InputPerturbation {
    let factor: Double
    var name: String { "amplified" }

    func perturbed(
      _ reader: DatasetReader, _ split: Split, rows: [Int], seed: UInt64, options: TensorOptions
    ) throws -> PerturbedBatch<Batch> {
      var batch = try GainStudy.batch(reader, split, rows: rows, options: options)
      batch.gain = try batch.gain * factor
      return PerturbedBatch(
        batch: batch, distances: rows.map { _ in 1 }, isSolved: rows.map { _ in true })
    }
  }

  static func perturbations(reading section: ConfigurationSection) throws -> [any InputPerturbation<Batch>] {
    let factor = try section.number("factor", default: 1, in: Bounds.any, "what each gain is multiplied by")
    try section.finish()
    return [Amplification(factor: factor)]
  }

  static func realInput(of batch: Batch) throws -> RealInput<Batch> {
    RealInput(batch.x) { x in
      var other = batch
      other.x = x
      return other
    }
  }
}
