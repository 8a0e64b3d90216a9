/// max |a - b|; infinite for different counts.
public func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}

/// max |a - b| / max |b|; without the division where b is 0.
public func relativeDifference(_ a: [Double], _ b: [Double]) -> Double {
  let scale = b.map(abs).max() ?? 0
  return largestDifference(a, b) / (scale > 0 ? scale : 1)
}

/// The gradient of a function of n numbers by central differences, entry by entry.
///
/// The error is of the order of step^2 by truncation and of epsilon / step by rounding.
public func centralDifferences(
  of function: ([Double]) throws -> Double, at x: [Double], step: Double = 1e-6
) rethrows -> [Double] {
  try x.indices.map { entry in
    func shifted(_ delta: Double) throws -> Double {
      var moved = x
      moved[entry] += delta
      return try function(moved)
    }
    return try (shifted(step) - shifted(-step)) / (2 * step)
  }
}
