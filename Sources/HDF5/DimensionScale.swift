import CHDF5

/// Dimension scales: datasets that stand for a dimension of other datasets, as netCDF-4 uses them.
///
/// A scale with values holds the coordinates of the dimension. A scale without values, a pure dimension, gives it a name only.
/// The name of the dimension is that of the dataset in its group.
extension Dataset {
  /// How the attribute `NAME` of a pure dimension starts, by netCDF-4's rules. The length follows in ten places.
  fileprivate static let pureDimensionName = "This is a netCDF dimension but not a netCDF variable."

  /// Makes this dataset a dimension scale with the given name.
  public func makeScale(name: String) throws {
    let call = call("make a dimension scale of")
    try use(call) { dataset in try session.writing { _ = try call.check(H5DSset_scale(dataset, name)) } }
  }

  /// Whether this dataset is a dimension scale, with or without values.
  public var isScale: Bool {
    get throws {
      let call = call("look for a dimension scale in", fallback: .corrupt)
      return try use(call) { try call.check(H5DSis_scale($0)) > 0 }
    }
  }

  /// Whether this dataset is a scale without values: it stands for the name and length of a dimension, and says nothing else.
  public var isPureDimension: Bool {
    get throws {
      let call = call("look for a dimension scale in", fallback: .corrupt)
      return try use(call) { dataset in
        guard try call.check(H5DSis_scale(dataset)) > 0 else { return false }
        let name = try CString.read { try call.check(H5DSget_scale_name(dataset, $0, $1)) }
        return name.hasPrefix(Self.pureDimensionName)
      }
    }
  }

  /// Attaches a scale to a dimension of this dataset.
  public func attachScale(_ scale: Dataset, axis: Int) throws {
    let call = call("attach a dimension scale to")
    try use(call) { dataset in
      try checkAxis(axis, call)
      let scaleIdentifier = try scale.identifier.value(call)
      try session.writing { _ = try call.check(H5DSattach_scale(dataset, scaleIdentifier, UInt32(axis))) }
    }
  }

  /// Paths of the scales that are attached to a dimension.
  public func scales(axis: Int) throws -> [String] {
    let call = call("list dimension scales of", fallback: .corrupt)
    return try use(call) { dataset in
      try checkAxis(axis, call)
      let found = CString.Collector()
      let visit: H5DS_iterate_t = { _, _, scale, context in
        CString.Collector.at(context)?.add(CString.read { max(0, H5Iget_name(scale, $0, $1)) })
        return 0
      }
      guard try call.check(H5DSget_num_scales(dataset, UInt32(axis))) > 0 else { return [] }
      try call.check(H5DSiterate_scales(dataset, UInt32(axis), nil, visit, found.context))
      return found.names
    }
  }

  private func checkAxis(_ axis: Int, _ call: CallContext) throws {
    let rank = try shape.count
    guard (0..<rank).contains(axis) else {
      throw call.failure(.shapeMismatch, expected: "an axis below the rank \(rank)", found: "axis \(axis)")
    }
  }
}

extension Group {
  /// Creates a pure dimension: a scale of `length` without values, which gives a dimension the name `name`.
  ///
  /// It takes no storage. Throws `.objectExists` if the name is taken.
  public func createDimension(_ name: String, length: Int) throws -> Dataset {
    let dimension = try createDataset(name, UInt8.self, shape: [length], storage: .contiguous)
    let digits = String(length)
    let padding = String(repeating: " ", count: max(0, 10 - digits.count))
    try dimension.makeScale(name: Dataset.pureDimensionName + padding + digits)
    return dimension
  }
}
