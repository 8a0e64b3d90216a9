import CHDF5

/// A folder of datasets and groups. Names may be paths, relative to this group or, with a leading "/", to the root.
public class Group: Object, @unchecked Sendable {
  /// What a name leads to.
  public enum Kind: String, Sendable {
    case group, dataset
    /// A named type, or a link that leads nowhere.
    case other
  }

  /// One name in a group, and what it leads to.
  public struct Child: Equatable, Sendable {
    /// Name in the group, without the group's path.
    public var name: String
    /// Path from the root of the file.
    public var path: String
    /// What the name leads to.
    public var kind: Kind
  }

  // MARK: Looking up

  /// What the name leads to, or nil if there is nothing.
  public func kind(of name: String) throws -> Kind? {
    let call = call("look up", child: name, fallback: .corrupt)
    return try use(call) { group in try find(group, name, call)?.kind }
  }

  /// Whether the name leads to anything.
  public func contains(_ name: String) throws -> Bool { try kind(of: name) != nil }

  private func find(_ group: hid_t, _ name: String, _ call: CallContext) throws -> (kind: Kind, address: UInt64)? {
    // The library fails on a path that leads through something missing or no group; so it is walked part by part.
    var walked = name.hasPrefix("/") ? "/" : "."
    var found = try kindAndAddress(group, walked, call)
    for part in name.split(separator: "/") where part != "." {
      walked = walked.appending(component: String(part))
      guard found.kind == .group, try call.check(H5Lexists(group, walked, chdf5_default_properties())) > 0 else {
        return nil
      }
      let leadsSomewhere = try call.check(H5Oexists_by_name(group, walked, chdf5_default_properties())) > 0
      found = leadsSomewhere ? try kindAndAddress(group, walked, call) : (.other, 0)
    }
    return found
  }

  private func kindAndAddress(_ group: hid_t, _ name: String, _ call: CallContext) throws -> (kind: Kind, address: UInt64) {
    var type: Int32 = 0
    var address: UInt64 = 0
    try call.check(chdf5_object(group, name, &type, &address))
    switch type {
    case H5O_TYPE_GROUP.rawValue: return (.group, address)
    case H5O_TYPE_DATASET.rawValue: return (.dataset, address)
    default: return (.other, address)
    }
  }

  private func require(_ kind: Kind, _ group: hid_t, _ name: String, _ call: CallContext) throws {
    let found = try find(group, name, call)?.kind
    guard found == kind else {
      throw call.failure(
        .missingObject, expected: "a \(kind)", found: found.map { "a \($0)" } ?? "nothing of that name")
    }
  }

  /// Opens a group. Throws `.missingObject` if there is none of that name.
  public func group(_ name: String) throws -> Group {
    let call = call("open group", child: name, fallback: .corrupt)
    return try use(call) { group in
      try require(.group, group, name, call)
      let raw = try call.check(H5Gopen2(group, name, chdf5_default_properties()))
      return Group(identifier: Identifier(raw, in: session), path: path.appending(component: name))
    }
  }

  /// Opens a dataset. Throws `.missingObject` if there is none of that name.
  public func dataset(_ name: String) throws -> Dataset {
    let call = call("open dataset", child: name, fallback: .corrupt)
    return try use(call) { group in
      try require(.dataset, group, name, call)
      let raw = try call.check(H5Dopen2(group, name, chdf5_default_properties()))
      let identifier = Identifier(raw, in: session)
      try requireVirtualSources(of: raw, call)
      return try Dataset(identifier: identifier, path: path.appending(component: name), call: call)
    }
  }

  /// Everything in the group, in ascending order of names.
  public func children() throws -> [Child] {
    let call = call("list group", fallback: .corrupt)
    return try use(call) { group in
      let found = CString.Collector()
      let visit: chdf5_name_visitor = { name, context in CString.Collector.at(context)?.add(name) }
      try call.check(chdf5_link_names(group, visit, found.context))
      return try found.names.map { name in
        Child(name: name, path: path.appending(component: name), kind: try find(group, name, call)?.kind ?? .other)
      }
    }
  }

  /// Everything in the group and in the groups below it, each object once, parents first, in order of names.
  public func descendants() throws -> [Child] {
    let call = call("visit group", fallback: .corrupt)
    return try use(call) { _ in
      var seen = Set<UInt64>()
      var result: [Child] = []
      var pending: [Child] = try children().reversed()
      while let child = pending.popLast() {
        result.append(child)
        guard child.kind == .group else { continue }
        let group = try group(child.path)
        // A group can be linked below itself.
        guard let address = try find(try identifier.value(call), child.path, call)?.address,
          seen.insert(address).inserted
        else { continue }
        pending += try group.children().reversed()
      }
      return result
    }
  }

  // MARK: Creating

  /// Creates a group, and the groups on the way to it that are missing.
  @discardableResult
  public func createGroup(_ name: String) throws -> Group {
    let call = call("create group", child: name)
    return try use(call) { group in
      guard let last = name.split(separator: "/").last else { throw call.failure(.objectExists) }
      let parent = try createParent(of: name, group, call)
      let child = parent.appending(component: String(last))
      if try find(group, child, call) != nil { throw call.failure(.objectExists) }
      return Group(
        identifier: Identifier(try makeGroup(group, child, call), in: session), path: path.appending(component: name))
    }
  }

  /// Creates a dataset, and the groups on the way to it that are missing.
  public func createDataset<T: Element>(
    _ name: String, _: T.Type, shape: [Int], storage: Storage = .standard
  ) throws -> Dataset {
    try createDataset(name, T.elementType, shape: shape, storage: storage)
  }

  /// Creates a dataset of a type known only at run time.
  public func createDataset(
    _ name: String, _ type: ElementType, shape: [Int], storage: Storage = .standard
  ) throws -> Dataset {
    let call = call("create dataset", child: name)
    return try use(call) { _ in
      let space = try Dataspace.make(shape: shape, extensible: storage.extensible, call)
      defer { H5Sclose(space) }
      let properties = try storage.properties(shape: shape, type: type, call)
      defer { H5Pclose(properties) }
      return try createDataset(
        name, type, textLength: storage.textLength, space: space, properties: properties, call)
    }
  }

  /// Creates a dataset and writes all its values. The shape is one-dimensional unless it is given.
  @discardableResult
  public func write<T: Element>(
    _ name: String, _ values: [T], shape: [Int]? = nil, storage: Storage = .standard
  ) throws -> Dataset {
    let dataset = try createDataset(name, T.self, shape: shape ?? [values.count], storage: storage)
    try dataset.write(values)
    return dataset
  }

  /// Creates a scalar dataset.
  @discardableResult
  public func write<T: Element>(_ name: String, scalar value: T, storage: Storage = .contiguous) throws -> Dataset {
    try write(name, [value], shape: [], storage: storage)
  }

  /// Removes a group or dataset. The file does not shrink.
  public func delete(_ name: String) throws {
    let call = call("delete", child: name)
    try use(call) { group in
      guard try find(group, name, call) != nil else { throw call.failure(.missingObject) }
      try session.writing { try call.check(H5Ldelete(group, name, chdf5_default_properties())) }
    }
  }

  func createDataset(
    _ name: String, _ type: ElementType, textLength: Int? = nil, space: hid_t, properties: hid_t, _ call: CallContext
  ) throws -> Dataset {
    let group = try identifier.value(call)
    guard let last = name.split(separator: "/").last else { throw call.failure(.objectExists) }
    let child = try createParent(of: name, group, call).appending(component: String(last))
    if try find(group, child, call) != nil { throw call.failure(.objectExists) }
    let none = chdf5_default_properties()
    let raw = try type.withType(in: .file, textLength: textLength, call: call) { type in
      try session.writing { try call.check(H5Dcreate2(group, child, type, space, none, properties, none)) }
    }
    return try Dataset(identifier: Identifier(raw, in: session), path: path.appending(component: name), call: call)
  }

  /// Creates what is missing on the way to `name`, without time stamps, and returns the path of its parent.
  private func createParent(of name: String, _ group: hid_t, _ call: CallContext) throws -> String {
    var parent = name.hasPrefix("/") ? "/" : "."
    for part in name.split(separator: "/").dropLast() {
      parent = parent.appending(component: String(part))
      switch try find(group, parent, call)?.kind {
      case .group: continue
      case nil: H5Gclose(try makeGroup(group, parent, call))
      case let other?: throw call.failure(.objectExists, expected: "a group at \(parent)", found: "a \(other)")
      }
    }
    return parent
  }

  private func makeGroup(_ parent: hid_t, _ name: String, _ call: CallContext) throws -> hid_t {
    let properties = try call.check(H5Pcreate(chdf5_group_create_class()))
    defer { H5Pclose(properties) }
    try call.check(H5Pset_obj_track_times(properties, false))
    let none = chdf5_default_properties()
    return try session.writing { try call.check(H5Gcreate2(parent, name, none, properties, none)) }
  }
}
