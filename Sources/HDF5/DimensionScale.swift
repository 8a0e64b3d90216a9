import CHDF5

/// Dimension scales: datasets that hold the coordinates of a dimension of other datasets.
extension Dataset {
  /// Makes this dataset a dimension scale with the given name.
  public func makeScale(name: String) throws {
    let site = site("make a dimension scale of")
    try use(site) { dataset in try session.writing { _ = try site.check(H5DSset_scale(dataset, name)) } }
  }

  public var isScale: Bool {
    get throws {
      let site = site("look for a dimension scale in", fallback: .corrupt)
      return try use(site) { try site.check(H5DSis_scale($0)) > 0 }
    }
  }

  /// Attaches a scale to a dimension of this dataset.
  public func attachScale(_ scale: Dataset, axis: Int) throws {
    let site = site("attach a dimension scale to")
    try use(site) { dataset in
      try checkAxis(axis, site)
      let scaleIdentifier = try scale.identifier.value(site)
      try session.writing { _ = try site.check(H5DSattach_scale(dataset, scaleIdentifier, UInt32(axis))) }
    }
  }

  /// Paths of the scales that are attached to a dimension.
  public func scales(axis: Int) throws -> [String] {
    let site = site("list dimension scales of", fallback: .corrupt)
    return try use(site) { dataset in
      try checkAxis(axis, site)
      let found = CString.Collector()
      let visit: H5DS_iterate_t = { _, _, scale, context in
        CString.Collector.at(context)?.add(CString.read { max(0, H5Iget_name(scale, $0, $1)) })
        return 0
      }
      guard try site.check(H5DSget_num_scales(dataset, UInt32(axis))) > 0 else { return [] }
      try site.check(H5DSiterate_scales(dataset, UInt32(axis), nil, visit, found.context))
      return found.names
    }
  }

  /// Names a dimension.
  public func setLabel(_ label: String, axis: Int) throws {
    let site = site("label a dimension of")
    try use(site) { dataset in
      try checkAxis(axis, site)
      try session.writing { _ = try site.check(H5DSset_label(dataset, UInt32(axis), label)) }
    }
  }

  /// Name of a dimension; empty if it has none.
  public func label(axis: Int) throws -> String {
    let site = site("read the label of a dimension of", fallback: .corrupt)
    return try use(site) { dataset in
      try checkAxis(axis, site)
      return try CString.read { try site.check(H5DSget_label(dataset, UInt32(axis), $0, $1)) }
    }
  }

  private func checkAxis(_ axis: Int, _ site: Site) throws {
    let rank = try shape.count
    guard (0..<rank).contains(axis) else {
      throw site.failure(.shapeMismatch, expected: "an axis below the rank \(rank)", found: "axis \(axis)")
    }
  }
}
