/// Samples come in degrees of difficulty: `training.phases.N.difficulty` selects by it.
public protocol HasDifficulty: CaseStudy {
  /// The integer field that says how hard a sample is.
  static var difficultyField: String { get }
}
