/// The exit codes of every executable, after sysexits.h where it has a meaning for them.
public enum ExitStatus: Int32, Sendable {
  case ok = 0
  /// Wrong command line or configuration.
  case usage = 64
  /// An input file or its content is wrong: truncated, wrong shape, NaN, another schema.
  case badData = 65
  /// An input file does not exist or cannot be opened.
  case missingInput = 66
  /// A defect of this program.
  case bug = 70
  /// The output cannot be created.
  case cannotCreate = 73
  /// Reading or writing failed half-way: disk full, device error.
  case io = 74
  /// Interrupted by a signal after writing a checkpoint: run again with `--resume`.
  case interrupted = 75
  /// A loss or a state became infinite or NaN.
  case diverged = 76
  /// A measured number is outside the band its pipeline file expects.
  case outsideBand = 77
}
