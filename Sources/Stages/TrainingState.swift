import Records
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
