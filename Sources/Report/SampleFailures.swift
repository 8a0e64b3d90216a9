import Records

/// How many of the samples of some sweeps failed, and how. A failed sample is in no mean.
public struct SampleFailures: Equatable, Sendable {
  /// All samples, of all sweeps.
  public var samples: Int
  /// Samples whose residual grew beyond the threshold of divergence, all their numbers finite.
  public var diverged: Int
  /// Samples that met a value that is not finite.
  public var nonFinite: Int

  /// Samples that failed.
  public var count: Int { diverged + nonFinite }

  /// Counts over sweeps.
  init(_ sweeps: [SweepRecord]) {
    let failed = sweeps.map { sweep in sweep.hasFailed.indices.filter { sweep.hasFailed[$0] }.map { sweep.statuses?[$0] } }
    samples = sweeps.map(\.error.samples).reduce(0, +)
    diverged = failed.joined().count { $0 == .diverged }
    nonFinite = failed.joined().count { $0 != .diverged }
  }

  /// In words: `3 of 80 samples failed (2 diverged, 1 met values that are not finite)`.
  var text: String {
    let kinds = [(diverged, "diverged"), (nonFinite, "met values that are not finite")].filter { $0.0 > 0 }
    return "\(count) of \(samples) samples failed (\(kinds.map { "\($0) \($1)" }.joined(separator: ", ")))"
  }
}

extension SweepRecord {
  /// Whether each sample has failed, `[S]`: its iteration diverged or met a value that is not finite, or an error of it is not
  /// finite, as an explicit network's may be.
  var hasFailed: [Bool] {
    (0..<error.samples).map { sample in
      statuses?[sample].hasFailed == true || !error.row(sample).allSatisfy(\.isFinite)
    }
  }
}
