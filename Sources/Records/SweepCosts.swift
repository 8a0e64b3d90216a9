/// What one sample costs up to the output of each recorded iteration, `[K]`.
public struct SweepCosts: Equatable, Sendable {
  /// Floating-point operations.
  public var flops: [Double]
  /// Wall time in s.
  public var seconds: [Double]

  /// Both of as many values as there are recorded iterations.
  public init(flops: [Double], seconds: [Double]) { (self.flops, self.seconds) = (flops, seconds) }
}
