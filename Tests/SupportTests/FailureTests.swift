import Foundation
import Support
import TestSupport
import Testing

@Suite struct FailureTests {
  private struct Known: FailureConvertible { let failure = Failure(.badData, "known") }
  private struct Foreign: Error {}

  @Test func `Failures pass through, errors of the layers say what they mean, anything else is a bug`() {
    #expect(Failure(describing: Failure(.io, "disk")) == Failure(.io, "disk"))
    #expect(Failure(describing: Known()) == Failure(.badData, "known"))
    let bug = Failure(describing: Foreign())
    #expect(bug.status == .bug)
    #expect(bug.problem.hasPrefix("this is a bug: unexpected Foreign"))
  }

  @Test func `Foundation's file errors keep their meaning`() throws {
    try withFolder { (folder) throws in
      func status(_ body: () throws -> Void) throws -> Support.ExitStatus {
        Failure(describing: try #require(throws: (any Error).self) { try body() }).status
      }
      #expect(try status { _ = try String(contentsOfFile: folder + "/none", encoding: .utf8) } == .missingInput)
      #expect(try status { try "x".write(toFile: "/dev/full", atomically: false, encoding: .utf8) } == .io)
    }
  }
}
