import LinearPrograms
import Support
import Testing

@Suite struct LinearProgramTests {
  /// The fields of a correct program with 2 constraints, 3 variables and 4 entries, to be damaged one at a time.
  struct Fields {
    var c = [1.0, 2, 3]
    var b = [1.0, 2]
    var lower = [0.0, 0, -Double.infinity]
    var upper = [1.0, Double.infinity, 1]
    var isEquality = [true, false]
    var edgeConstraint = [0, 1, 1, 0]
    var edgeVariable = [0, 2, 1, 2]
    var edgeValue = [1.0, -1, 2, 3]

    func program() throws(Failure) -> LinearProgram {
      try LinearProgram(
        c: c, b: b, lower: lower, upper: upper, isEquality: isEquality, edgeConstraint: edgeConstraint,
        edgeVariable: edgeVariable, edgeValue: edgeValue)
    }
  }

  @Test func `Sizes, objective, A x and A'y follow from the stored entries`() throws {
    let program = try Fields().program()
    #expect(program.constraints == 2 && program.variables == 3 && program.nonzeros == 4)
    #expect(program.objective(at: [1, 10, 100]) == 321)
    #expect(program.constraintActivity(at: [1, 10, 100]) == [301, -80])
    #expect(program.transposedProduct(with: [1, 10]) == [1, 20, -7])
  }

  typealias Damage = @Sendable (inout Fields) -> Void

  static let damages: [(location: String, damage: Damage)] = [
    ("c", { $0.c = [] }),
    ("lower", { $0.lower.removeLast() }),
    ("upper", { $0.upper.append(1) }),
    ("is_equality", { $0.isEquality = [true] }),
    ("edge_constraint", { $0.edgeConstraint.removeLast() }),
    ("edge_variable", { $0.edgeVariable.append(0) }),
    ("c[1]", { $0.c[1] = .nan }),
    ("b[0]", { $0.b[0] = .infinity }),
    ("edge_value[3]", { $0.edgeValue[3] = -.infinity }),
    ("lower[2]", { $0.lower[2] = .nan }),
    ("lower[0]", { $0.lower[0] = .infinity }),
    ("upper[1]", { $0.upper[1] = -.infinity }),
    ("edge_constraint[0]", { $0.edgeConstraint[0] = 2 }),
    ("edge_variable[2]", { $0.edgeVariable[2] = -1 }),
    ("edge_constraint, edge_variable", { $0.edgeVariable[3] = 0 }),
  ]

  @Test(arguments: damages.indices) func `A damaged field is an error that names the place`(number: Int) throws {
    let (location, damage) = Self.damages[number]
    var fields = Fields()
    damage(&fields)
    let failure = try #require(throws: Failure.self) { try fields.program() }
    #expect(failure.status == .badData)
    #expect(failure.location == location)
  }
}
