import HDF5
import Support

/// The group `/provenance`: how a file came to be. It is no part of the file's content.
public struct FileProvenance: Equatable, Sendable {
  /// The process that wrote the file.
  public var run: Provenance
  /// The resolved configuration, defaults included, as YAML.
  public var configuration: String
  /// The seed that all random numbers follow from; nil where there are none.
  public var seed: UInt64?
  /// The files that were read.
  public var inputs: [ProvenanceInput]

  /// What this process does, unless another one is named.
  public init(
    run: Provenance = .current(), configuration: String, seed: UInt64? = nil, inputs: [ProvenanceInput] = []
  ) {
    self.run = run
    self.configuration = configuration
    self.seed = seed
    self.inputs = inputs
  }

  /// The path of the input with this content hash, from the root of the file system.
  public func path(ofInput hash: String) -> String? {
    guard !hash.isEmpty, let path = inputs.first(where: { $0.contentHash == hash })?.path else { return nil }
    return path.hasPrefix("/") ? path : "\(run.workingFolder)/\(path)"
  }

  func write(to file: File) throws {
    let group = try file.createGroup("provenance")
    try group.write("configuration", scalar: configuration, storage: .text([configuration]))
    for (name, text) in [
      ("tool", run.tool), ("version", run.version), ("git_commit", run.commit), ("host", run.host),
      ("processor", run.processor), ("working_folder", run.workingFolder), ("started", run.started),
    ] {
      try group.setAttribute(name, text)
    }
    try group.setAttribute("command", run.commandLine)
    if let seed { try group.setAttribute("seed", Int64(bitPattern: seed)) }
    for (name, table) in [("libraries", run.libraries), ("slurm", run.slurm)] where !table.isEmpty {
      let subgroup = try group.createGroup(name)
      for (key, value) in table.sorted(by: { $0.key < $1.key }) { try subgroup.setAttribute(key, value) }
    }
    for (name, column) in [("path", inputs.map(\.path)), ("content_sha256", inputs.map(\.contentHash))] {
      try group.write("inputs/\(name)", column, storage: .text(column)).setAttribute("dims", ["input"])
    }
  }

  /// Reads the provenance of the file at a path; nil if it has none.
  public init?(reading path: String) throws { try self.init(of: Failure.mapping { try File.open(path) }) }

  /// Reads the provenance of a file; nil if it has none, as files of foreign writers may.
  public init?(of file: File) throws {
    guard try Failure.mapping({ try file.kind(of: "provenance") }) == .group else { return nil }
    self = try Failure.mapping {
      let group = try file.group("provenance")
      func text(_ name: String) throws -> String { try group.attribute(name, as: String.self) }
      func table(_ name: String) throws -> [String: String] {
        guard try group.contains(name) else { return [:] }
        let subgroup = try group.group(name)
        let names = try subgroup.attributeNames()
        return Dictionary(
          uniqueKeysWithValues: try names.map { ($0, try subgroup.attribute($0, as: String.self)) })
      }
      let run = Provenance(
        tool: try text("tool"), version: try text("version"), commit: try text("git_commit"),
        libraries: try table("libraries"), host: try text("host"), processor: try text("processor"),
        commandLine: try group.attributeArray("command", as: String.self), workingFolder: try text("working_folder"),
        slurm: try table("slurm"), started: try text("started"))
      let paths = try group.dataset("inputs/path").read(String.self)
      let hashes = try group.dataset("inputs/content_sha256").read(String.self)
      return FileProvenance(
        run: run, configuration: try group.dataset("configuration").readScalar(),
        seed: try group.hasAttribute("seed") ? UInt64(bitPattern: group.attribute("seed", as: Int64.self)) : nil,
        inputs: zip(paths, hashes).map { ProvenanceInput(path: $0, contentHash: $1) })
    }
  }
}
