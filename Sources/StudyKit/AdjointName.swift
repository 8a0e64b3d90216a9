/// How training differentiates through the iteration, by its name in the configuration.
public enum AdjointName: String, CaseIterable, Sendable {
  case unrolled, implicit, phantom
  case jacobianFree = "jacobian-free"
}
