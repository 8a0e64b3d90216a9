import HDF5
import Support
import Synchronization

/// Reads a dataset after checking it against the layout that a case study expects.
///
/// Values are checked as they are read: an input or a label that is not finite, or not in the range of its field, is a `Failure`
/// that names the sample. May be used from several threads.
///
///     let reader = try DatasetReader("dataset.h5", LinearProgramStudy.layout)
///     let costs = try reader.values("c", .train, rows: 0..<50, as: Double.self)     // [50, variable], row-major
///     let draws = try reader.draws(of: .train)                                      // one for each sample
public final class DatasetReader: Sendable {
  private struct Input: Sendable {
    let count: Int
    let group: Group
    /// Number of the draw of each sample, ascending.
    let draws: [Int]
    let fields: [String: Dataset]
  }

  /// The file, as it was named.
  public let path: String
  /// What its root attributes say.
  public let header: FileHeader
  /// The expected layout, with the lengths of all dimensions as the file has them.
  public let layout: DatasetLayout
  /// The splits the file has.
  public let splits: [Split]
  private let file: File
  private let inputs: [Split: Input]
  /// Values of fields that are held in memory, by split and name.
  private let held = Mutex<[Split: [String: FieldValues]]>([:])

  /// Opens a file and checks its header, and the presence, type and shape of every field of every split.
  ///
  /// - Parameters:
  ///   - layout: the fields to expect; dimensions it gives a length must have that length. Without a layout, it is
  ///     what the file says of itself.
  ///   - kinds: what the file may be.
  ///   - needsLabels: false for inputs to apply a model to: labels and further inputs may be missing; a missing label is read as 0.
  public init(
    _ path: String, _ layout: DatasetLayout? = nil, kinds: [FileKind] = [.dataset], needsLabels: Bool = true
  ) throws {
    self.path = path
    file = try Failure.mapping { try File.open(path) }
    header = try FileHeader(of: file, expecting: kinds)
    var layout = try layout ?? DatasetLayout(of: file)
    guard header.caseStudy == layout.caseStudy else {
      throw Failure(
        .badData, "expected a dataset of the case study `\(layout.caseStudy)`, found one of `\(header.caseStudy)`",
        at: path, remedy: "give the dataset of the same case study")
    }
    let file = file
    let present = try Failure.mapping { try Split.allCases.filter { try file.kind(of: $0.rawValue) == .group } }
    guard !present.isEmpty else {
      throw Failure(
        .badData, "expected groups /train and /test, found neither", at: path,
        remedy: "data/FORMAT.md describes the file")
    }
    var inputs: [Split: Input] = [:]
    for split in present { inputs[split] = try Self.open(split, in: file, &layout, needsLabels) }
    splits = present
    self.inputs = inputs
    layout.texts = try Failure.mapping {
      try file.children().filter { $0.kind == .dataset }.reduce(into: [:]) { texts, child in
        let dataset = try file.dataset(child.path)
        guard dataset.type == .string, try dataset.shape.isEmpty else { return }
        let longName = try dataset.hasAttribute("long_name") ? dataset.attribute("long_name", as: String.self) : ""
        texts[child.name] = SharedText(try dataset.readScalar(), longName)
      }
    }
    self.layout = layout
  }

  private static func open(
    _ split: Split, in file: File, _ layout: inout DatasetLayout, _ needsLabels: Bool
  ) throws -> Input {
    try Failure.mapping {
      let group = try file.group(split.rawValue)
      let index = try group.contains("index") ? group.dataset("index") : nil
      var count = try index?.shape.first
      var fields: [String: Dataset] = [:]
      for field in layout.fields {
        guard try group.kind(of: field.name) == .dataset else {
          if !needsLabels { continue }
          throw Failure(missing: field, at: "\(file.filePath):\(group.path)")
        }
        let dataset = try group.dataset(field.name)
        try check(dataset, field, count: &count, &layout)
        fields[field.name] = dataset
      }
      let draws = try index.map(Self.draws(in:)) ?? Array(0..<(count ?? 0))
      return Input(count: count ?? 0, group: group, draws: draws, fields: fields)
    }
  }

  /// The numbers of the draws, which key the random numbers of their samples: each once, in ascending order, from 0.
  private static func draws(in index: Dataset) throws -> [Int] {
    let draws = try index.read(Int64.self)
    for (sample, draw) in draws.enumerated() {
      let last = sample > 0 ? draws[sample - 1] : -1
      guard draw > last else {
        throw Failure(
          .badData,
          sample > 0
            ? "expected ascending numbers of draws, found \(draw) after \(last) at sample \(sample)"
            : "expected numbers of draws from 0, found \(draw) at sample 0", at: "\(index.filePath):\(index.path)",
          remedy: "number the samples 0, 1, 2, ..., or leave `index` out")
      }
    }
    return draws.map { Int($0) }
  }

  private static func check(
    _ dataset: Dataset, _ field: FieldSchema, count: inout Int?, _ layout: inout DatasetLayout
  ) throws {
    let location = "\(dataset.filePath):\(dataset.path)"
    guard field.accepts(dataset.type) else {
      throw Failure(
        .badData, "expected type \(field.type), found \(dataset.type)", at: location,
        remedy: "store `\(field.name)` as \(field.type)")
    }
    let shape = try dataset.shape
    let names = ["sample"] + field.dimensions
    let expected = [count] + field.dimensions.map { layout.dimensions[$0] }
    guard shape.count == names.count, zip(shape, expected).allSatisfy({ $1 == nil || $0 == $1 }) else {
      let lengths = zip(names, expected).map { name, length in length.map { "\(name) = \($0)" } ?? name }
      // The length may come from another field, which then may be the wrong one.
      let others = zip(field.dimensions, zip(shape, expected).dropFirst()).compactMap { name, length in
        length.0 == length.1 ? nil : layout.fields.first { $0 != field && $0.dimensions.contains(name) }?.name
      }
      throw Failure(
        .badData, "expected shape (\(lengths.joined(separator: ", "))), found \(shape)", at: location,
        remedy: "all fields have as many samples, and dimensions of one name have one length"
          + (others.first.map { "; compare with `\($0)`" } ?? ""))
    }
    count = shape[0]
    for (name, length) in zip(field.dimensions, shape.dropFirst()) { layout.dimensions[name] = length }
    if try dataset.hasAttribute("units") {
      let units = try dataset.attribute("units", as: String.self)
      guard units == field.units else {
        throw Failure(
          .badData, "expected units `\(field.units)`, found `\(units)`", at: location,
          remedy: "convert the values, then set the attribute `units`")
      }
    }
  }

  // MARK: Reading

  private func input(_ split: Split) throws -> Input {
    guard let input = inputs[split] else {
      throw Failure(
        .badData, "the split `\(split.rawValue)` is missing", at: path,
        remedy: "the file has \(splits.map(\.rawValue).joined(separator: " and "))")
    }
    return input
  }

  /// Number of samples of a split. Throws `.badData` if the file has no such split.
  public func count(of split: Split) throws -> Int { try input(split).count }

  /// Number of the draw of each sample, `[S]`, ascending; 0, 1, ... where the file does not say.
  public func draws(of split: Split) throws -> [Int] {
    try input(split).draws
  }

  /// An integer attribute of a split's group, for example `attempts`; nil if there is none.
  public func attribute(_ name: String, of split: Split) throws -> Int? {
    let group = try input(split).group
    return try Failure.mapping {
      try group.hasAttribute(name) ? Int(group.attribute(name, as: Int64.self)) : nil
    }
  }

  private func dataset(_ field: String, _ split: Split) throws -> (schema: FieldSchema, dataset: Dataset) {
    let schema = try layout.field(field)
    guard let dataset = try input(split).fields[field] else {
      throw Failure(missing: schema, at: "\(path):/\(split.rawValue)")
    }
    return (schema, dataset)
  }

  /// The fields of the layout that the file has not for a split: none, unless it was opened without need of labels.
  public func missingFields(of split: Split) throws -> [FieldSchema] {
    let input = try input(split)
    return layout.fields.filter { input.fields[$0.name] == nil }
  }

  /// A dataset of the split that is no field of the layout and has nearly the name of one.
  public func misspelling(of field: FieldSchema, in split: Split) throws -> String? {
    let group = try input(split).group
    let names = try Failure.mapping { try group.children().filter { $0.kind == .dataset }.map(\.name) }
    return names.first { name in
      !layout.fields.contains { $0.name == name } && editDistance(name, field.name) * 3 <= field.name.count
    }
  }

  /// The label of this name, if the file does not have it.
  private func missingLabel(_ field: String, _ split: Split) throws -> FieldSchema? {
    let schema = try layout.field(field)
    return try schema.role == .label && input(split).fields[field] == nil ? schema : nil
  }

  /// Values of a field of the given samples, `[B, ...]`, in the order of the list; a sample may come several times.
  ///
  /// - Parameter type: `Double`, `Float` (values of a float64 field are rounded) or `Int64`.
  /// - Throws: `Failure` (bad data) when the field is of another kind, or when one of the values is none it may have.
  public func values<Value: FieldNumber>(
    _ field: String, _ split: Split, rows: some Collection<Int>, as type: Value.Type = Value.self
  ) throws -> [Value] {
    if let label = try missingLabel(field, split) {
      return Array(repeating: .zero, count: try rows.count * layout.shape(of: label).reduce(1, *))
    }
    let (schema, dataset) = try dataset(field, split)
    if let held = held.withLock({ $0[split]?[field] }) { return held.rows(rows, of: try count(of: split)) }
    let rows = Array(rows)
    let values = try Failure.mapping { try dataset.read(Value.self, rows: rows, Value.conversion) }
    try check(Value.fieldValues(values), schema, dataset, rows: rows)
    return values
  }

  /// Values of a field of all samples of a split, `[S, ...]`; as `values(_:_:rows:as:)` otherwise.
  public func values<Value: FieldNumber>(
    _ field: String, _ split: Split, as type: Value.Type = Value.self
  ) throws -> [Value] {
    try values(field, split, rows: 0..<count(of: split))
  }

  /// Reads all fields of a split into memory, in the types of the layout, for a reader that wants samples in any order, again and again.
  public func preload(_ split: Split) throws {
    guard held.withLock({ $0[split] }) == nil else { return }
    let fields = try block(split, rows: 0..<count(of: split)).fields
    held.withLock { $0[split] = fields }
  }

  /// Samples with all their fields, in the types of the layout.
  public func block(_ split: Split, rows: Range<Int>) throws -> SampleBlock {
    let input = try input(split)
    var block = SampleBlock(draws: Array(input.draws[rows]), fields: [:])
    try Failure.mapping {
      for field in layout.fields {
        let (schema, dataset) = try dataset(field.name, split)
        let values = try schema.read(dataset, rows: rows)
        try check(values, schema, dataset, rows: Array(rows))
        block.fields[field.name] = values
      }
    }
    return block
  }

  // MARK: Checking values

  /// Reads every value of every split once, block by block, so that a bad one is found before work is based on it.
  public func checkValues() throws {
    for split in splits { for field in layout.fields { try checkValues(of: field, split) } }
  }

  /// As `checkValues`, to the end of the file: the first bad value of each field of each split.
  public func forbiddenValues() throws -> [Failure] {
    try splits.flatMap { split in
      try layout.fields.compactMap { field in
        do { try checkValues(of: field, split) } catch let failure as Failure where failure.status == .badData { return failure }
        return nil
      }
    }
  }

  private func checkValues(of field: FieldSchema, _ split: Split) throws {
    guard field.isChecked, let dataset = try input(split).fields[field.name] else { return }
    for rows in try Failure.mapping({ try dataset.rowBlocks() }) {
      let values = try Failure.mapping { try field.read(dataset, rows: rows) }
      try check(values, field, dataset, rows: Array(rows))
    }
  }

  private func check(_ values: FieldValues, _ field: FieldSchema, _ dataset: Dataset, rows: [Int]) throws {
    guard let (index, found) = field.firstForbidden(in: values) else { return }
    throw forbidden(index, found, of: values.count, field, dataset, rows: rows)
  }

  private func forbidden(
    _ index: Int, _ found: String, of count: Int, _ field: FieldSchema, _ dataset: Dataset, rows: [Int]
  ) -> Failure {
    let size = max(1, count / max(1, rows.count))
    let inner = field.dimensions.isEmpty ? "" : ", value \(index % size)"
    return Failure(
      .badData, "expected \(field.requirement), found \(found) at sample \(rows[index / size])\(inner)",
      at: "\(path):\(dataset.path)", remedy: field.remedy ?? "remove the sample, or make the dataset again")
  }
}

extension Failure {
  /// A field that a case study needs and a file does not have.
  fileprivate init(missing field: FieldSchema, at location: String) {
    let meaning = field.longName.isEmpty ? "" : " (\(field.longName))"
    self.init(
      .badData, "the field `\(field.name)`\(meaning) is missing", at: location,
      remedy: "add the dataset `\(field.name)` of type \(field.type) with dimensions "
        + "(\((["sample"] + field.dimensions).joined(separator: ", "))); see data/FORMAT.md")
  }
}
