import Torch

/// Which of the forces that drive a flow is meant: they differ by gradients, which the pressure balances.
public enum ForceKind: String, CaseIterable, Sendable {
  /// The smallest one, which has neither divergence nor mean.
  case withoutDivergence = "without-divergence"
  /// (u . grad) u - nu laplace(u), with which the flow needs no pressure.
  case withoutPressure = "without-pressure"
}
