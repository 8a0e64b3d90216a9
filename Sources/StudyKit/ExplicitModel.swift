import Support
import Torch

/// A network that computes its output in one pass.
public protocol ExplicitModel<Batch>: Module {
  associatedtype Batch
  func predict(_ batch: Batch) throws -> Tensor
  /// What the training loss is taken of, with random numbers that are new in every step: the prediction, unless the model says
  /// otherwise.
  func trainingOutput(_ batch: Batch, random: inout KeyedRandom) throws -> Tensor
  /// Whether `trainingOutput` draws random numbers: then the losses of different steps do not compare. False unless the model says
  /// otherwise.
  var trainsWithRandomNumbers: Bool { get }
}

extension ExplicitModel {
  /// The prediction.
  public func trainingOutput(_ batch: Batch, random: inout KeyedRandom) throws -> Tensor { try predict(batch) }
  /// No random numbers.
  public var trainsWithRandomNumbers: Bool { false }
}
