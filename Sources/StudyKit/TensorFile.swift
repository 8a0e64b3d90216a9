import HDF5
import Records
import Support
import Torch

/// Named tensors in a file, in float32 or float64.
extension ContentFile {
  /// Writes tensors below a group, one dataset for each name.
  package func write(_ tensors: [(name: String, tensor: Tensor)], under group: String) throws {
    for (name, tensor) in tensors {
      let path = "\(group)/\(name)"
      switch tensor.type {
      case .float32: try write(path, tensor.floats(), shape: tensor.shape)
      case .float64: try write(path, tensor.doubles(), shape: tensor.shape)
      default: throw Failure(.bug, "no way to store a tensor of \(tensor.type)", at: path)
      }
    }
  }
}

extension File {
  /// The tensors of the given names below a group.
  ///
  /// - Throws: `Failure` (bad data) when one is missing, is not expected, or has another shape.
  package func tensors(_ expected: [(name: String, shape: [Int])], under group: String) throws -> [Tensor] {
    try Failure.mapping {
      let present = try contains(group) ? self.group(group).children().map(\.name) : []
      let names = Set(expected.map(\.name))
      if let stranger = present.first(where: { !names.contains($0) }) {
        throw Failure(
          .badData, "unexpected array `\(stranger)`", at: "\(filePath):\(group)",
          remedy: "the file belongs to another model or architecture; this one has \(expected.count) arrays, "
            + "among them `\(expected.first?.name ?? "none")`")
      }
      return try expected.map { name, shape in
        let path = "\(group)/\(name)"
        guard present.contains(name) else {
          throw Failure(
            .badData, "the array `\(name)` of shape \(shape) is missing", at: "\(filePath):\(group)",
            remedy: "the file belongs to another model or architecture")
        }
        let dataset = try dataset(path)
        guard try dataset.shape == shape else {
          throw Failure(
            .badData, "expected shape \(shape), found \(try dataset.shape)", at: "\(filePath):\(path)",
            remedy: "the file belongs to a model of another size")
        }
        let values =
          try dataset.type == .float32
          ? Tensor(floats: dataset.read(Float.self), shape: shape) : Tensor(dataset.read(Double.self), shape: shape)
        guard try values.isFinite().all() else {
          throw Failure(
            .badData, "expected finite numbers, found NaN or infinite ones", at: "\(filePath):\(path)",
            remedy: "train the model or import its weights again")
        }
        return values
      }
    }
  }
}
