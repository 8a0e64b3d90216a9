/// Which label goes with which sweep on the command line of implicit-aggregate.
public enum SweepLabels {
  /// Reads `a.h5 --label "64 iterations" b.h5 c.h5 --label "128 iterations"`: a label is that of the sweeps before it, up to the label
  /// before that.
  ///
  /// - Parameters:
  ///   - arguments: the whole command line.
  ///   - sweeps: those of them that are sweeps.
  /// - Returns: labels by sweep; a sweep without a label behind it has none.
  public static func read(_ arguments: [String], sweeps: [String]) -> [String: String] {
    let sweeps = Set(sweeps)
    var labels: [String: String] = [:]
    var waiting: [String] = []
    var arguments = arguments[...]
    while let argument = arguments.popFirst() {
      var label: String?
      if argument == "--label" {
        label = arguments.popFirst()
      } else if argument.hasPrefix("--label=") {
        label = String(argument.dropFirst("--label=".count))
      } else if sweeps.contains(argument) {
        waiting.append(argument)
      }
      guard let label else { continue }
      for sweep in waiting { labels[sweep] = label }
      waiting = []
    }
    return labels
  }
}
