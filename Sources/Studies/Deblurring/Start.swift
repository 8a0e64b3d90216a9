import Torch

/// Where an iteration starts.
public enum Start: String, CaseIterable, Sendable {
  /// The measurement x.
  case measurement
  case zero
  /// A'x.
  case adjoint

  func state(_ batch: DeblurringBatch) throws -> Tensor {
    switch self {
    case .measurement: batch.measurements
    case .zero: try .zeros(like: batch.measurements)
    case .adjoint: try batch.blur.adjoint(batch.measurements)
    }
  }
}
