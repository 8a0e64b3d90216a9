/// Plain iteration, y_{k+1} = y_k + damping (G(y_k) - y_k).
public struct Picard: Equatable, Sendable {
  /// In (0, 1]; with 1 each iterate is the value of the map, bit for bit. The residual is not scaled by it.
  public var damping: Double
  /// After so many steps in a row without a lower residual than before, the damping of a sample is halved, down to 1/64 of `damping`:
  /// so an iteration that ends in a cycle becomes one that can settle. Nil: the damping stays. Each step that asks for it costs an inner
  /// product.
  public var patience: Int?

  /// By default undamped.
  public init(damping: Double = 1, patience: Int? = nil) { (self.damping, self.patience) = (damping, patience) }
}
