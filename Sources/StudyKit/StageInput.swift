import Records

/// What the stages would say of a file, before any work is based on it.
public enum StageInput {
  /// Reads a file as the stage that takes it in does, to its end.
  ///
  /// - Throws: the `Failure` that the stage would throw: a value out of range, a sample that makes no batch, a model whose settings
  ///   or parameters make none, a sweep that does not fit together.
  public static func check<Case: CaseStudy>(_ path: String, of kind: FileKind, _: Case.Type) throws {
    switch kind {
    case .dataset, .datasetShard: try check(DatasetReader(path, Case.layout, kinds: [kind]), Case.self)
    case .model:
      let file = try ModelFile(path)
      _ = try file.description(of: Case.self)
      _ = try file.parameters()
    case .sweep: _ = try SweepRecord(reading: path)
    default: break
    }
  }

  private static func check<Case: CaseStudy>(_ reader: DatasetReader, _: Case.Type) throws {
    try reader.checkValues()
    for split in reader.splits {
      let count = try reader.count(of: split)
      for start in stride(from: 0, to: count, by: 64) {
        _ = try Case.batch(reader, split, rows: Array(start..<min(start + 64, count)), options: TensorOptions())
      }
    }
  }
}
