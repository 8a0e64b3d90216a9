import Torch

/// Samples divided by their scales, with what is needed to go back.
struct ScaledSamples {
  /// `[B, C, H, W]` and `[B, H, W]`, float64.
  var input: Tensor
  var solution: Tensor
  /// `[B]`
  var scales: (input: [Double], solution: [Double])
  var viscosities: [Double]
}
