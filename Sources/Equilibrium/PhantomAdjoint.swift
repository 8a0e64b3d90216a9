/// Settings of the phantom gradient.
public struct PhantomAdjoint: Equatable, Sendable {
  /// At least 1.
  public var steps: Int
  /// z <- (1 - damping) z + damping G(z); in (0, 1].
  public var damping: Double

  /// By default as FNO-DEQ was trained.
  public init(steps: Int = 3, damping: Double = 0.8) {
    self.steps = steps
    self.damping = damping
  }
}
