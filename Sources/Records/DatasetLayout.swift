import Support

/// The fields of a case study's samples and the lengths of their dimensions.
public struct DatasetLayout: Equatable, Sendable {
  /// Name of the case study, `linear-programs`.
  public var caseStudy: String
  /// What the dataset holds, in one line.
  public var title: String
  /// Publications that define the content.
  public var references: [String]
  /// Length of each dimension but the samples'. A reader takes those that are not named here from the file.
  public var dimensions: [String: Int]
  /// The fields, in any order; each split has all of them.
  public var fields: [FieldSchema]
  /// Texts that all samples share, by the name of their dataset in the root, as `tokenizer`. A reader takes them from the file.
  public var texts: [String: SharedText]

  /// A layout of these parts. A writer needs the lengths of all dimensions, a reader none.
  public init(
    caseStudy: String, title: String, references: [String] = [], dimensions: [String: Int] = [:], fields: [FieldSchema],
    texts: [String: SharedText] = [:]
  ) {
    self.caseStudy = caseStudy
    self.title = title
    self.references = references
    self.dimensions = dimensions
    self.fields = fields
    self.texts = texts
  }

  /// Shape of one sample's values of a field. Throws `.bug` if the layout does not know a length.
  public func shape(of field: FieldSchema) throws -> [Int] {
    try field.dimensions.map { name in
      guard let length = dimensions[name] else {
        throw Failure(.bug, "the layout of \(caseStudy) gives no length for the dimension `\(name)` of `\(field.name)`")
      }
      return length
    }
  }

  /// The length of a dimension that a model is built for.
  ///
  /// - Throws: `Failure` (usage) where no dataset says it.
  public func length(_ dimension: String) throws -> Int {
    guard let length = dimensions[dimension] else {
      throw Failure(
        .usage, "the model depends on the length of the dimension `\(dimension)`, which only a dataset of \(caseStudy) says",
        remedy: "name the dataset that it is for: --dataset file.h5")
    }
    return length
  }

  /// The field of a name. Throws `.bug` if there is none.
  public func field(_ name: String) throws -> FieldSchema {
    guard let field = fields.first(where: { $0.name == name }) else {
      throw Failure(.bug, "the layout of \(caseStudy) has no field `\(name)`, only \(fields.map(\.name))")
    }
    return field
  }
}
