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

    public init(name: String, initial: String? = nil, isIntermediate: Bool = false) {
      (self.name, self.initial, self.isIntermediate) = (name, initial, isIntermediate)
    }
  }

  public var caseStudy: String
  public var models: [Model]
  /// Names of the splits that every model is swept on.
  public var splits: [String]
  public var settings: PipelineSettings

  public init(caseStudy: String, models: [Model], splits: [String], settings: PipelineSettings) {
    (self.caseStudy, self.models, self.splits, self.settings) = (caseStudy, models, splits, settings)
  }

  /// Reads all sections of a document but `aggregate`, as the stages will.
  public typealias Reader = @Sendable (ConfigurationDocument) throws -> PipelineOutline
}
