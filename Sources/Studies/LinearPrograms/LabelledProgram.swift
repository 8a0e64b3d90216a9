/// A linear program with its certified optimum.
public struct LabelledProgram: Equatable, Sendable {
  /// What was solved.
  public var program: LinearProgram
  /// The optimal x `[n]`, which is the label, with its multipliers.
  public var optimum: PrimalDualPoint
  /// How far the solution can be trusted.
  public var certificate: Certificate
}
