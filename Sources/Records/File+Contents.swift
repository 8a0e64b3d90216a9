import HDF5

extension File {
  /// All groups and datasets that say something of the content, parents first, in order of names: left out are `/provenance`
  /// and the pure dimensions, which repeat what shapes and `dims` say.
  func contents() throws -> [Group.Child] {
    try descendants().filter { child in
      guard child.path != "/provenance", !child.path.hasPrefix("/provenance/") else { return false }
      return try child.kind != .dataset || !dataset(child.path).isPureDimension
    }
  }
}
