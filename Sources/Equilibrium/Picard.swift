/// Plain iteration, y_{k+1} = y_k + damping (G(y_k) - y_k).
public struct Picard: Equatable, Sendable {
  /// In (0, 1]; with 1 each iterate is the value of the map, bit for bit. The residual is not scaled by it.
  public var damping: Double

  /// By default undamped.
  public init(damping: Double = 1) { self.damping = damping }
}
