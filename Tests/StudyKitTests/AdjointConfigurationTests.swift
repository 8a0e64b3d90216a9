import Configuration
import Equilibrium
import Support
import Testing

@testable import StudyKit

@Suite struct AdjointConfigurationTests {
  func adjoint(_ text: String) throws -> AdjointConfiguration {
    let document = try ConfigurationDocument.parse("training: {adjoint: \(text)}", name: "a.yaml")
    return try AdjointConfiguration(reading: document.section("training").section("adjoint"))
  }

  @Test(arguments: [
    ("unrolled", Adjoint.unrolled(steps: 7)), ("implicit", .implicit(ImplicitAdjoint())), ("phantom", .phantom(PhantomAdjoint())),
    ("jacobian-free", .jacobianFree),
  ]) func `Adjoints are found by the names that configurations write`(name: String, expected: Adjoint) throws {
    let (forward, adjoint) = try adjoint("{name: \(name)}").resolved(iterations: 7)
    #expect(adjoint == expected)
    #expect(forward == SolverSettings(stopping: StoppingCriteria(maximumIterations: 7)))
  }

  @Test(arguments: AdjointName.allCases) func `An adjoint without settings has the defaults of the library`(name: AdjointName)
    throws
  {
    #expect(try adjoint("{name: \(name.rawValue)}") == AdjointConfiguration(name))
  }

  @Test func `Every key of an adjoint reaches the adjoint and the solver of a phase`() throws {
    let implicit = try adjoint(
      """
      {name: implicit, loss_at: application, solver: {name: broyden, memory: 4, line_search: true, tolerance: 0.1, mode: absolute},
       backward: {name: anderson, window: 3, mixing: 0.4, regularization: 1e-3, regularization_is_relative: false, iterations: 9}}
      """
    ).resolved(iterations: 7)
    #expect(
      implicit.forward
        == SolverSettings(
          .broyden(Broyden(memory: 4, lineSearch: true)),
          stopping: StoppingCriteria(maximumIterations: 7, tolerance: 0.1, mode: .absolute)))
    let backward = SolverSettings(
      .anderson(Anderson(window: 3, mixing: 0.4, regularization: .absolute(1e-3))),
      stopping: StoppingCriteria(maximumIterations: 9))
    #expect(implicit.adjoint == .implicit(ImplicitAdjoint(solver: backward, lossPoint: .application)))
    let phantom = try adjoint("{name: phantom, steps: 2, damping: 0.6, solver: {returning: lowest-batch-residual}}")
      .resolved(iterations: 7)
    #expect(phantom.adjoint == .phantom(PhantomAdjoint(steps: 2, damping: 0.6)))
    #expect(phantom.forward.returning == .lowestBatchResidual)
    #expect(try adjoint("{name: unrolled, damping: 0.7}").resolved(iterations: 7).adjoint == .unrolled(steps: 7, damping: 0.7))
  }

  @Test(arguments: [
    "{name: unrolled, solver: {name: picard}}", "{name: phantom, backward: {name: picard}}", "{name: jacobian-free, steps: 2}",
    "{name: jacobian-free, loss_at: equilibrium}", "{name: implicit, solver: {name: picard, window: 3}}",
  ]) func `A key that the adjoint or its solver would not use is an error`(text: String) throws {
    #expect(try #require(throws: Failure.self) { _ = try adjoint(text) }.problem.contains("unknown key"))
  }

  @Test(arguments: SolverKind.allCases) func `A solver without settings has the defaults of the library`(kind: SolverKind) throws
  {
    let document = try ConfigurationDocument.parse("sweep: {solver: {name: \(kind.rawValue)}}", name: "a.yaml")
    let solver = try document.section("sweep").section("solver")
    #expect(try SolverSettings(reading: solver) == SolverSettings(kind.solver))
  }

  @Test func `Anderson's method combines five iterates unless told otherwise`() {
    #expect(Anderson().window == 5)
  }
}
