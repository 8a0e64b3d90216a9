/// What a pipeline file says about the tasks of its run: the models to train, the splits to sweep, the parts of the dataset.
///
/// Only a case study can read all of its file; whoever knows the case studies makes outlines, and whoever makes tasks of them needs
/// to know no case study.
public struct PipelineOutline: Equatable, Sendable {
  /// One model to train.
  public struct Model: Equatable, Sendable {
    public var name: String
    /// The model whose trained weights it starts from, if it does.
    public var initial: String?
    /// Whether it is there only for others to start from, and not measured itself.
    public var isIntermediate: Bool
    /// Whether it has a section `training` of its own, so that the common one does not matter to it.
    public var hasOwnTraining: Bool

    public init(name: String, initial: String? = nil, isIntermediate: Bool = false, hasOwnTraining: Bool = false) {
      (self.name, self.initial, self.isIntermediate, self.hasOwnTraining) = (name, initial, isIntermediate, hasOwnTraining)
    }
  }

  /// Name of the case study.
  public var caseStudy: String
  /// Whether its samples can be computed on another device than the CPU.
  public var generatesOnDevice: Bool
  public var models: [Model]
  /// Names of the splits that every model is swept on.
  public var splits: [String]
  public var settings: PipelineSettings

  public init(
    caseStudy: String, generatesOnDevice: Bool = false, models: [Model], splits: [String], settings: PipelineSettings
  ) {
    (self.caseStudy, self.generatesOnDevice, self.models) = (caseStudy, generatesOnDevice, models)
    (self.splits, self.settings) = (splits, settings)
  }

  /// Reads all sections of a document but `aggregate`, as the stages will.
  public typealias Reader = @Sendable (ConfigurationDocument) throws -> PipelineOutline
}
