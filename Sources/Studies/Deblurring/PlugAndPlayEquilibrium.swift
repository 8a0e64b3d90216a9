import StudyKit
import Torch

/// A plug-and-play iteration as an implicit model: one block, iterated to its fixed point; the state is the image.
public struct PlugAndPlayEquilibrium: ImplicitModel {
  private let block: PlugAndPlayBlock
  private let start: Start

  public struct Context: Sendable {
    let step: AffineStep?
    let start: Tensor
  }

  public init(_ splitting: Splitting, _ settings: DRUNet.Settings, start: Start, step: Double, noiseLevel: Double) throws {
    block = try PlugAndPlayBlock(number: 0, settings, noiseLevel: noiseLevel, data: (splitting, step))
    self.start = start
  }

  public var parameters: NamedParameters { block.parameters }

  public func inject(_ batch: DegradedImages) throws -> Context {
    Context(step: try block.dataStep(batch), start: try start.state(batch))
  }
  public func initialState(_ context: Context) throws -> Tensor { context.start }
  public func step(_ state: Tensor, _ context: Context) throws -> Tensor { try block(state, context.step) }
  public func readout(_ state: Tensor, _ context: Context) throws -> Tensor { state }
}
