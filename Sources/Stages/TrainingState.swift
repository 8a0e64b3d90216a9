import Records
import Torch

/// All that a training must keep to go on as if it had never stopped.
struct TrainingState {
  /// Steps done in all phases together.
  var step = 0
  var phase = 0
  /// Steps done in this phase.
  var phaseStep = 0
  /// Learning rate of this phase after rollbacks, before the schedule.
  var learningRate: Double
  /// The lowest loss of this phase.
  var bestLoss = Double.infinity
  /// The lowest error on the split `valid` in this phase, where it is measured.
  var bestValidation = Double.infinity
  /// The parameters with the lowest validation error where it is measured, else with the lowest loss.
  var bestParameters: [Tensor]
  /// The averaged weights; nil where none are kept.
  var average: [Tensor]?
  var history = TrainingHistory()
}
