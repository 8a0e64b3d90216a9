import StudyKit
import Torch

/// The explicit Fourier networks of the paper.
public struct ExplicitFourierNetwork: ExplicitModel {
  /// The plain network, or one whose every block sees the input again.
  public enum Kind: String, CaseIterable, Sendable {
    /// `fno`, the baseline: blocks without normalisation and without injection, on the lifted input; the head is normalised.
    case plain = "fno"
    /// `fno-pp` (FNO++): blocks with injection, from z = 0; no normalisation at all.
    case injected = "fno-pp"
  }

  let kind: Kind
  let frame: FourierFrame

  public init(
    _ kind: Kind, _ size: FourierNetworkSize, channels: Int, points: (x: Int, y: Int), type: DType = .float32
  ) throws {
    self.kind = kind
    frame = try FourierFrame(size, channels: channels, points: points, type: type)
  }

  /// Named as in the published code.
  public var parameters: NamedParameters { frame.parameters }

  /// The scaled solution, `[B, H, W]`.
  public func predict(_ batch: SteadyFlowBatch) throws -> Tensor {
    let lifted = try frame.lifted(batch)
    let blocks = try frame.blocks.map { try $0.prepared(frame.basis) }
    let decoder = try frame.decoder.prepared(frame.basis)
    switch kind {
    case .plain:
      let state = try blocks.reduce(lifted) { try $1($0, injection: nil, .none) }
      return try frame.output(state.instanceNormalized(), decoder, .published)
    case .injected:
      let start = try Tensor.zeros(like: lifted.detached())
      let state = try blocks.reduce(start) { try $1($0, injection: lifted, .none) }
      return try frame.output(state, decoder, .none)
    }
  }
}
