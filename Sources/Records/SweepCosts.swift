/// What one sample costs up to the output of each recorded iteration, `[K]`.
public struct SweepCosts: Equatable, Sendable {
  /// Floating-point operations.
  public var flops: [Double]
  /// Wall time in s, the smallest of some repeats.
  public var seconds: [Double]
  /// Processor time in s of the same repeat, of all threads; nil in files that do not say.
  public var processorSeconds: [Double]?

  /// All of as many values as there are recorded iterations.
  public init(flops: [Double], seconds: [Double], processorSeconds: [Double]? = nil) {
    (self.flops, self.seconds, self.processorSeconds) = (flops, seconds, processorSeconds)
  }

  /// Wall over processor time of the whole; nil where it is not known. Well above 1 where others were using the machine.
  public var busyness: Double? {
    guard let wall = seconds.last, let processor = processorSeconds?.last, processor > 0 else { return nil }
    return wall / processor
  }
}
