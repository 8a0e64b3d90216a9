import Configuration
import Foundation
import Support

extension PipelinePlan {
  /// The files and folders that tasks of this run read, that no task makes, and that are not there. A plan can be made and looked at
  /// without them, on a laptop for a cluster; a run cannot.
  public var missingFiles: [ExternalFile] {
    var seen: Set<String> = []
    return graph.tasks.filter(makes).flatMap(\.externalFiles).filter { seen.insert($0.path).inserted }
      .filter { !FileManager.default.fileExists(atPath: $0.path) }
  }

  /// - Throws: `.missingInput` that names the key and the path of the first one.
  func requireFiles() throws {
    if let file = missingFiles.first { throw Failure(missing: file) }
  }
}

/// The content hashes of the files that a run reads and does not make: weights, images, kernels.
///
/// A file is read once; while nothing about it changes, its hash is taken from `RUN/external-files.json`. What is kept there is
/// never wrong: the times and numbers that the file system itself keeps tell every change, and a file that changed moments ago is
/// not kept. Losing the file costs reading again, so that it is no failure if it cannot be written.
struct ExternalHashes {
  private struct Entry: Codable {
    var signature: String
    var contentHash: String
  }

  /// What is kept, by the folder of the run and by path.
  private var kept: [String: [String: Entry]] = [:]
  /// What was found out here, by path; nil for what is missing or cannot be read. One look is enough for thousands of tasks.
  private var found: [String: String?] = [:]

  /// Times of files are kept in steps, and clocks of file servers differ.
  private static let settlingSeconds = 3

  /// The content hashes of a task's external files, by path. A missing one has none.
  mutating func hashes(of task: PipelineTask) -> [String: String] {
    var hashes: [String: String] = [:]
    for file in task.externalFiles { hashes[file.path] = hash(of: file.path, keptIn: task.folder) }
    return hashes
  }

  private mutating func hash(of path: String, keptIn folder: String) -> String? {
    if let known = found[path] { return known }
    let hash = try? read(path, keptIn: folder)
    found[path] = .some(hash)
    return hash
  }

  private mutating func read(_ path: String, keptIn folder: String) throws -> String? {
    let tree = try FileTree(at: path)
    guard !tree.isEmpty else { return nil }
    let store = "\(folder)/external-files.json"
    var entries = kept[folder] ?? Self.entries(store)
    let signature = tree.strictSignature()
    if let entry = entries[path], entry.signature == signature {
      kept[folder] = entries
      return entry.contentHash
    }
    let start = Date()
    let hash = try tree.contentHash()
    let isSettled = !tree.hasChanged(within: Self.settlingSeconds, before: start)
    entries[path] = isSettled ? Entry(signature: signature, contentHash: hash) : nil
    kept[folder] = entries
    if isSettled { try? writeJSON(entries, to: store) }
    return hash
  }

  private static func entries(_ store: String) -> [String: Entry] {
    FileManager.default.contents(atPath: store).flatMap { try? JSONDecoder().decode([String: Entry].self, from: $0) } ?? [:]
  }
}
