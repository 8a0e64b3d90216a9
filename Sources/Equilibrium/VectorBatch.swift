/// A batch of vectors of the same length in plain arrays, shape `[B, n]`.
public struct VectorBatch: EquilibriumState, Equatable, Sendable {
  /// The samples, B rows of n numbers.
  public let rows: [[Double]]

  /// - Throws: `EquilibriumError.shapeMismatch` for rows of different lengths.
  public init(_ rows: [[Double]]) throws {
    for row in rows where row.count != rows[0].count {
      throw EquilibriumError.shapeMismatch(
        role: "a row of the batch", expected: [rows[0].count], found: [row.count])
    }
    self.rows = rows
  }

  private init(unchecked rows: [[Double]]) { self.rows = rows }

  /// `[B, n]`
  public var shape: [Int] { [rows.count, rows.first?.count ?? 0] }

  /// 2^-52
  public var machineEpsilon: Double { Double.ulpOfOne }

  /// Sums in float64, pair by pair.
  public static func innerProducts(_ pairs: [(Self, Self)]) throws -> [[Double]] {
    try pairs.map { left, right in
      try right.requireShape(left.shape, role: "the second factor of an inner product")
      return zip(left.rows, right.rows).map(dot)
    }
  }

  /// Sums in float64, from the first term on.
  public static func combination(_ terms: [(Coefficient, Self)]) throws -> Self {
    guard let first = terms.first?.1 else {
      throw EquilibriumError.countMismatch(role: "a linear combination", expected: 1, found: 0)
    }
    for (coefficient, state) in terms {
      try state.requireShape(first.shape, role: "a term of a linear combination")
      try coefficient.requireCount(first.sampleCount)
    }
    return Self(
      unchecked: first.rows.indices.map { sample in
        combine(terms.map { ($0.0.value(sample: sample), $0.1.rows[sample]) })
      })
  }

  /// Those samples come from the other one.
  public func replacing(samplesWhere mask: [Bool], with other: Self) throws -> Self {
    try other.requireShape(shape, role: "the replacement")
    try requireCount(of: mask, sampleCount)
    return Self(unchecked: rows.indices.map { mask[$0] ? other.rows[$0] : rows[$0] })
  }
}

/// One sample, shape `[1, n]`.
extension Array: EquilibriumState where Element == Double {
  /// `[1, n]`
  public var shape: [Int] { [1, count] }

  /// 2^-52
  public var machineEpsilon: Double { Double.ulpOfOne }

  /// Sums in float64, pair by pair.
  public static func innerProducts(_ pairs: [(Self, Self)]) throws -> [[Double]] {
    try pairs.map { left, right in
      try right.requireShape(left.shape, role: "the second factor of an inner product")
      return [dot(left, right)]
    }
  }

  /// Sums in float64, from the first term on.
  public static func combination(_ terms: [(Coefficient, Self)]) throws -> Self {
    guard let first = terms.first?.1 else {
      throw EquilibriumError.countMismatch(role: "a linear combination", expected: 1, found: 0)
    }
    for (coefficient, state) in terms {
      try state.requireShape(first.shape, role: "a term of a linear combination")
      try coefficient.requireCount(1)
    }
    return combine(terms.map { ($0.0.value(sample: 0), $0.1) })
  }

  /// Those samples come from the other one.
  public func replacing(samplesWhere mask: [Bool], with other: Self) throws -> Self {
    try other.requireShape(shape, role: "the replacement")
    try requireCount(of: mask, 1)
    return mask[0] ? other : self
  }
}

extension Coefficient {
  func requireCount(_ count: Int) throws {
    if case .perSample(let values) = self, values.count != count {
      throw EquilibriumError.countMismatch(role: "a per-sample coefficient", expected: count, found: values.count)
    }
  }
}

func requireCount(of mask: [Bool], _ count: Int) throws {
  guard mask.count == count else {
    throw EquilibriumError.countMismatch(role: "a sample mask", expected: count, found: mask.count)
  }
}

private func dot(_ left: [Double], _ right: [Double]) -> Double {
  var sum = 0.0
  for index in left.indices { sum += left[index] * right[index] }
  return sum
}

private func combine(_ terms: [(Double, [Double])]) -> [Double] {
  var result = terms[0].1.map { terms[0].0 * $0 }
  for (factor, vector) in terms.dropFirst() {
    for index in result.indices { result[index] += factor * vector[index] }
  }
  return result
}
