import Foundation
import HDF5
import Support

/// Kernels in files of other programs.
enum KernelFile {
  /// A kernel of an array `[..., rows, columns]`.
  ///
  /// - Parameters:
  ///   - path: an HDF5 file, or a NumPy file by its ending `.npy`.
  ///   - dataset: the array in an HDF5 file.
  ///   - index: its number, from 0; nil for the only one.
  ///   - key: where the number is to be set, for messages.
  static func read(_ path: String, dataset: String, index: Int?, key: String = "dataset.kernel.index") throws -> BlurKernel {
    let array = path.hasSuffix(".npy") ? try numpyArray(path) : try hdf5Array(path, dataset)
    let location = path.hasSuffix(".npy") ? path : "\(path):\(dataset)"
    guard array.shape.count >= 2, array.shape.allSatisfy({ $0 > 0 }) else {
      throw Failure(
        .badData, "expected an array of kernels, (number, rows, columns) or (rows, columns), found shape \(array.shape)",
        at: location, remedy: "store the kernels as one array")
    }
    let (rows, columns) = (array.shape[array.shape.count - 2], array.shape[array.shape.count - 1])
    let count = array.values.count / (rows * columns)
    guard let index = index ?? (count == 1 ? 0 : nil) else {
      throw Failure(
        .usage, "the file has \(count) kernels, and none is chosen", at: location,
        remedy: "name one by its number, 0 to \(count - 1): set \(key)")
    }
    guard index < count else {
      throw Failure(
        .usage, "expected the number of a kernel below \(count), found \(index)", at: location,
        remedy: "kernels are counted from 0: set \(key)")
    }
    let weights = Array(array.values[(index * rows * columns)..<((index + 1) * rows * columns)])
    return try BlurKernel(rows: rows, columns: columns, weights: weights, from: "\(location)[\(index)]")
  }

  private static func hdf5Array(_ path: String, _ dataset: String) throws -> (shape: [Int], values: [Double]) {
    try Failure.mapping {
      let array = try File.open(path).dataset(dataset)
      return (try array.shape, try array.read(Double.self))
    }
  }

  /// A file of numpy.save: a magic word, the length of a header, the header as a Python dictionary, the values.
  static func numpyArray(_ path: String) throws -> (shape: [Int], values: [Double]) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(.missingInput, "cannot read the file", at: path, remedy: "check the path and the permissions")
    }
    func wrong(_ problem: String, _ remedy: String = "write it again with numpy.save") -> Failure {
      Failure(.badData, problem, at: path, remedy: remedy)
    }
    let bytes = [UInt8](data)
    guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else { throw wrong("expected a NumPy file") }
    let isLong = bytes[6] >= 2
    let length = (0..<(isLong ? 4 : 2)).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let start = (isLong ? 12 : 10) + length
    guard start <= bytes.count else { throw wrong("the file ends in its header") }
    let header = String(decoding: bytes[(isLong ? 12 : 10)..<start], as: UTF8.self)
    guard let type = header.firstMatch(of: /'descr':\s*'([^']+)'/)?.1,
      let sizes = header.firstMatch(of: /'shape':\s*\(([^)]*)\)/)?.1
    else { throw wrong("expected a header with `descr` and `shape`, found \(header.prefix(100))") }
    guard !type.contains("O") else {
      throw wrong(
        "the file holds Python objects, as numpy.save writes kernels of different sizes",
        "save one of them alone: numpy.save('kernel.npy', numpy.load('\(path)', allow_pickle=True)[1].astype('f8'))")
    }
    guard !header.contains(/'fortran_order':\s*True/) else {
      throw wrong("expected rows one after the other, found Fortran order", "save numpy.ascontiguousarray of it")
    }
    let shape = sizes.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    let body = bytes[start...]
    let values: [Double]
    switch type {
    case "<f8": values = numbers(body, Double.self) { $0 }
    case "<f4": values = numbers(body, Float.self) { Double($0) }
    default: throw wrong("expected float64 or float32, little-endian, found \(type)", "save the array with .astype('<f8')")
    }
    guard values.count == shape.reduce(1, *), !values.isEmpty else {
      throw wrong("expected \(shape) numbers, found \(values.count)")
    }
    return (shape, values)
  }

  private static func numbers<Value: BitwiseCopyable>(
    _ bytes: ArraySlice<UInt8>, _: Value.Type, _ convert: (Value) -> Double
  ) -> [Double] {
    bytes.withUnsafeBytes { buffer in
      (0..<buffer.count / MemoryLayout<Value>.size).map {
        convert(buffer.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Value>.size, as: Value.self))
      }
    }
  }
}
