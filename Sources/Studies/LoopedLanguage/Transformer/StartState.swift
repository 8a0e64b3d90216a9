import Support
import Torch

/// s_0 of the loop: zero, or random numbers that depend on the seed, the sample and the position only, so that they are the same
/// whatever was computed before, in whatever batch.
struct StartState: Sendable {
  var seed: UInt64
  /// Standard deviation of a normal cut at three of them, times the scale of the embedding; 0 for zeros.
  var deviation: Double
  var scale: Double

  init(_ sizes: TransformerSizes, seed: UInt64) {
    self.seed = seed
    deviation = sizes.startDeviation
    scale = sizes.embeddingScale
  }

  /// `[B, T, C]` for positions `start ..< start + count` of the given samples.
  func callAsFunction(
    samples: [Int], from start: Int, count: Int, width: Int, type: DType, device: Device
  ) throws -> Tensor {
    let shape = [samples.count, count, width]
    if deviation == 0 { return try .zeros(shape, type: type, device: device) }
    var values: [Float] = []
    values.reserveCapacity(samples.count * count * width)
    for sample in samples {
      for position in start..<(start + count) {
        var random = KeyedRandom(seed: seed, stream: "looped-language/start/\(position)", index: UInt64(sample))
        for _ in 0..<width {
          var draw = random.normal()
          while abs(draw) > 3 { draw = random.normal() }
          values.append(Float(draw * deviation * scale))
        }
      }
    }
    return try Tensor(floats: values, shape: shape, type: type, device: device)
  }
}
