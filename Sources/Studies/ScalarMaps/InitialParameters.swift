import StudyKit
import Torch

/// Weights and biases on the scale of the input, which lies within a few units of 0. Biases that are not given stay 0.
struct InitialParameters {
  let seed: UInt64

  func orthogonal(_ shape: [Int], gain: Double = 1, _ name: String) throws -> Tensor {
    try Initialization.orthogonal(shape, gain: gain, seed: seed, name: name).to(type: .float32)
  }

  func uniform(_ shape: [Int], _ name: String) throws -> Tensor {
    try Initialization.uniform(shape, bound: 1, seed: seed, name: name).to(type: .float32)
  }
}
