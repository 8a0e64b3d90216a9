import Torch

/// Size and options of a Fourier network.
public struct FourierNetworkSize: Equatable, Sendable {
  /// Channels of the state.
  public var width = 32
  /// m, of each axis.
  public var modes = 12
  /// Blocks of three Fourier layers.
  public var depth = 1
  /// Zeros added at the end of both axes; 0 for periodic data.
  public var padding = 9
  /// Whether the coordinates of the points, 0 ... 1 with both ends, are channels of the input. Without them and without padding the
  /// network commutes with translations.
  public var coordinates = true
  /// Added to the variance where the implicit network normalises its fields: it bounds the gain, by 1 / sqrt of it.
  public var varianceFloor = InstanceNormalization.publishedFloor

  public init() {}
}
