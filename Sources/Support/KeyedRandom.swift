import Foundation

/// Counter-based random numbers keyed by (seed, stream, index).
///
///     var random = KeyedRandom(seed: 1, stream: "train/instances", index: 17)
///     let (x, noise) = (random.uniform(-1, 1), random.normal(deviation: 0.1))
///
/// Two generators with the same key give the same numbers whatever was drawn before, on whatever thread, in whatever
/// shard: every sample owns the generator of its index. The engine is Philox4x32-10 (Salmon, Moraes, Dror, Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3", SC 2011), which passes BigCrush. The 128-bit counter holds the index
/// (64 bits) and the block number (64 bits); the 64-bit key mixes the seed with the name of the stream.
public struct KeyedRandom: RandomNumberGenerator, Sendable {
  private let key: (UInt32, UInt32)
  private let index: UInt64
  private var block: UInt64 = 0
  private var buffer: (UInt64, UInt64) = (0, 0)
  private var buffered = 0
  private var spareNormal: Double?

  /// - Parameters:
  ///   - seed: the experiment's seed.
  ///   - stream: what the numbers are for, for example `"train/instances"`; streams are independent.
  ///   - index: the sample, or the step, that owns the numbers.
  public init(seed: UInt64, stream: String, index: UInt64 = 0) {
    // FNV-1a over the stream's UTF-8, started from the mixed seed, and mixed again so that close seeds differ in every
    // bit.
    var hash = Self.mixed(seed ^ 0xcbf2_9ce4_8422_2325)
    for byte in stream.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    hash = Self.mixed(hash)
    key = (UInt32(truncatingIfNeeded: hash), UInt32(truncatingIfNeeded: hash >> 32))
    self.index = index
  }

  /// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// One Philox4x32-10 block: ten rounds on the counter under the key.
  static func philox(
    counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var c = counter
    var k = key
    for _ in 0..<10 {
      let p0 = UInt64(0xd251_1f53) * UInt64(c.0)
      let p1 = UInt64(0xcd9e_8d57) * UInt64(c.2)
      c = (
        UInt32(truncatingIfNeeded: p1 >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: p0)
      )
      k = (k.0 &+ 0x9e37_79b9, k.1 &+ 0xbb67_ae85)
    }
    return c
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    if buffered == 0 {
      let words = Self.philox(
        counter: (
          UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
          UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32)
        ), key: key)
      buffer = (UInt64(words.0) | UInt64(words.1) << 32, UInt64(words.2) | UInt64(words.3) << 32)
      block &+= 1
      buffered = 2
    }
    buffered -= 1
    return buffered == 1 ? buffer.0 : buffer.1
  }

  /// Uniform in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Uniform in [low, high); `low` if both are equal.
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    let value = low + (high - low) * uniform()
    // Rounding may reach the upper end.
    return value >= high && low < high ? high.nextDown : value
  }

  /// Uniform integer in 0 ..< bound, without bias; 0 if `bound` is 1 or less.
  ///
  /// Lemire, "Fast random integer generation in an interval", ACM TOMACS 2019: the high word of a 128-bit product, and
  /// a new draw while the low word is among the 2^64 mod bound values that would make some results likelier.
  public mutating func integer(below bound: Int) -> Int {
    guard bound > 1 else { return 0 }
    let bound = UInt64(bound)
    let rejected = (0 &- bound) % bound
    while true {
      let product = next().multipliedFullWidth(by: bound)
      if product.low >= rejected { return Int(product.high) }
    }
  }

  /// Normal with the given mean and standard deviation, by Marsaglia's polar method (SIAM Review 6, 1964).
  ///
  /// Only operations that IEEE 754 rounds exactly are used, so that every machine gets the same bits; the sine and
  /// logarithm of the C library differ between processors with and without fused multiply-add.
  public mutating func normal(mean: Double = 0, deviation: Double = 1) -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return mean + deviation * spare
    }
    while true {
      let u = uniform(-1, 1)
      let v = uniform(-1, 1)
      let s = u * u + v * v
      if s > 0 && s < 1 {
        let factor = (-2 * Self.naturalLogarithm(s) / s).squareRoot()
        spareNormal = factor * v
        return mean + deviation * (factor * u)
      }
    }
  }

  /// log(x) for finite x > 0: with x = m 2^e and m in [1/sqrt 2, sqrt 2), e log 2 + 2 artanh((m - 1) / (m + 1)), the
  /// second by its series, whose first omitted term is below 2 / 25 * 0.1716^25 = 6e-21.
  static func naturalLogarithm(_ x: Double) -> Double {
    var exponent = Double(x.exponent)
    var significand = x.significand
    if significand > 2.0.squareRoot() {
      significand /= 2
      exponent += 1
    }
    let t = (significand - 1) / (significand + 1)
    let square = t * t
    var sum = 0.0
    for odd in stride(from: 23.0, through: 1, by: -2) { sum = sum * square + 1 / odd }
    return exponent * 0x1.62e42fefa39efp-1 + 2 * t * sum
  }

  /// `count` distinct integers of 0 ..< bound, each subset equally likely, in ascending order (Floyd's algorithm); all
  /// of them if there are fewer than `count`.
  public mutating func distinct(_ count: Int, below bound: Int) -> [Int] {
    var chosen = Set<Int>()
    for upper in max(0, bound - count)..<max(0, bound) {
      let candidate = integer(below: upper + 1)
      if !chosen.insert(candidate).inserted { chosen.insert(upper) }
    }
    return chosen.sorted()
  }

  /// A uniformly random order of 0 ..< count (Fisher-Yates, from the end to the start).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<max(0, count))
    for last in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(last, integer(below: last + 1)) }
    return order
  }
}

// MARK: Counts

extension KeyedRandom {
  /// A Poisson number of the given mean: how many events of a unit rate fall into an interval of that length.
  public mutating func poisson(mean: Double) -> Int {
    var (count, sum) = (0, 0.0)
    while true {
      // 1 - u is above 0, and as uniform as u.
      sum -= Self.naturalLogarithm(1 - uniform())
      if sum > mean { return count }
      count += 1
    }
  }

  /// A Poisson number whose mean is exp(tau), tau normal of mean log(mean) - deviation^2 / 2 and this deviation; so its own mean is `mean`.
  public mutating func logNormalPoisson(mean: Double, deviation: Double) -> Int {
    poisson(mean: mean * exp(normal(mean: -deviation * deviation / 2, deviation: deviation)))
  }
}

// MARK: Arrays

extension KeyedRandom {
  /// `count` independent numbers, uniform in [low, high).
  public mutating func uniforms(_ count: Int, _ low: Double = 0, _ high: Double = 1) -> [Double] {
    (0..<count).map { _ in uniform(low, high) }
  }

  /// `count` independent normal numbers.
  public mutating func normals(_ count: Int, mean: Double = 0, deviation: Double = 1) -> [Double] {
    (0..<count).map { _ in normal(mean: mean, deviation: deviation) }
  }

  /// A vector of the given Euclidean norm whose direction is uniform on the sphere.
  public mutating func direction(_ count: Int, norm: Double = 1) -> [Double] {
    let (vector, length) = isotropic(count)
    return vector.map { $0 / length * norm }
  }

  /// A vector whose direction is uniform on the sphere, and its Euclidean length, which is not 0 unless `count` is.
  package mutating func isotropic(_ count: Int) -> (vector: [Double], length: Double) {
    while true {
      let vector = normals(count)
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      // Zero has probability zero, but no direction.
      if length > 0 || count == 0 { return (vector, length) }
    }
  }

  /// True with the given probability.
  public mutating func bernoulli(_ probability: Double) -> Bool { uniform() < probability }
}
