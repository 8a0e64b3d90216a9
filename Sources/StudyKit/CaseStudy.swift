import Configuration
import Equilibrium
import Plot
import Records
import Support
import Torch

/// One case study: its data, its models, and how to judge them. The stages know nothing else of it.
///
/// A new case study is a type that conforms to this protocol, in a folder of its own, a pipeline file, and a line in the
/// registry.
public protocol CaseStudy: SendableMetatype {
  associatedtype Batch: SampleBatch

  /// The name on command lines and in files, for example `linear-programs`.
  static var name: String { get }
  static var title: String { get }
  static var references: [String] { get }

  /// The fields of a dataset, without the lengths of their dimensions, which a file states by its shapes.
  static var layout: DatasetLayout { get }

  /// Reads the section `dataset` of a configuration. Keys that it does not read are errors.
  static func generator(reading section: ConfigurationSection, seed: UInt64) throws -> any SampleGenerator

  /// Reads the section of one model. Keys that it does not read are errors.
  static func model(reading section: ConfigurationSection) throws -> ModelDescription<Batch>

  /// Names of all architectures.
  static var architectures: [String] { get }
  /// The settings of an architecture that has weights of these shapes, as a YAML map such as `{embedding: 8}`; nil if they do not
  /// follow from the shapes.
  static func settings(of architecture: String, shapes: [String: [Int]]) -> String?

  /// Samples of a dataset as a model takes them in.
  static func batch(
    _ reader: DatasetReader, _ split: Split, rows: [Int], placement: Placement
  ) throws -> Batch

  /// The training loss of each sample, `[B]`.
  static func losses(_ output: Tensor, _ batch: Batch) throws -> Tensor

  /// The integer field that says how hard a sample is, if there is one: `training.stages.N.difficulty` selects by it.
  static var difficultyField: String? { get }

  /// What `errors` is, for axes and tables.
  static var errorName: String { get }
  /// The error of each sample, `[B]`.
  static func errors(_ output: Tensor, _ batch: Batch) throws -> Tensor
  /// Further measures of an output, recorded beside its error, for example a signal-to-noise ratio.
  static var qualities: [QualityMeasure<Batch>] { get }

  /// Reads the section `sweep.perturbations`: the changes of the input along which Lipschitz ratios are measured.
  static func perturbations(reading section: ConfigurationSection) throws -> [any InputPerturbation<Batch>]

  /// Reads the section `sweep.checkpoint`: how a published model is measured. Nil, and nothing read, where there is none.
  static func checkpointSweep(reading sweep: ConfigurationSection) throws -> (any CheckpointSweep)?

  /// The real vector that the solution map is a function of, `[B, ...]`, and the batch with another one in its place: what
  /// `sweep.lipschitz` differentiates by. Nil where inputs are none.
  static func realInput(of batch: Batch) throws -> RealInput<Batch>?

  /// Formats of other programs that datasets can be written in (implicit-inspect export).
  static var exports: [DatasetExport] { get }

  /// Names of the symmetries of the problem, for `training.symmetries`.
  static var symmetries: [String] { get }
  /// The batch with each sample replaced by an equivalent one, by a random element of the named symmetries.
  static func transformed(_ batch: Batch, by symmetries: [String], random: inout KeyedRandom) throws -> Batch

  /// Numbers published for models of this case study, to stand beside ours.
  static var publishedResults: [PublishedResult] { get }

  /// Figures that only this case study has, for example outputs against inputs. They are made of the sweeps of the
  /// main split, one for each model, in the order of their names.
  static func figures(_ sweeps: [FigureInput<Self>]) throws -> [Figure]
}

extension CaseStudy {
  public static var publishedResults: [PublishedResult] { [] }
  public static var difficultyField: String? { nil }
  public static func checkpointSweep(reading sweep: ConfigurationSection) throws -> (any CheckpointSweep)? { nil }
  public static func realInput(of batch: Batch) throws -> RealInput<Batch>? { nil }
  public static var exports: [DatasetExport] { [] }
  public static var qualities: [QualityMeasure<Batch>] { [] }
  public static var symmetries: [String] { [] }
  public static func transformed(_ batch: Batch, by symmetries: [String], random: inout KeyedRandom) throws -> Batch {
    batch
  }
  public static func settings(of architecture: String, shapes: [String: [Int]]) -> String? { nil }
  public static func figures(_ sweeps: [FigureInput<Self>]) throws -> [Figure] { [] }
}

/// The input of a batch as a real vector for each sample.
public struct RealInput<Batch> {
  /// `[B, ...]`
  public var value: Tensor
  public var replaced: (Tensor) throws -> Batch

  public init(_ value: Tensor, replaced: @escaping (Tensor) throws -> Batch) {
    (self.value, self.replaced) = (value, replaced)
  }
}

/// A way to write a dataset for another program.
public struct DatasetExport: Sendable {
  /// Name of the format on command lines.
  public var format: String
  /// Writes all splits to a file; it appears whole or not at all.
  public var write: @Sendable (_ dataset: DatasetReader, _ path: String) throws -> Void

  public init(_ format: String, write: @escaping @Sendable (DatasetReader, String) throws -> Void) {
    (self.format, self.write) = (format, write)
  }
}

/// A measure of outputs other than the error.
public struct QualityMeasure<Batch>: Sendable {
  /// Name in files and pipeline files.
  public var name: String
  /// Unit of the values, "1" if they have none.
  public var units: String
  /// What it is, for axes and tables.
  public var longName: String
  /// The value of each sample, `[B]`.
  public var values: @Sendable (_ output: Tensor, _ batch: Batch) throws -> Tensor

  public init(
    _ name: String, units: String, _ longName: String, values: @escaping @Sendable (Tensor, Batch) throws -> Tensor
  ) {
    (self.name, self.units, self.longName, self.values) = (name, units, longName, values)
  }
}

/// Samples that are worked through together.
public protocol SampleBatch: Sendable {
  /// B.
  var sampleCount: Int { get }
}

/// Element type and device of the tensors of a batch or a model.
public struct Placement: Equatable, Sendable {
  public var type: DType
  public var device: Device

  public init(type: DType = .float32, device: Device = .cpu) {
    self.type = type
    self.device = device
  }
}

/// A model as the configuration describes it, not yet built.
public struct ModelDescription<Batch: SampleBatch> {
  /// The part of a dataset that a model is about, where it is not about all of it.
  public struct Subject: Sendable {
    /// Name in tables and figures. Models of one subject are compared with each other.
    public var name: String
    /// The samples of a split that belong to it, ascending, at least one.
    public var rows: @Sendable (DatasetReader, Split) throws -> [Int]

    public init(name: String, rows: @escaping @Sendable (DatasetReader, Split) throws -> [Int]) {
      self.name = name
      self.rows = rows
    }
  }

  /// Name of the architecture in configurations and files.
  public var architecture: String
  /// Nil for all samples.
  public var subject: Subject?
  /// Whether it is trained only for others to start from, and not measured itself.
  public var isIntermediate: Bool
  /// Builds the model in float32 on the CPU, its parameters initialised from the seed.
  ///
  /// The layout is that of the dataset the model is for, dimensions filled in. A model without parameters is trained already.
  public var build: (_ layout: DatasetLayout, _ seed: UInt64) throws -> Model<Batch>

  public init(
    architecture: String, subject: Subject? = nil, isIntermediate: Bool = false,
    build: @escaping (DatasetLayout, UInt64) throws -> Model<Batch>
  ) {
    self.architecture = architecture
    self.subject = subject
    self.isIntermediate = isIntermediate
    self.build = build
  }

  /// The samples of a split that the model is about.
  ///
  /// - Throws: `Failure` (bad data) when there are none.
  package func rows(_ reader: DatasetReader, _ split: Split) throws -> [Int] {
    let rows = try subject?.rows(reader, split) ?? Array(0..<reader.count(of: split))
    guard !rows.isEmpty else {
      throw Failure(
        .badData, "the split `\(split.rawValue)` has no samples", at: reader.path, remedy: "draw a dataset with samples")
    }
    return rows
  }
}

/// Draws samples by number: draw i of a split depends on the seed, the split and i only.
public protocol SampleGenerator: Sendable {
  /// All lengths of dimensions filled in.
  var layout: DatasetLayout { get throws }
  var plans: [SplitPlan] { get }
  /// How many draws one call of `samples` is given; results may not depend on it.
  var drawsPerBlock: Int { get }
  /// The accepted samples among the given draws; the others were rejected.
  func samples(of split: Split, draws: Range<Int>) throws -> SampleBlock
  /// The same generator, computing there.
  func placed(on device: Device) throws -> any SampleGenerator
}

extension SampleGenerator {
  /// For generators that know the CPU only.
  public func placed(on device: Device) throws -> any SampleGenerator {
    try device.requireCPU()
    return self
  }
}

extension Device {
  /// - Throws: `Failure` (usage) on any other device.
  public func requireCPU() throws {
    guard self == .cpu else {
      throw Failure(.usage, "these samples are computed on the CPU only, found \(self)", at: "--device", remedy: "leave it out")
    }
  }
}

/// A change of the input along which the Lipschitz ratio of the model is measured.
public protocol InputPerturbation<Batch>: Sendable {
  associatedtype Batch: SampleBatch
  /// Name in files and figures.
  var name: String { get }
  /// The same samples with changed inputs, and with the labels of the changed problems.
  func perturbed(
    _ reader: DatasetReader, _ split: Split, rows: [Int], seed: UInt64, placement: Placement
  ) throws -> PerturbedBatch<Batch>
  /// Change of the output over change of the input, `[B]`; in Euclidean norms unless the perturbation says otherwise.
  func ratios(between output: Tensor, and perturbed: Tensor, distances: [Double]) throws -> [Double]
}

extension InputPerturbation {
  public func ratios(between output: Tensor, and perturbed: Tensor, distances: [Double]) throws -> [Double] {
    try lipschitzRatios(between: output, and: perturbed, distances: distances)
  }
}

public struct PerturbedBatch<Batch: SampleBatch>: Sendable {
  public var batch: Batch
  /// Norm of the change of each sample's input, `[B]`, above 0.
  public var distances: [Double]
  /// Whether the changed problem has a solution; where not, the sample is left out of all statistics.
  public var isSolved: [Bool]

  public init(batch: Batch, distances: [Double], isSolved: [Bool]) {
    self.batch = batch
    self.distances = distances
    self.isSolved = isSolved
  }
}
