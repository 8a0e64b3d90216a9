import CHDF5

/// An attribute of a file, group or dataset: a small scalar or array with a name.
public final class Attribute: Object, @unchecked Sendable {
  /// Name in its object, without the object's path.
  public let name: String
  /// Type of the values in the file.
  public let type: ElementType
  /// `[]` for a scalar.
  public let shape: [Int]

  init(identifier: Identifier, path: String, name: String, call: CallContext) throws {
    let raw = try identifier.value(call)
    let type = try call.check(H5Aget_type(raw))
    defer { H5Tclose(type) }
    let space = try call.check(H5Aget_space(raw))
    defer { H5Sclose(space) }
    self.name = name
    self.type = ElementType(type: type)
    shape = try Dataspace.shape(of: space, call)
    super.init(identifier: identifier, path: path)
  }

  /// All values, in row-major order.
  public func read<T: Element>(_: T.Type = T.self) throws -> [T] {
    let call = call("read attribute", fallback: .corrupt)
    return try use(call) { attribute in
      guard T.elementType.holds(type) else {
        throw call.failure(.typeMismatch, expected: "\(T.elementType)", found: "\(type)")
      }
      let count = try call.elementCount(shape, elementSize: MemoryLayout<T>.size)
      if count == 0 { return [] }
      let fileType = try call.check(H5Aget_type(attribute))
      defer { H5Tclose(fileType) }
      return try T.codec.read(count, fileType, call) { memoryType, buffer in
        try call.check(H5Aread(attribute, memoryType, buffer))
      }
    }
  }

  /// The only value. Throws `.shapeMismatch` if there are none or several.
  public func readScalar<T: Element>(_: T.Type = T.self) throws -> T {
    let values = try read(T.self)
    guard values.count == 1, let value = values.first else {
      throw call("read attribute").failure(.shapeMismatch, expected: "one value", found: "shape \(shape)")
    }
    return value
  }
}

/// Attributes of files, groups and datasets.
extension Object {
  private func attributeCall(_ operation: String, _ name: String, fallback: HDF5Error.Kind = .library) -> CallContext {
    var call = call(operation, fallback: fallback)
    call.object = path + "@" + name
    return call
  }

  /// Names of all attributes in ascending order.
  public func attributeNames() throws -> [String] {
    let call = call("list attributes of", fallback: .corrupt)
    return try use(call) { object in
      let found = CString.Collector()
      let visit: H5A_operator2_t = { _, name, _, context in
        CString.Collector.at(context)?.add(name)
        return 0
      }
      try call.check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nil, visit, found.context))
      return found.names
    }
  }

  /// Whether there is an attribute of that name.
  public func hasAttribute(_ name: String) throws -> Bool {
    let call = attributeCall("look up attribute", name, fallback: .corrupt)
    return try use(call) { try call.check(H5Aexists($0, name)) > 0 }
  }

  /// Opens an attribute. Throws `.missingObject` if there is none of that name.
  public func attribute(_ name: String) throws -> Attribute {
    let call = attributeCall("open attribute", name, fallback: .corrupt)
    return try use(call) { object in
      guard try call.check(H5Aexists(object, name)) > 0 else { throw call.failure(.missingObject) }
      let raw = try call.check(H5Aopen(object, name, chdf5_default_properties()))
      return try Attribute(
        identifier: Identifier(raw, in: session), path: path + "@" + name, name: name, call: call)
    }
  }

  /// Reads a scalar attribute.
  public func attribute<T: Element>(_ name: String, as _: T.Type) throws -> T {
    try attribute(name).readScalar(T.self)
  }

  /// Reads an array attribute, in row-major order.
  public func attributeArray<T: Element>(_ name: String, as _: T.Type) throws -> [T] {
    try attribute(name).read(T.self)
  }

  /// Writes a scalar attribute, over one of the same name.
  public func setAttribute<T: Element>(_ name: String, _ value: T) throws {
    try setAttribute(name, [value], shape: [])
  }

  /// Writes an array attribute of the given shape, one-dimensional by default, over one of the same name.
  public func setAttribute<T: Element>(_ name: String, _ values: [T], shape: [Int]? = nil) throws {
    let call = attributeCall("write attribute", name)
    let shape = shape ?? [values.count]
    try use(call) { object in
      let count = try call.elementCount(shape, elementSize: MemoryLayout<T>.size)
      guard count == values.count else {
        throw call.failure(.shapeMismatch, expected: "\(count) values for shape \(shape)", found: "\(values.count)")
      }
      if try call.check(H5Aexists(object, name)) > 0 { try call.check(H5Adelete(object, name)) }
      let space = try Dataspace.make(shape: shape, call)
      defer { H5Sclose(space) }
      try T.elementType.withType(in: .file, call: call) { type in
        let none = chdf5_default_properties()
        let raw = try session.writing { try call.check(H5Acreate2(object, name, type, space, none, none)) }
        let attribute = Identifier(raw, in: session)
        if count > 0 {
          try T.codec.write(values, type, call) { memoryType, buffer in
            try session.writing { try call.check(H5Awrite(raw, memoryType, buffer)) }
          }
        }
        try attribute.close(call)
      }
    }
  }

  /// Removes an attribute. Only tests damage files so. Throws if there is none of that name.
  package func removeAttribute(_ name: String) throws {
    let call = attributeCall("remove attribute", name)
    try use(call) { object in _ = try call.check(H5Adelete(object, name)) }
  }
}
