import StudyKit
import Torch

/// The operator in the proof of Theorem 2.4, which has no parameters and needs no training:
///
///     G(y, x) = F(x) + (1 - eps(x)) (y - F(x)) = (1 - eps(x)) y + eps(x) F(x)
///
/// From y_0 = 0 its iterates are y_t = (1 - (1 - eps)^t) F. Coefficients are computed in float64 on the CPU from the values of
/// x, so no gradient flows to x.
public struct ConstructedOperator: ImplicitModel {
  /// F, the map whose graph the fixed points are.
  public let target: TargetMap
  /// eps(x).
  public let step: StepSize

  /// What a batch contributes, the same in every iteration.
  public struct Context: Sendable {
    /// 1 - eps(x), `[B, 1]`: the contraction factor in y.
    let retention: Tensor
    /// eps(x) F(x), `[B, 1]`
    let drive: Tensor
  }

  /// - Throws: `Failure` (usage) when the step was made for another map.
  public init(_ target: TargetMap, _ step: StepSize) throws {
    try step.requireFit(to: target)
    self.target = target
    self.step = step
  }

  /// None.
  public var parameters: NamedParameters { NamedParameters() }

  /// 1 - eps(x) and eps(x) F(x).
  public func inject(_ batch: ScalarMapBatch) throws -> Context {
    func column(_ values: [Double]) throws -> Tensor {
      try Tensor(values, shape: [values.count, 1], type: batch.y.type, device: batch.y.device)
    }
    return Context(
      retention: try column(batch.points.map { contraction(at: $0) }),
      drive: try column(batch.points.map { step.drive(at: $0, for: target) }))
  }

  /// y_0 = 0, `[B, 1]`.
  public func initialState(_ context: Context) throws -> Tensor { try .zeros(like: context.drive) }

  /// y_t = G(y_{t-1}, x): `[B, 1]` -> `[B, 1]`.
  public func step(_ state: Tensor, _ context: Context) throws -> Tensor {
    try state * context.retention + context.drive
  }

  /// The state is the output, `[B, 1]`.
  public func readout(_ state: Tensor, _ context: Context) throws -> Tensor { state }

  // MARK: what the theory says of it, at single points

  /// G(y, x).
  public func value(_ y: Double, at x: [Double]) -> Double { contraction(at: x) * y + step.drive(at: x, for: target) }

  /// mu(x) = 1 - eps(x).
  public func contraction(at x: [Double]) -> Double { 1 - step.value(at: x, for: target) }

  /// |G(y, x) - G(y, x')| / ((1 + |y|) |x - x'|): bounded over all y, x and x' for a regular operator.
  public func growth(_ y: Double, between x: [Double], and other: [Double]) -> Double {
    abs(value(y, at: x) - value(y, at: other)) / ((1 + abs(y)) * distance(x, other))
  }

  /// The bound of Theorem 2.5 on the Lipschitz ratio of every iterate between x and x':
  ///
  ///     |y_t(x) - y_t(x')| <= C (1 + |F(x')|) / (1 - mu(x)) |x - x'|
  ///
  /// For the iterates it holds as for the limit, because |y_t| <= |F|.
  ///
  /// - Returns: nil for an operator without C.
  public func necessityBound(at x: [Double], and other: [Double]) -> Double? {
    step.growth(for: target).map { $0 * (1 + abs(target.value(at: other))) / (1 - contraction(at: x)) }
  }
}

/// Euclidean distance.
func distance(_ x: [Double], _ other: [Double]) -> Double {
  zip(x, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
}
