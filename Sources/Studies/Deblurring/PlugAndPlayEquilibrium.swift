import StudyKit
import Torch

/// A plug-and-play iteration as an implicit model: one block, iterated to its fixed point; the state is the image.
public struct PlugAndPlayEquilibrium: ImplicitModel {
  private let block: PlugAndPlayBlock
  private let start: Start

  /// What a batch contributes, the same in every iteration.
  public struct Context: Sendable {
    let step: AffineStep?
    let start: Tensor
  }

  public init(_ splitting: Splitting, _ settings: DRUNet.Settings, start: Start, step: Double, noiseLevel: Double) throws {
    block = try PlugAndPlayBlock(number: 0, settings, noiseLevel: noiseLevel, data: (splitting, step))
    self.start = start
  }

  /// Those of the one block.
  public var parameters: NamedParameters { block.parameters }

  /// The step towards the data, A^T and A of the batch, and y_0.
  public func inject(_ batch: DeblurringBatch) throws -> Context {
    Context(step: try block.dataStep(batch), start: try start.state(batch))
  }
  /// y_0, `[B, C, H, W]`.
  public func initialState(_ context: Context) throws -> Tensor { context.start }
  /// y_t = block(y_{t-1}; x): `[B, C, H, W]` -> `[B, C, H, W]`.
  public func step(_ state: Tensor, _ context: Context) throws -> Tensor { try block(state, context.step) }
  /// The state is the image.
  public func readout(_ state: Tensor, _ context: Context) throws -> Tensor { state }
  /// Pixels between 0 and 1.
  public func admissible(_ state: Tensor, _ context: Context) throws -> Tensor { try state.clamped(0, 1) }
}
