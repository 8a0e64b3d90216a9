import Foundation
import Testing

@testable import Support

@Suite struct KeyedRandomTests {
  typealias Words = (UInt32, UInt32, UInt32, UInt32)

  /// The vectors of Random123's kat_vectors file for philox4x32 with 10 rounds.
  @Test func `Philox gives the published words`() {
    let ones = UInt32.max
    let vectors: [(counter: Words, key: (UInt32, UInt32), expected: Words)] = [
      ((0, 0, 0, 0), (0, 0), (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
      ((ones, ones, ones, ones), (ones, ones), (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
      (
        (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), (0xa409_3822, 0x299f_31d0),
        (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
      ),
    ]
    for vector in vectors { #expect(KeyedRandom.philox(counter: vector.counter, key: vector.key) == vector.expected) }
  }

  @Test func `Poisson counts have mean and variance of their rate, log-normal ones the mean and a larger variance`() {
    var random = KeyedRandom(seed: 3, stream: "counts")
    func moments(_ draw: () -> Int) -> (mean: Double, variance: Double) {
      let values = (0..<40_000).map { _ in Double(draw()) }
      let mean = values.reduce(0, +) / 40_000
      return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 40_000)
    }
    let plain = moments { random.poisson(mean: 6) }
    #expect(abs(plain.mean - 6) < 0.06 && abs(plain.variance - 6) < 0.25)
    // Var = m + m^2 (exp(s^2) - 1), s = 1/2: 6 + 36 * .284 = 16.2
    let wide = moments { random.logNormalPoisson(mean: 6, deviation: 0.5) }
    #expect(abs(wide.mean - 6) < 0.1 && abs(wide.variance - 16.2) < 1.2)
    #expect(random.poisson(mean: 0) == 0)
  }

  /// Guards files that exist: a change here makes every dataset another one.
  @Test func `The numbers of a key never change`() {
    var random = KeyedRandom(seed: 1, stream: "golden", index: 7)
    #expect((0..<3).map { _ in random.next() } == [10611711719299966761, 8749059054666248859, 5373734371027135149])
    #expect(random.uniform() == 0.6069443178540042)
    #expect((0..<4).map { _ in random.integer(below: 1000) } == [700, 641, 970, 487])
    #expect(random.normal() == 0.5776817314076249)
    #expect(random.permutation(6) == [5, 1, 3, 4, 0, 2])
    #expect(random.distinct(4, below: 10) == [0, 4, 6, 9])
  }

  @Test func `The same key gives the same numbers, whatever was drawn elsewhere`() {
    var first = KeyedRandom(seed: 3, stream: "a", index: 5)
    var other = KeyedRandom(seed: 3, stream: "a", index: 6)
    let expected = (0..<10).map { _ in first.next() }
    var second = KeyedRandom(seed: 3, stream: "a", index: 5)
    let found = (0..<10).map { _ in
      _ = other.normal()
      return second.next()
    }
    #expect(found == expected)
  }

  @Test func `Seed, stream and index each give other numbers`() {
    var heads = Set<UInt64>()
    var count = 0
    for seed in 0..<20 as Range<UInt64> {
      for stream in ["", "a", "b", "ab", "ba", "train/instances", "test/instances"] {
        for index in [0, 1, 2, 1 << 32, UInt64.max] {
          var random = KeyedRandom(seed: seed, stream: stream, index: index)
          heads.insert(random.next())
          count += 1
        }
      }
    }
    #expect(heads.count == count)
  }

  /// The correlation of n independent pairs has standard deviation 1 / sqrt n = 0.01; five of them leave no room for
  /// chance in fixed seeds.
  @Test func `Neighbouring streams, seeds and samples are uncorrelated`() {
    let n = 10_000
    func column(_ make: (Int) -> KeyedRandom) -> [Double] {
      (0..<n).map { i in
        var random = make(i)
        return random.uniform() - 0.5
      }
    }
    let reference = column { KeyedRandom(seed: 1, stream: "x", index: UInt64($0)) }
    let others = [
      column { KeyedRandom(seed: 1, stream: "y", index: UInt64($0)) },
      column { KeyedRandom(seed: 2, stream: "x", index: UInt64($0)) },
      column { KeyedRandom(seed: 1, stream: "x", index: UInt64($0) + 1) },
    ]
    for other in others {
      let correlation = zip(reference, other).reduce(0) { $0 + $1.0 * $1.1 } / Double(n) * 12
      #expect(abs(correlation) < 0.05)
    }
  }

  @Test func `Uniform numbers have the moments of the uniform distribution`() {
    var random = KeyedRandom(seed: 4, stream: "uniform")
    let values = random.uniforms(100_000, -1, 3)
    #expect(values.allSatisfy { $0 >= -1 && $0 < 3 })
    let mean = values.reduce(0, +) / 1e5
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5
    #expect(abs(mean - 1) < 0.02)  // standard error 0.0037
    #expect(abs(variance - 16 / 12.0) < 0.02)
  }

  @Test func `Normal numbers have the moments and the tail of the normal distribution`() {
    var random = KeyedRandom(seed: 5, stream: "normal")
    let n = 200_000.0
    let values = random.normals(Int(n), mean: 2, deviation: 3).map { ($0 - 2) / 3 }
    func moment(_ k: Int) -> Double { values.reduce(0) { $0 + pow($1, Double(k)) } / n }
    // Standard errors: 1, sqrt 2, sqrt 15, sqrt 96 over sqrt n.
    #expect(abs(moment(1)) < 5 / n.squareRoot())
    #expect(abs(moment(2) - 1) < 5 * 2.0.squareRoot() / n.squareRoot())
    #expect(abs(moment(3)) < 5 * 15.0.squareRoot() / n.squareRoot())
    #expect(abs(moment(4) - 3) < 5 * 96.0.squareRoot() / n.squareRoot())
    let beyondTwo = Double(values.count { abs($0) > 2 }) / n
    #expect(abs(beyondTwo - 0.0455) < 0.0025)
    // Consecutive numbers come in pairs from one draw, and must still be independent.
    let pairs = stride(from: 0, to: values.count, by: 2).reduce(0.0) { $0 + values[$1] * values[$1 + 1] } / (n / 2)
    #expect(abs(pairs) < 5 / (n / 2).squareRoot())
  }

  @Test func `The logarithm is that of the C library to the last bits`() {
    var random = KeyedRandom(seed: 6, stream: "logarithm")
    for x in random.uniforms(10_000) + [1, 0.5, 2, .leastNormalMagnitude, 0x1p-53, 1 - 0x1p-53] where x > 0 {
      let expected = log(x)
      #expect(abs(KeyedRandom.naturalLogarithm(x) - expected) <= 4 * expected.ulp, "\(x)")
    }
  }

  @Test func `Integers are uniform and inside their bound`() {
    for bound in [2, 3, 7, 10] {
      var random = KeyedRandom(seed: 7, stream: "integers")
      var counts = [Int](repeating: 0, count: bound)
      for _ in 0..<50_000 { counts[random.integer(below: bound)] += 1 }
      let expected = 50_000 / Double(bound)
      let chiSquare = counts.reduce(0) { $0 + pow(Double($1) - expected, 2) / expected }
      #expect(chiSquare < Double(bound) + 5 * (2 * Double(bound)).squareRoot())
    }
    var random = KeyedRandom(seed: 8, stream: "edges")
    #expect((0..<100).allSatisfy { _ in (0..<Int.max).contains(random.integer(below: .max)) })
    #expect([1, 0, -5].map { random.integer(below: $0) } == [0, 0, 0])
  }

  @Test func `Distinct integers are distinct, sorted, and every subset is as likely`() {
    var counts: [[Int]: Int] = [:]
    for index in 0..<20_000 as Range<UInt64> {
      var random = KeyedRandom(seed: 9, stream: "distinct", index: index)
      counts[random.distinct(2, below: 5), default: 0] += 1
    }
    #expect(counts.count == 10)
    #expect(counts.keys.allSatisfy { $0[0] < $0[1] && $0[0] >= 0 && $0[1] < 5 })
    #expect(counts.values.allSatisfy { abs($0 - 2000) < 220 })  // five standard deviations of 42
    var random = KeyedRandom(seed: 9, stream: "all")
    #expect(random.distinct(7, below: 4) == [0, 1, 2, 3])
    #expect(random.distinct(3, below: 0) == [])
  }

  @Test func `Every permutation is as likely`() {
    var counts: [[Int]: Int] = [:]
    for index in 0..<24_000 as Range<UInt64> {
      var random = KeyedRandom(seed: 10, stream: "permutation", index: index)
      counts[random.permutation(4), default: 0] += 1
    }
    #expect(counts.count == 24)
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 160 })  // five standard deviations of 31
  }

  @Test func `A direction has the given norm and no preferred axis`() {
    var sum = [0.0, 0.0, 0.0]
    for index in 0..<5_000 as Range<UInt64> {
      var random = KeyedRandom(seed: 11, stream: "direction", index: index)
      let vector = random.direction(3, norm: 1e-4)
      #expect(abs(vector.reduce(0) { $0 + $1 * $1 }.squareRoot() - 1e-4) < 1e-18)
      for axis in 0..<3 { sum[axis] += vector[axis] * 1e4 }
    }
    #expect(sum.allSatisfy { abs($0 / 5_000) < 0.045 })  // five standard errors of sqrt(1/3) / sqrt n
  }

  @Test func `Bernoulli hits its probability`() {
    var random = KeyedRandom(seed: 12, stream: "bernoulli")
    let hits = (0..<20_000).count { _ in random.bernoulli(0.3) }
    #expect(abs(hits - 6_000) < 325)  // five standard deviations of 65
  }

  @Test func `A uniform number is below the upper end, however close the ends are`() {
    let low = 1.0
    let high = low.nextUp
    var random = KeyedRandom(seed: 1, stream: "uniform")
    // Between neighbours every second number would be rounded up.
    for _ in 0..<100 { #expect(random.uniform(low, high) == low) }
    #expect(random.uniform(2, 2) == 2)
    var (first, second) = (KeyedRandom(seed: 2, stream: "uniform"), KeyedRandom(seed: 2, stream: "uniform"))
    for _ in 0..<100 { #expect(first.uniform(-3, 5) == -3 + 8 * second.uniform()) }
  }
}
