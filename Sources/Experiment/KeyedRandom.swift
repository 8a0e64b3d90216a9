import Foundation

/// Counter-based random numbers keyed by (seed, stream, index).
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
    // FNV-1a over the stream's UTF-8, started from the mixed seed, and mixed again so that close seeds differ in every bit.
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

  /// Uniform in [low, high).
  public mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

  /// Uniform integer in 0 ..< bound, without bias (Lemire 2019).
  public mutating func integer(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// Normal with the given mean and standard deviation, by the Box-Muller transform.
  public mutating func normal(mean: Double = 0, deviation: Double = 1) -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return mean + deviation * spare
    }
    let radius = (-2 * log(1 - uniform())).squareRoot()  // 1 - uniform() lies in (0, 1]
    let angle = 2 * Double.pi * uniform()
    spareNormal = radius * sin(angle)
    return mean + deviation * radius * cos(angle)
  }

  /// `count` distinct integers of 0 ..< bound, each subset equally likely, in ascending order (Floyd's algorithm).
  public mutating func distinct(_ count: Int, below bound: Int) -> [Int] {
    var chosen = Set<Int>()
    for upper in (bound - count)..<bound {
      let candidate = integer(below: upper + 1)
      if !chosen.insert(candidate).inserted { chosen.insert(upper) }
    }
    return chosen.sorted()
  }

  /// A uniformly random order of 0 ..< count (Fisher-Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    order.shuffle(using: &self)
    return order
  }
}
