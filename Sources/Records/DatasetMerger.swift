import HDF5
import Support

/// Puts the shards of a dataset together. The result has the content, and so the content hash, of a dataset that was
/// drawn in one run.
public struct DatasetMerger {
  private let readers: [DatasetReader]
  private let layout: DatasetLayout
  private let plans: [SplitPlan]
  /// The case study of the shards.
  public var caseStudy: String { layout.caseStudy }
  private let configuration: String?
  private let seed: UInt64?

  /// Opens the shards, in any order, and checks that they are all there, each once, and belong together.
  public init(shards paths: [String]) throws {
    var opened: [(shard: Shard, reader: DatasetReader, provenance: FileProvenance?)] = []
    for path in paths {
      let reader = try DatasetReader(path, kinds: [.datasetShard])
      let file = try Failure.mapping { try File.open(path) }
      opened.append((try Self.shard(of: file), reader, try FileProvenance(of: file)))
    }
    opened.sort { $0.shard.index < $1.shard.index }
    guard let first = opened.first else {
      throw Failure(.usage, "there are no shards to merge", remedy: "name the shard files")
    }
    let found = opened.map { "\($0.shard.index)/\($0.shard.count)" }
    let expected = (1...first.shard.count).map { "\($0)/\(first.shard.count)" }
    guard found == expected else {
      throw Failure(
        .badData, "expected the shards \(expected.joined(separator: " ")), found \(found.joined(separator: " "))",
        at: first.reader.path, remedy: "give every shard once; draw those that are missing")
    }
    layout = first.reader.layout
    plans = try first.reader.splits.map { try Self.plan(of: $0, in: first.reader) }
    configuration = first.provenance?.configuration
    seed = first.provenance?.seed
    for (shard, reader, provenance) in opened {
      let itsPlans = try reader.splits.map { try Self.plan(of: $0, in: reader) }
      let same =
        reader.layout == layout && itsPlans == plans && provenance?.configuration == configuration
        && provenance?.seed == seed
      guard same else {
        throw Failure(
          .badData, "the shard was drawn with another configuration than \(first.reader.path)", at: reader.path,
          remedy: "draw all shards with the same configuration, preset and seed")
      }
      for plan in plans { try Self.checkRange(of: plan, shard, reader) }
    }
    readers = opened.map(\.reader)
  }

  private static func shard(of file: File) throws -> Shard {
    try Failure.mapping {
      let index = try file.attribute("shard_index", as: Int64.self)
      let count = try file.attribute("shard_count", as: Int64.self)
      guard let shard = try? Shard(Int(index), of: Int(count)) else {
        throw Failure(.badData, "expected a shard number 1 ... N of N, found \(index) of \(count)", at: file.filePath)
      }
      return shard
    }
  }

  private static func plan(of split: Split, in reader: DatasetReader) throws -> SplitPlan {
    let draws = try required("draws", of: split, in: reader)
    guard (0...(1 << 40)).contains(draws) else {
      throw Failure(
        .badData, "expected 0 ... 2^40 draws, found \(draws)", at: "\(reader.path):/\(split.rawValue)@draws")
    }
    return SplitPlan(split, draws: draws, keep: try reader.attribute("keep", of: split))
  }

  private static func required(_ name: String, of split: Split, in reader: DatasetReader) throws -> Int {
    guard let value = try reader.attribute(name, of: split) else {
      throw Failure(.badData, "the attribute `\(name)` is missing", at: "\(reader.path):/\(split.rawValue)")
    }
    return value
  }

  private static func checkRange(of plan: SplitPlan, _ shard: Shard, _ reader: DatasetReader) throws {
    let expected = shard.range(of: plan.draws)
    let first = try required("first_draw", of: plan.split, in: reader)
    let end = try required("end_draw", of: plan.split, in: reader)
    let draws = try reader.draws(of: plan.split)
    guard first == expected.lowerBound, end == expected.upperBound, draws.allSatisfy(expected.contains) else {
      throw Failure(
        .badData, "expected the draws \(expected), found \(first)..<\(end)",
        at: "\(reader.path):/\(plan.split.rawValue)",
        remedy: "draw the shard again")
    }
  }

  /// Writes the whole dataset. Samples are streamed; no shard is held in memory.
  ///
  /// - Parameter run: the process that merges.
  /// - Returns: the content hash.
  @discardableResult
  public func write(to path: String, run: Provenance = .current()) throws -> String {
    let provenance = FileProvenance(
      run: run, configuration: configuration ?? "", seed: seed,
      inputs: readers.map { ProvenanceInput(path: $0.path, contentHash: $0.header.contentHash) })
    let writer = try DatasetWriter(creating: path, layout, plans: plans, provenance: provenance)
    for plan in plans {
      for reader in readers where try !writer.isFull(plan.split) {
        for start in stride(from: 0, to: try reader.count(of: plan.split), by: Self.blockRows) {
          let end = min(start + Self.blockRows, try reader.count(of: plan.split))
          try writer.append(try reader.block(plan.split, rows: start..<end), to: plan.split)
        }
      }
    }
    return try writer.finish()
  }

  private static let blockRows = 64
}
