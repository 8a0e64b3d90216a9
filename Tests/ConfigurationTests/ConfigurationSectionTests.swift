import TestSupport
import Testing

@testable import Support

@Suite struct ConfigurationSectionTests {
  @Test func `An unknown key is an error that names the nearest valid one`() throws {
    let section = try dataset("variables: 5\nvaribles: 6")
    _ = try section.integer("variables", "n")
    _ = try section.integer("constraints", default: 1, "m")
    let failure = try thrownFailure { try section.finish() }
    #expect(failure.status == .usage)
    #expect(failure.location == "a.yaml:3")
    #expect(failure.problem == "dataset: unknown key `varibles`")
    #expect(failure.remedy == "did you mean `variables`? keys: variables, constraints")
  }

  @Test func `Of several unknown keys the first in the file is reported`() throws {
    let section = try dataset("zeta: 1\nalpha: 2")
    #expect(try thrownFailure { try section.finish() }.location == "a.yaml:2")
  }

  @Test func `Two readers of one section see each other's keys`() throws {
    let document = try document("training: {loss: 1, steps: 2}")
    _ = try document.section("training").integer("loss", "loss")
    let second = try document.section("training")
    #expect(throws: Failure.self) { try second.finish() }
    _ = try second.integer("steps", "steps")
    try second.finish()
  }

  @Test func `Sections that nobody opens are left alone`() throws {
    let document = try document("dataset: {n: 1}\nsweep: {whatever: 1}")
    _ = try document.section("dataset").integer("n", "count")
    try document.section("dataset").finish()
    try document.finish()
  }

  @Test func `A list of sections keeps its order and names the item in messages`() throws {
    let training = try document("training:\n  phases:\n    - steps: 3\n    - steps: many").section("training")
    let phases = try training.sections("phases", "phases of training")
    #expect(phases.map(\.path) == ["training.phases.0", "training.phases.1"])
    #expect(try phases[0].integer("steps", "steps") == 3)
    let failure = try thrownFailure { _ = try phases[1].integer("steps", "steps") }
    #expect(failure.location == "a.yaml:4")
    #expect(failure.problem.hasPrefix("training.phases.1.steps: expected integer"))
  }

  @Test func `A map of sections is ordered by name`() throws {
    let root = try document("models: {b: {x: 2}, a: {x: 1}}").root
    let models = try root.namedSections("models", "models by name")
    #expect(models.map(\.name) == ["a", "b"])
    #expect(try models.map { try $0.section.integer("x", "x") } == [1, 2])
  }

  @Test(arguments: [
    ("training: 3", "training: expected section, found the number 3"),
    ("training: [1]", "training: expected section, found a list of 1"),
    ("training:", "training: expected section, found nothing"),
    ("training: {phases: {}}", "training.phases: expected list of sections, at least 1, found an empty map"),
    ("training: {phases: []}", "training.phases: expected list of sections, at least 1, found a list of 0"),
    ("training: {}", "training.phases is missing"),
    ("training: {phases: [1]}", "training.phases.0: expected section, found the number 1"),
    ("training: {phases: [{}], named: [1]}", "training.named: expected map of sections, at least 1, found a list of 1"),
    ("training: {phases: [{}], named: {a: 1}}", "training.named.a: expected section, found the number 1"),
  ])
  func `A section of the wrong type is an error`(_ text: String, _ problem: String) throws {
    let document = try document(text)
    let failure = try thrownFailure {
      let section = try document.section("training")
      _ = try section.sections("phases", "phases")
      _ = try section.namedSections("named", "named")
    }
    #expect(failure.problem == problem)
    #expect(failure.status == .usage)
  }

  @Test func `An optional section is absent, null, or there`() throws {
    let document = try document("training: {a: null, b: {x: 1}}")
    let training = try document.section("training")
    #expect(try training.optionalSection("a") == nil)
    #expect(try training.optionalSection("c") == nil)
    #expect(try training.optionalSection("b")?.integer("x", "x") == 1)
    try training.finish()
  }

  @Test func `Only the keys of the chosen variant are known`() throws {
    let section = try dataset("solver: picard\nwindow: 5")
    let window = try section.variant("solver", default: Solver.anderson, "solver") { solver in
      solver == .anderson ? try section.integer("window", "window") : 0
    }
    #expect(window == 0)
    #expect(try thrownFailure { try section.finish() }.problem == "dataset: unknown key `window`")
  }
}
