import StudyKit
import Torch

/// The implicit Fourier network (Marwah, Pokle, Kolter, Lipton, Lu, Risteski: "Deep equilibrium based neural operators for
/// steady-state PDEs", NeurIPS 2023): z <- block(z; injection) from z = 0, with instance normalisation.
public struct ImplicitFourierNetwork: ImplicitModel {
  let frame: FourierFrame

  /// What a batch contributes, the same in every iteration.
  public struct Context: Sendable {
    /// `[B, width, H + padding, W + padding]`
    public let injection: Tensor
    let blocks: [PreparedBlock]
    let decoder: PreparedLayer
  }

  public init(_ size: FourierNetworkSize, channels: Int, points: (x: Int, y: Int), type: DType = .float32) throws {
    frame = try FourierFrame(size, channels: channels, points: points, type: type)
  }

  /// Named as in the published code.
  public var parameters: NamedParameters { frame.parameters }

  /// The lifted input, and the layers with their bases at hand.
  public func inject(_ batch: SteadyFlowBatch) throws -> Context {
    Context(
      injection: try frame.lifted(batch), blocks: try frame.blocks.map { try $0.prepared(frame.basis) },
      decoder: try frame.decoder.prepared(frame.basis))
  }

  /// z_0 = 0, shaped as the injection.
  public func initialState(_ context: Context) throws -> Tensor { try .zeros(like: context.injection.detached()) }

  /// z_t = block(z_{t-1}; injection), of the injection's shape.
  public func step(_ state: Tensor, _ context: Context) throws -> Tensor {
    try context.blocks.reduce(state) { try $1($0, injection: context.injection, frame.normalization) }
  }

  /// The scaled solution, `[B, H, W]`.
  public func readout(_ state: Tensor, _ context: Context) throws -> Tensor {
    try frame.output(state, context.decoder, frame.normalization)
  }
}
