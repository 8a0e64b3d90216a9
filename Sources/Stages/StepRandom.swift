import Support
import Torch

/// The random numbers of one training step, each keyed by (seed, what it is for and for which chunk, step): so they are the same
/// whatever was drawn before, on whatever thread.
struct StepRandom: Sendable {
  let seed: UInt64
  let step: Int

  /// - Parameter purpose: `start`, or `symmetries/3` for the fourth chunk.
  func stream(_ purpose: String) -> KeyedRandom { KeyedRandom(seed: seed, stream: "train/\(purpose)", index: UInt64(step)) }

  /// Standard normal numbers in the shape of a state: the direction along which a penalty probes the Jacobian of a chunk.
  func probe(_ purpose: String, chunk: Int, like state: Tensor) throws -> Tensor {
    var random = stream("\(purpose)/\(chunk)")
    return try random.normals(like: state)
  }

  /// Of each sample of a chunk, for its random start.
  func starts(chunk: Int, count: Int) -> [KeyedRandom] {
    (0..<count).map { stream("start/\(chunk)/\($0)") }
  }
}

extension KeyedRandom {
  /// Independent standard normal numbers in the shape, type and place of a tensor.
  mutating func normals(like tensor: Tensor) throws -> Tensor {
    try Tensor(normals(tensor.count), shape: tensor.shape).to(type: tensor.type, device: tensor.device)
  }
}
