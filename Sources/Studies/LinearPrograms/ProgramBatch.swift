import Support

/// A batch of B linear programs of the same size as the input of a graph network: node features and edges.
public struct ProgramBatch: Equatable, Sendable {
  /// B.
  public let instances: Int
  /// m, of each program.
  public let constraints: Int
  /// n, of each program.
  public let variables: Int
  /// (b_i, 1 if constraint i is an equality else 0) of each constraint, `[B m, 2]` in row-major order.
  public let constraintFeatures: [Double]
  /// (c_j, lower_j, upper_j) of each variable, `[B n, 3]` in row-major order.
  public let variableFeatures: [Double]
  /// The entries of A, instance by instance.
  public let graph: BlockGraph

  /// - Throws: `Failure` (bad data) when there is no program, the sizes differ, or a bound is infinite, which a network
  ///   cannot take in.
  public init(_ programs: [LinearProgram]) throws(Failure) {
    guard let first = programs.first else { throw .program("a batch needs at least one program", at: "batch") }
    for (number, program) in programs.enumerated() {
      guard Self.size(program) == Self.size(first) else {
        throw .program(
          "expected (m, n, z) = \(Self.size(first)) as in instance 0, found \(Self.size(program))",
          at: "batch, instance \(number)")
      }
      if let column = program.c.indices.first(where: { !(program.upper[$0] - program.lower[$0]).isFinite }) {
        throw .program(
          "expected finite bounds, found \(program.lower[column]) and \(program.upper[column])",
          at: "batch, instance \(number), variable \(column)")
      }
    }
    instances = programs.count
    constraints = first.constraints
    variables = first.variables
    constraintFeatures = programs.flatMap { program in
      program.b.indices.flatMap { [program.b[$0], program.isEquality[$0] ? 1 : 0] }
    }
    variableFeatures = programs.flatMap { program in
      program.c.indices.flatMap { [program.c[$0], program.lower[$0], program.upper[$0]] }
    }
    graph = try BlockGraph(
      instances: instances, constraints: constraints, variables: variables,
      edgeConstraint: programs.flatMap(\.edgeConstraint), edgeVariable: programs.flatMap(\.edgeVariable),
      edgeValue: programs.flatMap(\.edgeValue))
  }

  private static func size(_ program: LinearProgram) -> [Int] {
    [program.constraints, program.variables, program.nonzeros]
  }
}
