import StudyKit
import Torch

/// B samples x with their values F(x).
public struct ScalarMapBatch: SampleBatch {
  /// The map of each sample, `[B]`.
  public let targets: [TargetMap]
  /// The points as they are in the dataset, `[B][n]`, n being the dimension of the sample's map.
  public let points: [[Double]]
  /// `[B, n]` with n of the map of largest dimension; further coordinates of the others are 0.
  public let x: Tensor
  /// F(x), `[B, 1]`
  public let y: Tensor

  /// B
  public var sampleCount: Int { points.count }

  init(_ targets: [TargetMap], _ points: [[Double]], values: [Double], options: TensorOptions) throws {
    let width = targets.map(\.dimension).max() ?? 1
    self.targets = targets
    self.points = points
    x = try Tensor(
      points.flatMap { $0 + Array(repeating: 0, count: width - $0.count) }, shape: [points.count, width],
      type: options.type, device: options.device)
    y = try Tensor(values, shape: [points.count, 1], type: options.type, device: options.device)
  }
}
