import Logging
import Torch

/// Noise on the training samples, as FNO-DEQ's data have it: the draws are cut into equal consecutive parts, one for each variance
/// 0, 1e-9, 1e-8, ..., 1 up to `level`, relative to the scale of the field.
public struct GradedNoise: Equatable, Sendable {
  /// The field that the noise is added to.
  public enum Field: String, CaseIterable, Sendable { case input, solution }
  /// Which field gets the noise.
  public var field = Field.input
  /// The largest variance; 0 for no noise.
  public var level = 0.0

  var variances: [Double] { [0, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1].filter { $0 <= level } }

  /// The variance for a draw out of `count`.
  func variance(draw: Int, of count: Int) -> Double { variances[min(draw * variances.count / count, variances.count - 1)] }
}
