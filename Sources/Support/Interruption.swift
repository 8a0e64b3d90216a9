import Foundation
import Synchronization

/// A request to stop soon, from the user (Ctrl-C) or the batch system: long loops ask between steps, finish the step,
/// write a checkpoint, and leave with exit status 75.
///
/// SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2 raise the flag (Slurm's `--signal` sends one of the last two before the
/// time limit). A second SIGINT ends the process at once. A signal that was ignored when the process started, as under
/// nohup, stays ignored.
public enum Interruption {
  /// The signals that count as a request.
  public static let signals: [Int32] = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2]

  /// 0, or the number of the first signal. The handler does nothing but an atomic exchange, which is async-signal-safe.
  private static let received = Atomic<Int32>(0)

  /// Starts to listen. To be called once, early.
  public static func install() {
    // The first access initialises the flag; it must not happen inside the handler.
    _ = received.load(ordering: .sequentiallyConsistent)
    for number in signals {
      var previous = sigaction()
      sigaction(number, nil, &previous)
      guard !isIgnored(previous) else { continue }
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { Interruption.note($0) }
      // Interrupted reads and writes of other libraries go on by themselves.
      action.sa_flags = Int32(SA_RESTART)
      sigaction(number, &action, nil)
    }
  }

  /// Whether a stop was requested.
  public static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// Whether the stop was requested by a signal that a batch system sends before a time limit: one that wants the work to go on
  /// later, while SIGTERM wants it to end.
  public static var isTimeLimit: Bool { [SIGUSR1, SIGUSR2].contains(received.load(ordering: .relaxed)) }

  /// The signal that requested the stop, for messages: `SIGTERM`.
  public static var signalName: String? {
    switch received.load(ordering: .relaxed) {
    case 0: nil
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    case SIGHUP: "SIGHUP"
    case SIGUSR1: "SIGUSR1"
    case SIGUSR2: "SIGUSR2"
    case let number: "signal \(number)"
    }
  }

  /// Requests a stop from inside the process.
  public static func request(signal number: Int32 = SIGTERM) { note(number) }

  /// Forgets the request.
  public static func reset() { received.store(0, ordering: .sequentiallyConsistent) }

  /// What a loop throws after its checkpoint is written.
  public static func failure(_ state: String, remedy: String) -> Failure {
    Failure(.interrupted, "interrupted by \(signalName ?? "request"): \(state)", remedy: remedy)
  }

  private static func note(_ number: Int32) {
    let before = received.compareExchange(expected: 0, desired: number, ordering: .sequentiallyConsistent)
    if !before.exchanged && number == SIGINT {
      signal(SIGINT, SIG_DFL)
      kill(getpid(), SIGINT)
    }
  }

  /// `SIG_IGN` is the address 1, which Swift does not import as a comparable value.
  private static func isIgnored(_ action: sigaction) -> Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}
