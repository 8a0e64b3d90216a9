import Equilibrium

/// Its models take in pictures, so one of the user's own can be restored (`implicit-apply picture`).
public protocol HasPictures: CaseStudy {
  /// Restores a picture and writes it as PNG.
  ///
  /// - Parameters:
  ///   - kernel: the blur: a name with a number, as `gaussian:1.5`, or a file.
  ///   - iterations: of an implicit model; nil for as many as in training.
  /// - Throws: `Failure`: missing input or bad data for picture, model and kernel; usage.
  static func restore(
    _ picture: String, with model: ModelFile, kernel: String, solver: Solver, iterations: Int?, to output: String) throws
}
