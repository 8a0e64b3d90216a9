import ArgumentParser
@preconcurrency import Glibc  // stdout is a mutable global there
import Support

/// Runs a command as the whole process: parses the arguments, runs the body, and ends with the exit status of `ExitStatus`.
///
/// A `Failure`, or a `FailureConvertible`, is printed to standard error and ends with its status; a wrong
/// command line with 64; anything else is a bug, 70. `--help` and `--version` end with 0.
///
/// - Parameter arguments: without the executable; nil for those of the process.
public func runTool<Command: ParsableCommand>(_ command: Command.Type, arguments: [String]? = nil) -> Never {
  reportSizeLimitAsError()
  do {
    var parsed = try Command.parseAsRoot(arguments)
    try parsed.run()
    try flushResult()
  } catch {
    end(command, with: error)
  }
  exit(ExitStatus.ok.rawValue)
}

/// As above, for commands with an asynchronous body.
public func runTool<Command: AsyncParsableCommand>(_ command: Command.Type, arguments: [String]? = nil) async -> Never {
  reportSizeLimitAsError()
  do {
    var parsed = try Command.parseAsRoot(arguments)
    if var asynchronous = parsed as? any AsyncParsableCommand { try await asynchronous.run() } else { try parsed.run() }
    try flushResult()
  } catch {
    end(command, with: error)
  }
  exit(ExitStatus.ok.rawValue)
}

/// A write beyond the limit of file sizes (`ulimit -f`) shall fail like one to a full disk. The default is that the signal
/// kills the process, which leaves its unfinished file behind.
private func reportSizeLimitAsError() { signal(SIGXFSZ, SIG_IGN) }

/// A result that was not written is no success: the disk behind a redirected standard output may be full.
private func flushResult() throws {
  guard fflush(stdout) == 0, ferror(stdout) == 0 else {
    throw Failure(
      .io, "cannot write the result: \(String(cString: strerror(errno)))", at: "standard output",
      remedy: "free some space, or send the result somewhere else")
  }
}

private func end<Command: ParsableCommand>(_ command: Command.Type, with error: any Error) -> Never {
  Console.standardError.showLive("")
  // The parser knows its own errors: help and version (0), wrong usage (64), an explicit status. All others have status
  // 1 for it.
  let isParserError = !(error is Failure) && (error is ExitCode || Command.exitCode(for: error) != .failure)
  if isParserError { Command.exit(withError: error) }
  let failure = Failure(describing: error)
  fflush(stdout)
  let tool =
    Command.configuration.commandName ?? "implicit"
  Console.standardError.print("\(tool): \(failure)")
  exit(failure.status.rawValue)
}
