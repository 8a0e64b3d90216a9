import HDF5
import Support

/// One field of the samples of a dataset, for example the costs `c [variable]` of a linear program.
public struct FieldSchema: Equatable, Sendable {
  /// What a field is for; stored as the attribute `role`.
  public enum Role: String, CaseIterable, Sendable {
    /// What the model gets.
    case input
    /// What the model is to give.
    case label
    /// A number that shows how good the label is.
    case certificate
    /// What tells samples apart.
    case identifier
  }

  /// Name of the dataset in each split.
  public var name: String
  /// Names of the dimensions of one sample; empty for a scalar.
  public var dimensions: [String]
  /// `.float32`, `.float64`, `.int64` or `.uint8`.
  public var type: ElementType
  /// Unit of the values, "1" if they have none.
  public var units: String
  /// What the values are; stored as the attribute `long_name`.
  public var longName: String
  /// What the field is for; it also says which values may occur: labels are finite, inputs are not NaN.
  public var role: Role

  /// A scalar in float64 without a unit, unless it says otherwise.
  public init(
    _ name: String, _ dimensions: [String] = [], _ type: ElementType, units: String = "1", role: Role,
    _ longName: String
  ) {
    self.name = name
    self.dimensions = dimensions
    self.type = type
    self.units = units
    self.longName = longName
    self.role = role
  }
}

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

  /// The field of a name. Throws `.bug` if there is none.
  public func field(_ name: String) throws -> FieldSchema {
    guard let field = fields.first(where: { $0.name == name }) else {
      throw Failure(.bug, "the layout of \(caseStudy) has no field `\(name)`, only \(fields.map(\.name))")
    }
    return field
  }
}

/// A part of a dataset with its own purpose, and the group of its name.
public enum Split: String, CaseIterable, Sendable {
  case train, valid, test
}

/// One of N equal parts of the draws of a dataset, counted from 1.
public struct Shard: Equatable, Sendable {
  /// Which of them, 1 ... `count`.
  public var index: Int
  /// How many there are together.
  public var count: Int

  static let largestCount = 1_000_000

  /// - Throws: `.usage` unless 1 <= index <= count.
  public init(_ index: Int, of count: Int) throws {
    guard (1...Self.largestCount).contains(count), (1...count).contains(index) else {
      throw Failure(.usage, "expected a shard K/N with 1 <= K <= N <= \(Self.largestCount), found \(index)/\(count)")
    }
    self.index = index
    self.count = count
  }

  /// The draws of this shard, out of all draws. Shards are contiguous, differ by at most one draw and cover all.
  public func range(of draws: Int) -> Range<Int> {
    (draws * (index - 1) / count)..<(draws * index / count)
  }
}

/// How many draws a split may take and how many samples it keeps.
public struct SplitPlan: Equatable, Sendable {
  /// The group that the samples go to.
  public var split: Split
  /// Draws that may be examined, 0 ..< draws.
  public var draws: Int
  /// The first `keep` samples are kept; nil for all.
  public var keep: Int?

  /// A plan that keeps the first `keep` samples of draws 0 ..< `draws`.
  public init(_ split: Split, draws: Int, keep: Int? = nil) {
    self.split = split
    self.draws = draws
    self.keep = keep
  }
}
