import HDF5
import Support

extension DatasetLayout {
  /// The layout that a dataset file states by its own attributes. What they leave open becomes a field without role
  /// checks: an identifier with units "1" and numbered dimensions.
  public init(of file: File) throws {
    let header = try FileHeader(of: file, expecting: [.dataset, .datasetShard])
    self = try Failure.mapping {
      var layout = DatasetLayout(
        caseStudy: header.caseStudy, title: header.title, references: header.references, fields: [])
      guard let split = try Split.allCases.first(where: { try file.kind(of: $0.rawValue) == .group }) else {
        return layout
      }
      for child in try file.group(split.rawValue).children() where child.kind == .dataset && child.name != "index" {
        let dataset = try file.dataset(child.path)
        if try dataset.isPureDimension { continue }
        let shape = try dataset.shape
        func text(_ name: String) throws -> String? {
          try dataset.hasAttribute(name) ? dataset.attribute(name, as: String.self) : nil
        }
        var names = try dataset.hasAttribute("dims") ? dataset.attributeArray("dims", as: String.self) : []
        if names.count != shape.count {
          names = ["sample"] + shape.indices.dropFirst().map { "\(child.name)_axis_\($0)" }
        }
        layout.fields.append(
          FieldSchema(
            child.name, Array(names.dropFirst()), dataset.type, units: try text("units") ?? "1",
            role: FieldSchema.Role(rawValue: try text("role") ?? "") ?? .identifier, try text("long_name") ?? ""))
        // Without names, each field has dimensions of its own.
        guard try dataset.hasAttribute("dims") else { continue }
        for (name, length) in zip(names, shape).dropFirst() {
          layout.dimensions[name] = layout.dimensions[name] ?? length
        }
      }
      return layout
    }
  }
}
