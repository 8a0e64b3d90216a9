import Foundation
import StudyKit
import Torch

/// Restoration by total variation, min_x ||A x - y||^2 / 2 + lambda sum |grad x|, |.| over both directions and all channels together, by the
/// primal-dual method of Chambolle and Pock (JMIV 2011):
///
///     x' = (1 + tau A'A)^-1 (x - tau grad' p + tau A'y)
///     p' = the nearest point to p + sigma grad (2 x' - x) with |p| <= lambda at every pixel,   tau sigma 8 = 1
///
/// It converges to a minimiser, since ||grad||^2 <= 8. lambda and tau are tuned on the training split, as weights are. The state is (x, p),
/// `[B, 3 C, H, W]`.
public struct TotalVariation: ImplicitModel {
  /// log lambda and log tau, `[]` each.
  private let weight, step: Parameter

  /// What a batch contributes, the same in every iteration.
  public struct Context: Sendable {
    let data: AffineStep
    let start: Tensor
    let weight, step: Tensor
    var channels: Int { start.shape[1] / 3 }
  }

  /// - Parameters:
  ///   - weight: lambda to begin with.
  ///   - step: tau to begin with.
  public init(weight: Double, step: Double) throws {
    self.weight = try Parameter(Tensor(scalar: log(weight), type: .float32))
    self.step = try Parameter(Tensor(scalar: log(step), type: .float32))
  }

  /// The two numbers.
  public var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("log_weight", weight)
    named.add("log_step", step)
    return named
  }

  /// The step towards the data.
  public func inject(_ batch: DeblurringBatch) throws -> Context {
    let step = try step.value.exp()
    let zero = try Tensor.zeros(like: batch.measurements)
    return Context(
      data: try .halfQuadratic(batch.blur, measurement: batch.measurements, step: step),
      start: try .concatenated([batch.measurements, zero, zero], dimension: 1), weight: try weight.value.exp(), step: step)
  }

  /// (y, 0).
  public func initialState(_ context: Context) throws -> Tensor { context.start }

  /// One step of the method.
  public func step(_ state: Tensor, _ context: Context) throws -> Tensor {
    let x = try part(state, 0, context)
    let divergence =
      try (part(state, 1, context) - part(state, 1, context).rolled([1], dimensions: [2]))
      + (part(state, 2, context) - part(state, 2, context).rolled([1], dimensions: [3]))
    // grad' = -div, with backward differences for the forward ones of grad.
    let next = try context.data(x + divergence * context.step)
    let ahead = try next * 2 - x
    let dualStep = try 1 / (context.step * 8)
    let down = try part(state, 1, context) + (ahead.rolled([-1], dimensions: [2]) - ahead) * dualStep
    let right = try part(state, 2, context) + (ahead.rolled([-1], dimensions: [3]) - ahead) * dualStep
    let scale = try shortening(down, right, context)
    return try .concatenated([next, down * scale, right * scale], dimension: 1)
  }

  /// x.
  public func readout(_ state: Tensor, _ context: Context) throws -> Tensor { try part(state, 0, context) }

  /// Pixels between 0 and 1, duals within their ball.
  public func admissible(_ state: Tensor, _ context: Context) throws -> Tensor {
    let (down, right) = try (part(state, 1, context), part(state, 2, context))
    let scale = try shortening(down, right, context)
    return try .concatenated([part(state, 0, context).clamped(0, 1), down * scale, right * scale], dimension: 1)
  }

  /// What brings p to |p| <= lambda at every pixel, `[B, 1, H, W]`.
  private func shortening(_ down: Tensor, _ right: Tensor, _ context: Context) throws -> Tensor {
    let lengths = try (down * down + right * right).sum(dimensions: [1], keeping: true).clamped(atLeast: 1e-24).sqrt()
    return try 1 / (lengths / context.weight).clamped(atLeast: 1)
  }

  /// x, or the part of p along an axis.
  private func part(_ state: Tensor, _ number: Int, _ context: Context) throws -> Tensor {
    try state.narrow(1, from: number * context.channels, count: context.channels)
  }
}
