import Configuration

extension StepSize {
  /// Reads the keys `step` and `rate` of a section that may have others.
  init(reading section: ConfigurationSection, for target: TargetMap) throws {
    self = try section.variant("step", default: Name.recipe, "step size eps(x) of the operator") { name in
      func rate() throws -> Double {
        try section.number("rate", default: 0.5, in: .above(0, through: 1), "eps itself, or eps over x")
      }
      return switch name {
      case .recipe: .recipe
      case .linear: .linear(rate: try rate())
      case .figure1: .figure1
      case .constant: .constant(rate: try rate())
      }
    }
    try section.check { try requireFit(to: target) }
  }
}
