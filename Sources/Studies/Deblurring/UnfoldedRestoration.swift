import StudyKit
import Torch

/// Blocks with weights of their own, one after the other: an unfolded iteration, or, with one block that only denoises, the
/// explicit DRUNet D(x, sigma).
public struct UnfoldedRestoration: ExplicitModel {
  private let blocks: [PlugAndPlayBlock]
  private let start: Start

  /// - Parameter data: nil for blocks that only denoise.
  public init(
    _ count: Int, _ settings: DRUNet.Settings, start: Start = .measurement, noiseLevel: Double,
    data: (splitting: Splitting, step: Double)?
  ) throws {
    blocks = try (0..<count).map { try PlugAndPlayBlock(number: $0, settings, noiseLevel: noiseLevel, data: data) }
    self.start = start
  }

  /// Those of all blocks.
  public var parameters: NamedParameters {
    var named = NamedParameters()
    for block in blocks { for (name, parameter) in block.parameters { named.add(name, parameter) } }
    return named
  }

  /// The last block's image, `[B, C, H, W]`.
  public func predict(_ batch: DeblurringBatch) throws -> Tensor {
    try blocks.reduce(start.state(batch)) { try $1($0, $1.dataStep(batch)) }
  }
}
