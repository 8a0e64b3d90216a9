import HDF5

/// Gives every dimension of a file's datasets a dimension scale, after netCDF-4's rules, so that xarray, ncdump and Panoply open
/// each group, and the file as a tree, with named dimensions and coordinates.
///
/// A dimension is that of its name in the attribute `dims`. Its scale is, in this order:
///
/// - the coordinates of that name in the group of the dataset, or in a group above it (`/sample` and `/iteration` of a sweep
///   serve `/quality/psnr`);
/// - a pure dimension of that name, made in the group of the dataset: a name and a length without values.
///
/// Dimensions without a name of their own (`axis_0` of a weight) become pure dimensions of the root, `axis_0_of_64`, so that a
/// group of parameters holds nothing else. Where a name has another length already, the length is appended to it; where a
/// group has coordinates of a name that a group above has too, the dimension of the group is named after both
/// (`memory_iteration`), since in netCDF a dimension is seen in all groups below it.
struct DimensionScales {
  private let file: File
  /// The scales of each group, by the name of the dimension.
  private var scales: [String: [String: Scale]] = [:]

  private struct Scale {
    var dataset: Dataset
    var length: Int
  }

  /// One dataset, and what its dimensions are called.
  private struct Entry {
    var name: String
    var dataset: Dataset
    var shape: [Int]
    var dimensions: [String]
  }

  /// Attaches the scales. Nothing of what counts for the content hash changes.
  static func attach(to file: File, _ schema: FileSchema) throws {
    var scales = DimensionScales(file: file)
    var groups: [String: [Entry]] = [:]
    for child in try file.descendants() where child.kind == .dataset {
      groups[parent(of: child.path), default: []].append(try entry(child, in: file))
    }
    // What stands above comes first, since it serves what stands below.
    for (group, entries) in groups.sorted(by: { (depth(of: $0.key), $0.key) < (depth(of: $1.key), $1.key) }) {
      for entry in entries where schema.object(at: entry.dataset.path)?.isCoordinate ?? false {
        try scales.addCoordinates(entry, of: group)
      }
      for entry in entries {
        for axis in entry.shape.indices { try scales.attach(axis, of: entry, in: group) }
      }
    }
  }

  private static func entry(_ child: Group.Child, in file: File) throws -> Entry {
    let dataset = try file.dataset(child.path)
    let shape = try dataset.shape
    var names = try dataset.hasAttribute("dims") ? dataset.attributeArray("dims", as: String.self) : []
    if names.count != shape.count { names = shape.indices.map(FileSchema.unnamedDimension) }
    return Entry(name: child.name, dataset: dataset, shape: shape, dimensions: names)
  }

  private init(file: File) { self.file = file }

  private mutating func addCoordinates(_ entry: Entry, of group: String) throws {
    guard let name = entry.dimensions.first, entry.shape.count == 1 else { return }
    if group != "/", scale(of: name, in: Self.parent(of: group)) != nil {
      // A plain variable along a dimension that is named after the group.
      let last = group.split(separator: "/").last.map(String.init) ?? ""
      scales[group, default: [:]][name] = try makeDimension("\(last)_\(name)", length: entry.shape[0], in: group)
    } else {
      try entry.dataset.makeScale(name: entry.name)
      scales[group, default: [:]][name] = Scale(dataset: entry.dataset, length: entry.shape[0])
    }
  }

  private mutating func attach(_ axis: Int, of entry: Entry, in group: String) throws {
    let (name, length) = (entry.dimensions[axis], entry.shape[axis])
    let isUnnamed = name == FileSchema.unnamedDimension(axis)
    let scale =
      isUnnamed
      ? try dimension("\(name)_of_\(length)", length: length, in: "/") : try dimension(name, length: length, in: group)
    // The coordinates of a dimension are its scale themselves.
    if scale.dataset.path != entry.dataset.path { try entry.dataset.attachScale(scale.dataset, axis: axis) }
  }

  /// The scale of a dimension as a dataset of `group` sees it; made where there is none.
  private mutating func dimension(_ name: String, length: Int, in group: String) throws -> Scale {
    if let known = scale(of: name, in: group) {
      return known.length == length ? known : try dimension("\(name)_of_\(length)", length: length, in: group)
    }
    let made = try makeDimension(name, length: length, in: group)
    scales[group, default: [:]][name] = made
    return made
  }

  private func makeDimension(_ name: String, length: Int, in group: String) throws -> Scale {
    let parent = try group == "/" ? file : file.group(group)
    // Nothing else may have the name: a field `kernel` along a dimension `kernel`, for example.
    var free = name
    while try parent.contains(free) { free += "_dimension" }
    return Scale(dataset: try parent.createDimension(free, length: length), length: length)
  }

  /// The nearest scale of that name, from `group` upwards.
  private func scale(of name: String, in group: String) -> Scale? {
    if let found = scales[group]?[name] { return found }
    return group == "/" ? nil : scale(of: name, in: Self.parent(of: group))
  }

  /// The group that a path lies in.
  private static func parent(of path: String) -> String {
    "/" + path.split(separator: "/").dropLast().joined(separator: "/")
  }

  private static func depth(of group: String) -> Int { group.split(separator: "/").count }
}
