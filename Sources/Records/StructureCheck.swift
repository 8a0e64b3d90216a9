import HDF5

/// Compares the objects of a file with its schema: what is missing, what has another type or shape.
struct StructureCheck {
  struct Problem: Equatable {
    var object: String
    var text: String
  }

  private(set) var problems: [Problem] = []
  /// What is allowed but worth knowing, for example a dataset without units.
  private(set) var notes: [Problem] = []

  private let file: File
  private let schema: FileSchema
  /// The lengths that datasets have along each named dimension.
  private var lengths: [String: [(length: Int, dataset: String)]] = [:]

  init(of file: File, _ schema: FileSchema) throws {
    self.file = file
    self.schema = schema
    let content = try file.contents()
    try check(FileSchema.commonAttributes + schema.attributes, of: file)
    for child in content {
      switch child.kind {
      case .dataset: try check(dataset: child)
      case .group: try check(group: child)
      case .other:
        problems.append(Problem(object: child.path, text: "expected a group or dataset, found something else"))
      }
    }
    checkLengths()
    for object in schema.objects where object.isRequired {
      guard !content.contains(where: { $0.kind == .dataset && object.matches($0.path) }) else { continue }
      problems.append(Problem(object: object.path, text: "the dataset is missing (\(object.longName))"))
    }
  }

  private mutating func check(group child: Group.Child) throws {
    let group = try file.group(child.path)
    for (pattern, attributes) in schema.groupAttributes
    where ObjectSchema(pattern, [], nil, "").matches(child.path) {
      try check(attributes, of: group)
    }
  }

  private mutating func check(dataset child: Group.Child) throws {
    let dataset = try file.dataset(child.path)
    guard let object = schema.object(at: child.path, holding: dataset.type) else {
      notes.append(Problem(object: child.path, text: "not part of the format; it is ignored"))
      return
    }
    if !object.types.contains(where: { $0.holds(dataset.type) }) {
      let types = object.types.map(\.description).joined(separator: ", ")
      let remedy = dataset.type == .boolean && object.types.contains(.uint8) ? "; store it as uint8, 0 and 1" : ""
      problems.append(Problem(object: child.path, text: "expected type \(types), found \(dataset.type)\(remedy)"))
    }
    try check(FileSchema.datasetAttributes, of: dataset, noteMissing: object.dimensions != nil)
    try checkShape(dataset, object)
  }

  private mutating func checkShape(_ dataset: Dataset, _ object: ObjectSchema) throws {
    let shape = try dataset.shape
    guard var names = object.dimensions else { return }
    let isOpen = names.last == "..."
    if isOpen { names.removeLast() }
    guard isOpen ? shape.count >= names.count : shape.count == names.count else {
      let expected = (object.dimensions ?? []).joined(separator: ", ")
      problems.append(Problem(object: dataset.path, text: "expected dimensions (\(expected)), found shape \(shape)"))
      return
    }
    for (name, length) in zip(names, shape) {
      // Each split has its own samples, each table its own rows.
      let parent = dataset.path.split(separator: "/").dropLast().joined(separator: "/")
      lengths["\(parent)/\(name)", default: []].append((length, dataset.path))
    }
  }

  /// Where datasets disagree about a dimension, the few are wrong and not the many.
  private mutating func checkLengths() {
    for (key, found) in lengths.sorted(by: { $0.key < $1.key }) {
      let counts = Dictionary(grouping: found, by: \.length).mapValues(\.count)
      let most = counts.values.max() ?? 0
      guard counts.count > 1, let usual = found.first(where: { counts[$0.length] == most }) else { continue }
      let name = key.split(separator: "/").last ?? ""
      for (length, dataset) in found where length != usual.length {
        problems.append(
          Problem(
            object: dataset,
            text: "expected \(usual.length) along the dimension `\(name)` as in \(usual.dataset), found \(length)"))
      }
    }
  }

  private mutating func check(_ attributes: [AttributeSchema], of object: Object, noteMissing: Bool = false) throws {
    for attribute in attributes {
      guard try object.hasAttribute(attribute.name) else {
        let problem = Problem(
          object: object.path, text: "the attribute `\(attribute.name)` is missing (\(attribute.meaning))")
        if attribute.isRequired {
          problems.append(problem)
        } else if noteMissing && attribute.name != "role" {
          notes.append(problem)
        }
        continue
      }
      let found = try object.attribute(attribute.name)
      // Integers and booleans of any width state a small number equally well.
      let fits: Bool =
        switch (attribute.type, found.type) {
        case (.integer, .integer), (.integer, .boolean): true
        case (let expected, let type): expected.holds(type)
        }
      if !fits || attribute.isArray != (found.shape.count == 1) {
        let expected = "\(attribute.type)\(attribute.isArray ? " array" : "")"
        problems.append(
          Problem(
            object: object.path,
            text:
              "expected the attribute `\(attribute.name)` to be \(expected), found \(found.type) of shape \(found.shape)"
          ))
      }
    }
  }
}
