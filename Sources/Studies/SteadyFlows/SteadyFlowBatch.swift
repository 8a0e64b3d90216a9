import StudyKit
import Torch

/// B samples as the networks take them in: fields divided by the scales that the dataset states.
public struct SteadyFlowBatch: SampleBatch {
  /// The force, or the coefficient: `[B, C, H, W]`.
  public let input: Tensor
  /// The vorticity, or the pressure: `[B, H, W]`.
  public let solution: Tensor

  /// B
  public var sampleCount: Int { input.shape[0] }

  public init(input: Tensor, solution: Tensor) {
    self.input = input
    self.solution = solution
  }
}
