import StudyKit
import Support
import Torch

/// B samples of n numbers with their means.
public struct AveragesBatch: SampleBatch {
  /// `[B, n]`
  let x: Tensor
  /// `[B, 1]`
  let y: Tensor

  public var sampleCount: Int { x.shape[0] }

  init(x: Tensor, y: Tensor) { (self.x, self.y) = (x, y) }

  /// - Parameter numbers: sample by sample.
  init(_ numbers: [Double], means: [Double], options: TensorOptions) throws {
    let (count, width) = (means.count, numbers.count / max(means.count, 1))
    x = try Tensor(numbers, shape: [count, width], type: options.type, device: options.device)
    y = try Tensor(means, shape: [count, 1], type: options.type, device: options.device)
  }
}

/// What most case studies lack: samples that can be replaced by equivalent ones, and inputs that are real vectors.
extension AveragesStudy {
  public static let symmetries = ["order"]

  /// The numbers of every sample in another order; the mean stays.
  public static func transformed(
    _ batch: AveragesBatch, by symmetries: [String], random: inout KeyedRandom
  ) throws -> AveragesBatch {
    let order = try Tensor(integers: random.permutation(batch.x.shape[1]).map(Int64.init), device: batch.x.device)
    return AveragesBatch(x: try batch.x.indexSelect(order, dimension: 1), y: batch.y)
  }

  public static func realInput(of batch: AveragesBatch) -> RealInput<AveragesBatch> {
    RealInput(batch.x) { AveragesBatch(x: $0, y: batch.y) }
  }
}
