import CHDF5
import Foundation

/// A dataset of another file that makes up some rows of a virtual dataset.
public struct VirtualSource: Equatable, Sendable {
  /// Path of the file; a relative one starts at the folder of the virtual dataset's file.
  public var file: String
  /// Path of the dataset in it.
  public var dataset: String
  /// Shape of the dataset, `[S_i, ...]`.
  public var shape: [Int]

  public init(file: String, dataset: String, shape: [Int]) {
    self.file = file
    self.dataset = dataset
    self.shape = shape
  }
}

extension Group {
  /// Creates a dataset `[S, ...]` whose rows are those of the sources `[S_i, ...]`, one after the other. The values
  /// stay in the sources' files.
  public func createVirtualDataset(_ name: String, _ type: ElementType, sources: [VirtualSource]) throws -> Dataset {
    let site = site("create virtual dataset", child: name)
    return try use(site) { _ in
      let rest = Array(sources.first?.shape.dropFirst() ?? [])
      guard !sources.isEmpty, sources.allSatisfy({ !$0.shape.isEmpty && Array($0.shape.dropFirst()) == rest }) else {
        throw site.failure(
          .shapeMismatch, expected: "sources that agree in all dimensions but the first",
          found: "\(sources.map(\.shape))")
      }
      let properties = try site.check(H5Pcreate(chdf5_dataset_create_class()))
      defer { H5Pclose(properties) }
      try site.check(H5Pset_obj_track_times(properties, false))
      let shape = [sources.reduce(0) { $0 + $1.shape[0] }] + rest
      var row = 0
      for source in sources where !source.shape.contains(0) {
        let target = try Dataspace.make(shape: shape, site)
        defer { H5Sclose(target) }
        try Dataspace.select(
          target, shape: shape, start: [row] + rest.map { _ in 0 }, count: source.shape, site)
        let origin = try Dataspace.make(shape: source.shape, site)
        defer { H5Sclose(origin) }
        try site.check(H5Pset_virtual(properties, target, source.file, source.dataset, origin))
        row += source.shape[0]
      }
      let space = try Dataspace.make(shape: shape, site)
      defer { H5Sclose(space) }
      return try createDataset(name, type, space: space, properties: properties, site)
    }
  }

  /// Throws if a file that a virtual dataset takes its values from is missing: the library would read zeros instead.
  func requireVirtualSources(of dataset: hid_t, _ site: Site) throws {
    let properties = try site.check(H5Dget_create_plist(dataset))
    defer { H5Pclose(properties) }
    guard H5Pget_layout(properties) == H5D_VIRTUAL else { return }
    var count = 0
    try site.check(H5Pget_virtual_count(properties, &count))
    let folder = (filePath as NSString).deletingLastPathComponent
    for index in 0..<count {
      let file = try CString.read { try site.check(H5Pget_virtual_filename(properties, index, $0, $1)) }
      let beside = (folder as NSString).appendingPathComponent(file)
      guard file == "." || [file, beside].contains(where: FileManager.default.fileExists(atPath:)) else {
        throw site.failure(.missingObject, expected: "the source file \(file)", found: "no such file")
      }
    }
  }
}
