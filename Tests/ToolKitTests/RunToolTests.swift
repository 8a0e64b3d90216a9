import ArgumentParser
import Foundation
import Support
import Testing

@testable import ToolKit

struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "sample", version: "1.2.3")
  struct Unforeseen: Error {}
  enum Outcome: String, ExpressibleByArgument { case succeed, fail, bug, code, invalid }

  @Argument var outcome: Outcome
  @OptionGroup var options: RunOptions

  func run() throws {
    try options.start()
    switch outcome {
    case .succeed: print("result")
    case .fail: throw Failure(.badData, "expected 3, found 4", at: "a.h5:/x", remedy: "draw it again")
    case .bug: throw Unforeseen()
    case .code: throw ExitCode(77)
    case .invalid: throw ValidationError("not so")
    }
  }
}

struct Asynchronous: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "asynchronous", subcommands: [Sample.self, Inner.self])
  struct Inner: AsyncParsableCommand {
    func run() async throws {
      await Task.yield()
      throw Failure(.missingInput, "later")
    }
  }
}

/// Each ends its process, so each runs in one of its own.
@Suite struct RunToolTests {
  @Test func `Success prints the result on standard output only`() async throws {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent, \.standardErrorContent]
    ) {
      runTool(Sample.self, arguments: ["succeed"])
    }
    #expect(contains(result?.standardOutputContent, "result\n"))
    #expect(!contains(result?.standardErrorContent, "result"))
  }

  @Test func `A failure is printed with its place and remedy and ends with its status`() async throws {
    let result = await #expect(processExitsWith: .exitCode(65), observing: [\.standardErrorContent]) {
      runTool(Sample.self, arguments: ["fail"])
    }
    #expect(contains(result?.standardErrorContent, "sample: a.h5:/x: expected 3, found 4\n  -> draw it again\n"))
  }

  @Test func `An unforeseen error is a bug`() async throws {
    let result = await #expect(processExitsWith: .exitCode(70), observing: [\.standardErrorContent]) {
      runTool(Sample.self, arguments: ["bug"])
    }
    #expect(contains(result?.standardErrorContent, "sample: this is a bug: unexpected Unforeseen"))
  }

  @Test func `Wrong usage ends with 64`() async {
    await #expect(processExitsWith: .exitCode(64)) { runTool(Sample.self, arguments: ["nonsense"]) }
    await #expect(processExitsWith: .exitCode(64)) { runTool(Sample.self, arguments: ["succeed", "--unknown"]) }
    await #expect(processExitsWith: .exitCode(64)) { runTool(Sample.self, arguments: ["succeed", "--threads", "0"]) }
    await #expect(processExitsWith: .exitCode(64)) { runTool(Sample.self, arguments: ["invalid"]) }
  }

  @Test func `Help and version succeed, an explicit status stays`() async {
    await #expect(processExitsWith: .exitCode(0)) { runTool(Sample.self, arguments: ["--help"]) }
    await #expect(processExitsWith: .exitCode(0)) { runTool(Sample.self, arguments: ["--version"]) }
    await #expect(processExitsWith: .exitCode(77)) { runTool(Sample.self, arguments: ["code"]) }
  }

  @Test func `A result that cannot be written is no success`() async {
    await #expect(processExitsWith: .exitCode(74)) {
      let full = open("/dev/full", O_WRONLY)
      dup2(full, STDOUT_FILENO)
      runTool(Sample.self, arguments: ["succeed"])
    }
  }

  @Test func `Asynchronous and plain subcommands run alike`() async {
    await #expect(processExitsWith: .exitCode(66)) { await runTool(Asynchronous.self, arguments: ["inner"]) }
    await #expect(processExitsWith: .exitCode(65)) { await runTool(Asynchronous.self, arguments: ["sample", "fail"]) }
  }

  private func contains(_ bytes: [UInt8]?, _ text: String) -> Bool {
    String(decoding: bytes ?? [], as: UTF8.self).contains(text)
  }
}
