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

  /// What `errors` is, for axes and tables.
  static var errorName: String { get }
  /// The error of each sample, `[B]`.
  static func errors(_ output: Tensor, _ batch: Batch) throws -> Tensor

  /// Reads the section `sweep.perturbations`: the changes of the input along which Lipschitz ratios are measured.
  static func perturbations(reading section: ConfigurationSection) throws -> [any InputPerturbation<Batch>]

  /// Names of the symmetries of the problem, for `training.symmetries`.
  static var symmetries: [String] { get }
  /// The batch with each sample replaced by an equivalent one, by a random element of the named symmetries.
  static func transformed(_ batch: Batch, by symmetries: [String], random: inout KeyedRandom) throws -> Batch

  /// Numbers published for models of this case study, to stand beside ours.
  static var publishedResults: [PublishedResult] { get }

  /// Figures that only this case study has, for example outputs against inputs. They are made of the sweeps of the
  /// main split, one for each model, in the order of their names.
  static func figures(_ sweeps: [SweptModel<Self>]) throws -> [Figure]
}

extension CaseStudy {
  public static var publishedResults: [PublishedResult] { [] }
  public static var symmetries: [String] { [] }
  public static func transformed(_ batch: Batch, by symmetries: [String], random: inout KeyedRandom) throws -> Batch {
    batch
  }
  public static func settings(of architecture: String, shapes: [String: [Int]]) -> String? { nil }
  public static func figures(_ sweeps: [SweptModel<Self>]) throws -> [Figure] { [] }
}

/// Samples that are worked through together.
public protocol SampleBatch: Sendable {
  /// B.
  var sampleCount: Int { get }
}

/// Element type and device of the tensors of a batch or a model.
public struct Placement: Equatable, Sendable {
  public var type: ElementType
  public var device: Device

  public init(type: ElementType = .float32, device: Device = .cpu) {
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
  /// Builds the model in float32 on the CPU, its parameters initialised from the seed.
  ///
  /// The layout is that of the dataset the model is for, dimensions filled in. A model without parameters is trained already.
  public var build: (_ layout: DatasetLayout, _ seed: UInt64) throws -> Model<Batch>

  public init(
    architecture: String, subject: Subject? = nil, build: @escaping (DatasetLayout, UInt64) throws -> Model<Batch>
  ) {
    self.architecture = architecture
    self.subject = subject
    self.build = build
  }

  /// The samples of a split that the model is about.
  ///
  /// - Throws: `Failure` (bad data) when there are none.
  func rows(_ reader: DatasetReader, _ split: Split) throws -> [Int] {
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
  var layout: DatasetLayout { get }
  var plans: [SplitPlan] { get }
  /// How many draws one call of `samples` is given; results may not depend on it.
  var drawsPerBlock: Int { get }
  /// The accepted samples among the given draws; the others were rejected.
  func samples(of split: Split, draws: Range<Int>) throws -> SampleBlock
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
