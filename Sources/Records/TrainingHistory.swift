import HDF5

/// The curves of a training, one row for each step: what a model file keeps below `/history`.
public struct TrainingHistory: Equatable, Sendable {
  /// Mean training loss before the step.
  public var loss: [Double] = []
  /// Learning rate of the step.
  public var learningRate: [Double] = []
  /// Largest relative residual of the forward and backward solves; NaN where none ran.
  public var forwardResidual: [Double] = []
  /// Largest relative residual of the adjoint solves; NaN where none ran.
  public var backwardResidual: [Double] = []
  /// Root of the mean over samples of ||dG/dy||_F^2 / d where the Jacobian penalty was taken; NaN without one.
  public var jacobian: [Double] = []
  /// Root of the mean over samples of the squared spectral radius of dG/dy, where that was penalised; NaN elsewhere.
  public var spectralRadius: [Double] = []
  /// Mean error on the split `valid` after the step; NaN where it was not measured.
  public var validationError: [Double] = []

  /// A training without steps.
  public init() {}

  /// The curves with their names in files, units, and meanings.
  static let columns: [(name: String, path: WritableKeyPath<TrainingHistory, [Double]> & Sendable, meaning: String)] = [
    ("loss", \.loss, "mean training loss before the step"),
    ("learning_rate", \.learningRate, "learning rate of the step"),
    ("forward_residual", \.forwardResidual, "largest relative residual of the forward solves"),
    ("backward_residual", \.backwardResidual, "largest relative residual of the adjoint solves"),
    ("validation_error", \.validationError, "mean error on the split `valid` after the step"),
    ("jacobian", \.jacobian, "root mean square of the singular values of dG/dy, estimated by the Jacobian penalty"),
    (
      "spectral_radius", \.spectralRadius,
      "spectral radius of dG/dy, root mean square, as the power method of its penalty found it"
    ),
  ]
}

extension ContentFile {
  /// Writes the curves of a training below `/history`; those without a single number are left out.
  package func write(_ history: TrainingHistory) throws {
    guard !history.loss.isEmpty else { return }
    try write("/history/step", history.loss.indices.map { Int64($0) })
    for (name, path, meaning) in TrainingHistory.columns where history[keyPath: path].contains(where: { !$0.isNaN }) {
      try write("/history/\(name)", history[keyPath: path], longName: meaning)
    }
  }
}

extension TrainingHistory {
  /// The curves as `ContentFile.write` stored them.
  package init(of file: File) throws {
    guard try file.contains("history/loss") else { return }
    for (name, path, _) in Self.columns {
      let stored = try file.contains("history/\(name)") ? file.dataset("history/\(name)").read(Double.self) : nil
      self[keyPath: path] = try stored ?? Array(repeating: .nan, count: file.dataset("history/loss").shape[0])
    }
  }
}
