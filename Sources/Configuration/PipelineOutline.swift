/// What a pipeline file says about the tasks of its run: the models to train, the splits to sweep, the parts of the dataset.
///
/// Only a case study can read all of its file; whoever knows the case studies makes outlines, and whoever makes tasks of them needs
/// to know no case study.
public struct PipelineOutline: Equatable, Sendable {
  /// One model to train.
  public struct Model: Equatable, Sendable {
    /// Its name in the pipeline file.
    public var name: String
    /// The model whose trained weights it starts from, if it does.
    public var initial: String?
    /// Whether it is there only for others to start from, and not measured itself.
    public var isIntermediate: Bool
    /// Whether it has a section `training` of its own, so that the common one does not matter to it.
    public var hasOwnTraining: Bool
    /// Whether it is implicit, so that starts and solvers mean something.
    public var iterates: Bool

    /// A model of this name.
    public init(
      name: String, initial: String? = nil, isIntermediate: Bool = false, hasOwnTraining: Bool = false, iterates: Bool = true
    ) {
      (self.name, self.initial, self.isIntermediate, self.hasOwnTraining) = (name, initial, isIntermediate, hasOwnTraining)
      self.iterates = iterates
    }
  }

  /// What the sweeps measure, so that a report that asks for anything else is found before they begin.
  public struct Measurements: Equatable, Sendable {
    /// K: implicit models are measured at the iterates 0 ... K.
    public var iterations: Int
    /// Names of the measures that only this case study has.
    public var qualities: [String]
    /// Names of the kinds of perturbation.
    public var perturbations: [String]

    /// By default iterates alone.
    public init(iterations: Int, qualities: [String] = [], perturbations: [String] = []) {
      (self.iterations, self.qualities, self.perturbations) = (iterations, qualities, perturbations)
    }
  }

  /// Name of the case study.
  public var caseStudy: String
  /// Whether its samples can be computed on another device than the CPU.
  public var generatesOnDevice: Bool
  /// The models to train, in any order.
  public var models: [Model]
  /// Names of the splits that every model is swept on.
  public var splits: [String]
  /// What a sweep measures.
  public var measurements: Measurements
  /// The section `pipeline`.
  public var settings: PipelineSettings

  /// What a pipeline file says.
  public init(
    caseStudy: String, generatesOnDevice: Bool = false, models: [Model], splits: [String], measurements: Measurements,
    settings: PipelineSettings
  ) {
    (self.caseStudy, self.generatesOnDevice, self.models) = (caseStudy, generatesOnDevice, models)
    (self.splits, self.measurements, self.settings) = (splits, measurements, settings)
  }

  /// Reads all sections of a document but `aggregate`, as the stages will.
  public typealias Reader = @Sendable (ConfigurationDocument) throws -> PipelineOutline
}
