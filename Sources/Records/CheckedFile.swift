import HDF5
import Support

/// Reads datasets of a file that must have given shapes.
struct CheckedFile {
  private let file: File
  /// What to do about a file that does not fit itself.
  private let remedy: String

  init(_ file: File, remedy: String) { (self.file, self.remedy) = (file, remedy) }

  func contains(_ name: String) throws -> Bool { try file.contains(name) }

  /// Values of a dataset, row-major; of any shape if none is given.
  func numbers(_ name: String, shape: [Int]? = nil) throws -> [Double] { try values(name, shape) }
  func integers(_ name: String, shape: [Int]? = nil) throws -> [Int] { try values(name, shape, as: Int64.self).map { Int($0) } }
  func texts(_ name: String, shape: [Int]? = nil) throws -> [String] { try values(name, shape) }

  private func values<Value: Element>(_ name: String, _ shape: [Int]?, as: Value.Type = Value.self) throws -> [Value] {
    let dataset = try file.dataset(name)
    if let shape {
      let found = try dataset.shape
      guard found == shape else { throw problem("expected shape \(shape), found \(found)", at: name) }
    }
    return try dataset.read(Value.self)
  }

  /// Length of the first dimension; 0 for a scalar.
  func length(_ name: String) throws -> Int { try file.dataset(name).shape.first ?? 0 }

  /// The datasets of a group by name; none if there is no such group.
  func children(_ group: String) throws -> [(name: String, dataset: Dataset)] {
    guard try file.contains(group) else { return [] }
    return try file.group(group).children().filter { $0.kind == .dataset }
      .map { ($0.name, try file.dataset($0.path)) }.filter { try !$0.dataset.isPureDimension }
  }

  func problem(_ text: String, at name: String) -> Failure {
    Failure(.badData, text, at: "\(file.filePath):/\(name)", remedy: remedy)
  }
}
