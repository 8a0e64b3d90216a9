import Torch

/// All that a training must keep to go on as if it had never stopped.
struct TrainingState {
  /// Steps done in all stages together.
  var step = 0
  var stage = 0
  /// Steps done in this stage.
  var stageStep = 0
  /// Learning rate of this stage after rollbacks, before the schedule.
  var learningRate: Double
  /// The lowest loss of this stage.
  var bestLoss = Double.infinity
  /// The lowest error on the split `valid` in this stage, where it is measured.
  var bestValidation = Double.infinity
  /// The parameters with the lowest validation error where it is measured, else with the lowest loss.
  var bestParameters: [Tensor]
  var history = TrainingHistory()
}

/// One row for each step.
struct TrainingHistory: Equatable, Sendable {
  var loss: [Double] = []
  var learningRate: [Double] = []
  /// Largest relative residual of the forward and backward solves; NaN where none ran.
  var forwardResidual: [Double] = []
  var backwardResidual: [Double] = []
  /// Root of the mean over samples of ||dG/dy||_F^2 / d where the Jacobian penalty was taken; NaN without one.
  var jacobian: [Double] = []
  /// Mean error on the split `valid` after the step; NaN where it was not measured.
  var validationError: [Double] = []

  /// The curves with their names in files, units, and meanings.
  static let columns: [(name: String, path: WritableKeyPath<TrainingHistory, [Double]> & Sendable, meaning: String)] = [
    ("loss", \.loss, "mean training loss before the step"),
    ("learning_rate", \.learningRate, "learning rate of the step"),
    ("forward_residual", \.forwardResidual, "largest relative residual of the forward solves"),
    ("backward_residual", \.backwardResidual, "largest relative residual of the adjoint solves"),
    ("validation_error", \.validationError, "mean error on the split `valid` after the step"),
    ("jacobian", \.jacobian, "root mean square of the singular values of dG/dy, estimated by the Jacobian penalty"),
  ]
}
