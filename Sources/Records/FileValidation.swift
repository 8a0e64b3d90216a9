import HDF5
import Support

/// The result of checking a whole file: structure, every value, and the content hash.
public struct FileValidation: Equatable, Sendable {
  /// What the stages would say of a file.
  public struct Findings: Sendable {
    /// What they would refuse.
    public var problems: [Failure]
    /// Which of them could take it, and which not.
    public var notes: [String]

    /// Nothing, unless it is said.
    public init(problems: [Failure] = [], notes: [String] = []) { (self.problems, self.notes) = (problems, notes) }
  }

  /// The file that was checked.
  public var path: String
  /// What it says that it is for.
  public var kind: FileKind
  /// Hash of the content as it is.
  public var contentHash: String
  /// What is wrong, each with its object.
  public var problems: [String] = []
  /// What is allowed but worth knowing.
  public var notes: [String] = []

  /// Whether nothing is wrong; notes do not count.
  public var isValid: Bool { problems.isEmpty }

  /// Reads the whole file once, block by block.
  ///
  /// - Parameters:
  ///   - catalog: the kinds of files that there are.
  ///   - check: what the stages that take the file in would find, where its structure is sound.
  /// - Throws: `Failure` if there is no file, if it is of no such kind, or if it cannot be read to its end.
  public init(
    of path: String, in catalog: SchemaCatalog = .common,
    check: (_ path: String, FileHeader) throws -> Findings = { _, _ in Findings() }
  ) throws {
    let file = try Failure.mapping { try File.open(path) }
    let header = try FileHeader(of: file)
    let schema = try catalog.schema(of: header.kind)
    let structure = try Failure.mapping { try StructureCheck(of: file, schema) }
    self.path = path
    kind = header.kind
    contentHash = ""
    problems = structure.problems.map { "\($0.object): \($0.text)" }
    notes = Dictionary(grouping: structure.notes, by: \.text).sorted { $0.key < $1.key }.map { text, objects in
      objects.count < 3
        ? objects.map { "\($0.object): \(text)" }.joined(separator: "; ")
        : "\(objects[0].object) and \(objects.count - 1) more: \(text)"
    }
    if structure.problems.isEmpty {
      do {
        let findings = try check(path, header)
        problems += findings.problems.map(\.description)
        notes += findings.notes
      } catch let failure as Failure where failure.status == .badData { problems.append(failure.description) }
      // Told once: a value that the format forbids is one that the stages refuse.
      if problems.isEmpty { try checkValues(file, schema) }
    }
    contentHash = try Failure.mapping { try ContentHash.of(file) }
    switch header.contentHash {
    case nil: notes.append("/: states no content_sha256, so that a change of its values cannot be noticed")
    case contentHash: break
    case let stated?:
      problems.append("/: the content does not have the hash it states: expected \(stated), found \(contentHash)")
    }
    if try FileProvenance(of: file) == nil { notes.append("/: has no group /provenance") }
  }

  private mutating func checkValues(_ file: File, _ schema: FileSchema) throws {
    guard kind == .dataset || kind == .datasetShard else { return try checkNumbers(file, schema) }
    do {
      let reader = try DatasetReader(path, kinds: [kind])
      problems += try reader.forbiddenValues().map(\.description)
      for split in reader.splits where try reader.count(of: split) == 0 && kind == .dataset {
        problems.append("/\(split.rawValue): has no samples")
      }
    } catch let failure as Failure where failure.status == .badData { problems.append(failure.description) }
  }

  /// NaN where the schema gives it no meaning.
  private mutating func checkNumbers(_ file: File, _ schema: FileSchema) throws {
    try Failure.mapping {
      for child in try file.contents() where child.kind == .dataset {
        guard let object = schema.object(at: child.path), !object.allowsNaN else { continue }
        let dataset = try file.dataset(child.path)
        guard case .float = dataset.type else { continue }
        var count = 0
        if try dataset.shape.isEmpty {
          count = try dataset.readScalar(Double.self).isNaN ? 1 : 0
        } else {
          for rows in try dataset.rowBlocks() { count += try dataset.read(Double.self, rows: rows).count { $0.isNaN } }
        }
        if count > 0 { problems.append("\(child.path): expected numbers, found NaN (\(count) times)") }
      }
    }
  }
}
