/// One case study: its data, its models, and how to judge them. The stages know nothing else of it.
///
///     public enum AveragesStudy: CaseStudy {
///       public static let name = "averages"
///       public static let title = "Averages of numbers"
///       public static let references: [String] = []
///       // ... and what StudyData, StudyModels and StudyEvaluation ask for
///     }
///
/// A new case study is a type that conforms to this protocol, in a folder of its own, with a line in Package.swift and one in the
/// registry; Sources/README.md builds one step by step. What most case studies lack is a protocol of its own, which a stage asks for:
/// `HasDifficulty`, `HasSymmetries`, `HasRealInput`, `HasExports`, `HasPublishedModel`, `HasPublishedResults`, `HasFigures`,
/// `HasFileFormats`.
public protocol CaseStudy: StudyData, StudyModels, StudyEvaluation {
  /// The name on command lines and in files, for example `linear-programs`.
  static var name: String { get }
  /// The heading of its reports and files.
  static var title: String { get }
  /// The literature it is about.
  static var references: [String] { get }
}
