import HDF5
import Support

/// Writes a dataset, or one shard of it, block by block.
///
/// The file does not depend on how the samples are cut into blocks. Draws are numbered from 0; each split keeps the
/// first `keep` accepted samples in the order of their draws.
public final class DatasetWriter {
  private final class Output {
    let plan: SplitPlan
    let range: Range<Int>
    let group: Group
    let index: Dataset
    var fields: [(schema: FieldSchema, sampleSize: Int, dataset: Dataset)] = []
    var count = 0
    var lastDraw: Int?

    init(plan: SplitPlan, range: Range<Int>, group: Group, index: Dataset) {
      self.plan = plan
      self.range = range
      self.group = group
      self.index = index
    }

    var isFull: Bool { plan.keep.map { count >= $0 } ?? false }
    /// Draws up to the last sample kept; all of the range where more were wanted.
    var attempts: Int { isFull ? (lastDraw.map { $0 + 1 - range.lowerBound } ?? 0) : range.count }
  }

  /// The fields that every block has.
  public let layout: DatasetLayout
  private let content: ContentFile
  private let shard: Shard?
  private var outputs: [Split: Output] = [:]

  /// Creates the file with its groups and datasets.
  ///
  /// - Parameters:
  ///   - layout: fields, and the lengths of all their dimensions.
  ///   - plans: the splits, each once.
  ///   - shard: the part of the draws that this file is for; nil for all of them.
  public init(
    creating path: String, _ layout: DatasetLayout, plans: [SplitPlan], shard: Shard? = nil, provenance: FileProvenance
  ) throws {
    self.layout = layout
    self.shard = shard
    content = try ContentFile(
      creating: path,
      FileHeader(
        shard == nil ? .dataset : .datasetShard, caseStudy: layout.caseStudy, title: layout.title,
        references: layout.references),
      provenance: provenance)
    try Failure.mapping {
      if let shard {
        try content.file.setAttribute("shard_index", Int64(shard.index))
        try content.file.setAttribute("shard_count", Int64(shard.count))
      }
      for (name, text) in layout.texts.sorted(by: { $0.key < $1.key }) {
        try content.write("/\(name)", [text.text], shape: [], longName: text.longName)
      }
      for plan in plans { try create(plan) }
    }
  }

  private func create(_ plan: SplitPlan) throws {
    let range = shard?.range(of: plan.draws) ?? 0..<plan.draws
    let name = plan.split.rawValue
    let storage = Storage.growing(expectedRows: min(plan.keep ?? range.count, plan.draws))
    let group = try content.file.createGroup(name)
    let index = try content.create(
      "/\(name)/index", shape: [0], role: FieldSchema.Role.identifier.rawValue, storage: storage)
    let output = Output(plan: plan, range: range, group: group, index: index)
    for field in layout.fields {
      let shape = try layout.shape(of: field)
      let dataset = try content.create(
        "/\(name)/\(field.name)", type: field.type, shape: [0] + shape, dimensions: field.dimensions,
        units: field.units, longName: field.longName, role: field.role.rawValue, storage: storage)
      output.fields.append((field, shape.reduce(1, *), dataset))
    }
    outputs[plan.split] = output
  }

  private func output(_ split: Split) throws -> Output {
    guard let output = outputs[split] else { throw Failure(.bug, "the writer was given no plan for \(split.rawValue)") }
    return output
  }

  /// The draws that this file is for.
  public func draws(of split: Split) throws -> Range<Int> { try output(split).range }

  /// Whether the split has all the samples it keeps, so that further draws are of no use.
  public func isFull(_ split: Split) throws -> Bool { try output(split).isFull }

  /// Samples written so far.
  public func count(of split: Split) throws -> Int { try output(split).count }

  /// A block that is not as the layout and the plan say.
  private func misuse(_ problem: String, _ split: Split) -> Failure {
    Failure(.bug, problem, at: "generator of \(layout.caseStudy), split `\(split.rawValue)`")
  }

  /// Appends accepted samples; those beyond `keep` are left out.
  ///
  /// - Throws: `Failure` (bug) that names case study and split for fields, draws or counts that the layout does not have, (bad data)
  ///   for a value that its field forbids.
  public func append(_ block: SampleBlock, to split: Split) throws {
    let output = try output(split)
    guard Set(block.fields.keys) == Set(layout.fields.map(\.name)) else {
      throw misuse("expected the fields \(layout.fields.map(\.name).sorted()), found \(block.fields.keys.sorted())", split)
    }
    var last = output.lastDraw
    for draw in block.draws {
      guard output.range.contains(draw), last.map({ $0 < draw }) ?? true else {
        throw misuse("expected ascending draws in \(output.range), found \(draw) after \(last ?? -1)", split)
      }
      last = draw
    }
    let kept = min(block.draws.count, output.plan.keep.map { max(0, $0 - output.count) } ?? block.draws.count)
    guard kept > 0 else { return }
    let draws = block.draws.prefix(kept)
    try Failure.mapping {
      for (field, size, dataset) in output.fields {
        guard let values = block.fields[field.name], values.count == block.draws.count * size else {
          throw misuse(
            "expected \(size) values for each of \(block.draws.count) samples of `\(field.name)`, found "
              + "\(block.fields[field.name]?.count ?? 0) in all", split)
        }
        let keptValues = values.prefix(kept * size)
        if let (index, found) = field.firstForbidden(in: keptValues) {
          throw Failure(
            .badData, "expected \(field.requirement), found \(found) in draw \(draws[index / max(1, size)])",
            at: "\(content.file.filePath):\(dataset.path)", remedy: "check the distribution that samples are drawn from"
          )
        }
        try field.append(keptValues, to: dataset)
      }
      try output.index.append(draws.map { Int64($0) })
    }
    output.count += kept
    output.lastDraw = draws.last
  }

  /// Completes the file.
  ///
  /// - Returns: its content hash.
  /// - Throws: `Failure` with `.badData` if a split of a whole dataset has no sample.
  @discardableResult
  public func finish() throws -> String {
    for split in Split.allCases where shard == nil {
      guard let output = outputs[split], output.count == 0 else { continue }
      throw Failure(
        .badData, "none of the \(output.range.count) draws gave a sample for the split `\(split.rawValue)`",
        at: content.file.filePath, remedy: "change the distribution, or allow more draws")
    }
    try Failure.mapping {
      for output in Split.allCases.compactMap({ outputs[$0] }) {
        let group = output.group
        try group.setAttribute("attempts", Int64(output.attempts))
        try group.setAttribute("rejected", Int64(output.attempts - output.count))
        if let keep = output.plan.keep { try group.setAttribute("keep", Int64(keep)) }
        guard shard != nil else { continue }
        try group.setAttribute("first_draw", Int64(output.range.lowerBound))
        try group.setAttribute("end_draw", Int64(output.range.upperBound))
        try group.setAttribute("draws", Int64(output.plan.draws))
      }
    }
    return try content.finish()
  }

  /// Gives up; nothing of the file is left.
  public func cancel() { content.cancel() }
}
