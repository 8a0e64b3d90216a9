import Records
import Support

/// What the stages would say of a file, before any work is based on it.
public enum StageInput {
  /// Reads a file as the stage that takes it in does, to its end.
  ///
  /// - Returns: for a dataset, what is wrong with each field and each split, and the stages that could not use it.
  /// - Throws: the `Failure` that the stage would throw: a model whose settings or parameters make none, a sweep that does not fit
  ///   together.
  public static func check<Case: CaseStudy>(_ path: String, of kind: FileKind, _: Case.Type) throws -> FileValidation.Findings {
    switch kind {
    case .dataset, .datasetShard: return try check(path, kind, Case.self)
    case .model:
      let file = try ModelFile(path)
      _ = try file.description(of: Case.self)
      _ = try file.parameters()
    case .sweep: _ = try SweepRecord(reading: path)
    default: break
    }
    return FileValidation.Findings()
  }

  private static func check<Case: CaseStudy>(_ path: String, _ kind: FileKind, _: Case.Type) throws -> FileValidation.Findings {
    let reader = try DatasetReader(path, Case.layout, kinds: [kind], needsLabels: false)
    var findings = FileValidation.Findings(problems: try reader.forbiddenValues())
    for split in reader.splits {
      // What is missing may be no more than what implicit-apply can do without. A batch refuses forbidden values with the same words.
      do { try checkBatches(reader, split, Case.self) } catch let failure as Failure where failure.status == .badData {
        if !findings.problems.contains(failure) { findings.problems.append(failure) }
      }
      let missing = try reader.missingFields(of: split).map { field in
        "`\(field.name)`" + (try reader.misspelling(of: field, in: split).map { " (is `\($0)` meant to be it?)" } ?? "")
      }
      guard !missing.isEmpty, findings.problems.isEmpty else { continue }
      findings.notes.append(
        "/\(split.rawValue): has no \(missing.joined(separator: ", ")), so that implicit-apply takes it, but no training and no sweep"
      )
    }
    guard kind == .dataset else { return findings }
    for (split, stages) in [(Split.train, "implicit-train reads it"), (.test, "the other stages read it unless told otherwise")]
    where !reader.splits.contains(split) {
      findings.notes.append("/: there is no split `\(split.rawValue)`; \(stages)")
    }
    return findings
  }

  private static func checkBatches<Case: CaseStudy>(_ reader: DatasetReader, _ split: Split, _: Case.Type) throws {
    let count = try reader.count(of: split)
    for start in stride(from: 0, to: count, by: 64) {
      _ = try Case.batch(reader, split, rows: Array(start..<min(start + 64, count)), options: TensorOptions())
    }
  }
}
