import Configuration
import Support
import Testing

@Suite struct ConfigurationRequirementTests {
  @Test func `A condition between keys that does not hold is the failure it stands for`() throws {
    let section = try dataset("least: 3")
    try section.require(true, Failure(.bug, "never"))
    #expect(throws: Failure(.usage, "least > most")) { try section.require(false, Failure(.usage, "least > most")) }
    #expect(throws: Failure(.usage, "no")) { try section.check { throw Failure(.usage, "no") } }
  }

  @Test func `A value that is there twice is named, with its key and line`() throws {
    let section = try dataset("norms: [1, 2, 1]")
    try section.requireUnique([1, 2, 3], "norms")
    let failure = try #require(throws: Failure.self) { try section.requireUnique([1, 2, 1], "norms") }
    #expect(failure.problem == "dataset.norms: expected different values, found 1 twice")
    #expect(failure.status == .usage && failure.location == section.location)
  }

  @Test func `A refused key is unknown, at its line and with the reason`() throws {
    let section = try dataset("size: 3\niterations: 5")
    try section.refuse("steps", remedy: "never")
    let failure = try #require(throws: Failure.self) { try section.refuse("iterations", remedy: "the phase has them") }
    #expect(failure.problem == "dataset: unknown key `iterations`")
    #expect(failure.location == "a.yaml:3" && failure.remedy == "the phase has them")
  }

  @Test func `Nothing is checked while keys are described, since there are no values`() throws {
    let section = try ConfigurationDocument.describing().section("dataset")
    try section.require(false, Failure(.bug, "never"))
    try section.check { throw Failure(.bug, "never") }
    try section.requireUnique([1, 1], "norms")
  }
}
