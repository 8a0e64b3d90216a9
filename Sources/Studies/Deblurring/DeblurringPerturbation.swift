import Foundation
import Records
import StudyKit
import Torch

/// A change of the sharp image by one frequency, measured: x + d, y + A d, with d the same in all channels. The published
/// perturbations of the imaging experiment (Liu et al., ICLR 2026).
struct DeblurringPerturbation: InputPerturbation {
  /// Which frequency: 0 for the lowest of the half-plane, 1 for the highest.
  let position: Double
  /// Real coefficient of the orthonormal transform.
  let amplitude: Double

  var name: String { "frequency \(position)" }
  var ratioMeaning: String { "restored image over measurement, both in pixel values from 0 to 1, as published" }

  /// The coefficient (u, v) of rank floor((N - 1) position) in the order of (u/h)^2 + (v/w)^2, where u counts from -h/2; those of
  /// equal distance are in the order of the array.
  static func coefficient(height: Int, width: Int, position: Double) -> (u: Int, v: Int) {
    let columns = width / 2 + 1
    func distance(_ index: Int) -> Int {
      let (u, v) = (index / columns, index % columns)
      let signed = u < (height + 1) / 2 ? u : u - height
      return signed * signed * width * width + v * v * height * height
    }
    let order = (0..<height * columns).map { (distance($0), $0) }.sorted { $0 < $1 }
    let index = order[Int(Double(height * columns - 1) * position)].1
    return (index / columns, index % columns)
  }

  /// d, `[1, 1, h, w]`.
  func change(height: Int, width: Int, options: TensorOptions) throws -> Tensor {
    let (u, v) = Self.coefficient(height: height, width: width, position: position)
    return try Self.wave(u: u, v: v, amplitude: amplitude, height: height, width: width, options: options)
  }

  static func wave(
    u: Int, v: Int, amplitude: Double, height: Int, width: Int, options: TensorOptions
  ) throws -> Tensor {
    let columns = width / 2 + 1
    var coefficients = [Double](repeating: 0, count: height * columns)
    // The inverse transform divides by h w, the orthonormal one by its root.
    coefficients[u * columns + v] = amplitude * Double(height * width).squareRoot()
    let spectrum = try Tensor(coefficients, shape: [1, 1, height, columns]).to(type: .complex128)
    return try spectrum.image(height: height, width: width).to(type: options.type, device: options.device)
  }

  func perturbed(
    _ reader: DatasetReader, _ split: Split, rows: [Int], seed: UInt64, options: TensorOptions
  ) throws -> PerturbedBatch<DeblurringBatch> {
    let batch = try DeblurringStudy.batch(reader, split, rows: rows, options: options)
    let change = try change(height: batch.blur.height, width: batch.blur.width, options: options)
    let (moved, distances) = try batch.moved(by: change)
    // A frequency that the blur removes leaves no change to divide by.
    let isSeen = distances.map { $0 > 1e-12 * amplitude }
    return PerturbedBatch(batch: moved, distances: zip(distances, isSeen).map { $1 ? $0 : 1 }, isSolved: isSeen)
  }
}
