import HDF5
import Records
import StudyKit
import Support

/// The dataset files of deepinv (`deepinv.datasets.HDF5Dataset`): sharp images x and measurements y of each split, `[N, C, h, w]`
/// in float32, and the name of the operator. The kernel is not part of that layout; it is added under a name deepinv ignores.
enum DeepinvExport {
  static let format = DatasetExport("deepinv") { try write($0, to: $1) }

  static func write(_ reader: DatasetReader, to path: String) throws {
    try Failure.mapping {
      let atomic = try AtomicFile(creating: path)
      do {
        try atomic.file.setAttribute("operator", "BlurFFT")
        for (split, name) in [(Split.train, "train"), (.valid, "val"), (.test, "test")] where reader.splits.contains(split) {
          try write(reader, split, as: name, to: atomic.file)
        }
        let kernel = ["kernel_row", "kernel_column"].map { reader.layout.dimensions[$0] ?? 0 }
        try atomic.file.write(
          "kernel", reader.values("kernel", reader.splits[0], rows: [0], as: Double.self), shape: [1, 1] + kernel)
        try atomic.finish()
      } catch {
        atomic.cancel()
        throw error
      }
    }
  }

  private static func write(_ reader: DatasetReader, _ split: Split, as name: String, to file: File) throws {
    let count = try reader.count(of: split)
    let shape = ["channel", "row", "column"].map { reader.layout.dimensions[$0] ?? 0 }
    for (field, letter) in [("image", "x"), ("measurement", "y")] {
      let dataset = try file.createDataset("\(letter)_\(name)", Float.self, shape: [count] + shape)
      for row in 0..<count {
        try dataset.write(
          reader.values(field, split, rows: [row], as: Float.self), start: [row, 0, 0, 0], count: [1] + shape)
      }
    }
  }
}
