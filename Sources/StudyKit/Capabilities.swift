import Configuration
import Plot
import Records
import Support
import Torch

/// Samples come in degrees of difficulty: `training.phases.N.difficulty` selects by it.
public protocol HasDifficulty: CaseStudy {
  /// The integer field that says how hard a sample is.
  static var difficultyField: String { get }
}

/// A sample can be replaced by an equivalent one: `training.symmetries`.
public protocol HasSymmetries<Batch>: CaseStudy {
  /// Names of the symmetries of the problem.
  static var symmetries: [String] { get }
  /// The batch with each sample replaced by an equivalent one, by a random element of the named symmetries.
  static func transformed(_ batch: Batch, by symmetries: [String], random: inout KeyedRandom) throws -> Batch
}

/// The solution map is a function of a real vector: `sweep.lipschitz` differentiates by it.
public protocol HasRealInput<Batch>: CaseStudy {
  static func realInput(of batch: Batch) throws -> RealInput<Batch>
}

/// Datasets can be written in formats of other programs (`implicit-inspect export`).
public protocol HasExports: CaseStudy {
  static var exports: [DatasetExport] { get }
}

/// There is a published model that can be measured without a dataset of ours (`implicit-sweep published`).
public protocol HasPublishedModel: CaseStudy {
  /// Reads the section `sweep.checkpoint`: how the published model is measured.
  static func checkpointSweep(reading section: ConfigurationSection) throws -> any CheckpointSweep
}

/// Numbers were published for models of this case study, to stand beside ours.
public protocol HasPublishedResults: CaseStudy {
  static var publishedResults: [PublishedResult] { get }
}

/// There are figures that only this case study has, for example outputs against inputs.
public protocol HasFigures: CaseStudy {
  /// - Parameter inputs: the sweeps of the main split, one for each model, in the order of their names.
  static func figures(_ inputs: [FigureInput<Self>]) throws -> [Figure]
}

/// The case study writes kinds of files of its own, or has more to say on how its datasets are written by other programs.
public protocol HasFileFormats: CaseStudy {
  static var fileSchemas: [FileSchema] { get }
  /// For data/FORMAT.md, as Markdown: how another program writes a dataset of this case study; nil for nothing to say.
  static var foreignDatasets: String? { get }
}

extension HasFileFormats {
  /// None.
  public static var fileSchemas: [FileSchema] { [] }
  /// Nothing to say.
  public static var foreignDatasets: String? { nil }
}

extension CaseStudy {
  /// Names of the symmetries, none without any.
  package static var knownSymmetries: [String] { (Self.self as? any HasSymmetries.Type)?.symmetries ?? [] }
}
