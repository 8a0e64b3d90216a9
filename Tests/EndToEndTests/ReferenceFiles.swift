import Foundation
import HDF5

/// What the reference implementation left, turned into what a user of it would bring: weights as safetensors, and a dataset
/// that another program wrote after data/FORMAT.md.
struct ReferenceFiles {
  let file: File

  /// - Parameter kind: `implicit` or `explicit`.
  init(_ kind: String) throws { file = try File.open(Self.path(kind)) }

  static func path(_ kind: String) -> String { "\(Executables.repository)/Tests/Fixtures/lp_\(kind)_gnn.h5" }

  /// Writes the parameters of the network of this width: the length of the header, the header in JSON, the values.
  func writeWeights(width: Int, to path: String) throws {
    var header: [String: Any] = [:]
    var values = Data()
    for child in try file.group("emb\(width)/params").children() {
      let dataset = try file.dataset(child.path)
      let start = values.count
      try dataset.read(Float.self).withUnsafeBytes { values.append(contentsOf: $0) }
      header[child.name] = ["dtype": "F32", "shape": try dataset.shape, "data_offsets": [start, values.count]]
    }
    let json = try JSONSerialization.data(withJSONObject: header)
    var content = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
    content += json + values
    try content.write(to: URL(filePath: path))
  }

  /// Writes the instances as a program would that knows only the page: bare values, no chunks, filters, scales or hash.
  func writeDataset(to path: String) throws {
    let dataset = try File.create(path)
    try dataset.setAttribute("schema", "implicit-h5/dataset")
    try dataset.setAttribute("schema_version", [Int64(1), 0])
    try dataset.setAttribute("case_study", "linear-programs")
    try dataset.setAttribute("title", "Reference instances")
    for name in ["c", "b", "lower", "upper", "edge_value", "solution"] {
      try write(name, file.dataset("instances/\(name)").read(Double.self), to: dataset)
    }
    try write("is_equality", file.dataset("instances/is_equality").read(Int64.self), to: dataset)
    let edges = try file.dataset("instances/edge_index").read(Int64.self)
    try write("edge_constraint", edges.indices.filter { $0 % 2 == 0 }.map { edges[$0] }, to: dataset)
    try write("edge_variable", edges.indices.filter { $0 % 2 == 1 }.map { edges[$0] }, to: dataset)
    try dataset.setAttribute("complete", Int64(1))
    try dataset.close()
  }

  private func write<T: Element>(_ name: String, _ values: [T], to dataset: File) throws {
    let samples = try file.dataset("instances/c").shape[0]
    for split in ["train", "test"] {
      try dataset.write("\(split)/\(name)", values, shape: [samples, values.count / samples], storage: .contiguous)
    }
  }

  /// The same in Python: the arguments are the fixture and the dataset to write.
  static let datasetProgram = """
    import sys
    import h5py

    with h5py.File(sys.argv[1]) as source, h5py.File(sys.argv[2], "w") as file:
        file.attrs["schema"] = "implicit-h5/dataset"
        file.attrs["schema_version"] = [1, 0]
        file.attrs["case_study"] = "linear-programs"
        file.attrs["title"] = "Reference instances"
        group = file.create_group("test")
        instances = source["instances"]
        for name in ["c", "b", "lower", "upper", "edge_value", "solution"]:
            group[name] = instances[name][()]
        group["is_equality"] = instances["is_equality"][()].astype("u1")
        group["edge_constraint"] = instances["edge_index"][:, :, 0]
        group["edge_variable"] = instances["edge_index"][:, :, 1]
        file.attrs["complete"] = 1
    """
}
