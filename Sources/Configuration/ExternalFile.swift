import Foundation
import Support

/// A file or folder that a configuration names: its content decides about results, and no stage of a pipeline makes it.
public struct ExternalFile: Codable, Equatable, Sendable {
  /// The key that names it, for example `models.explicit-8.weights`; an item of a list has its position behind, `files.0`.
  public var key: String
  /// From the root of the file system.
  public var path: String

  public init(key: String, path: String) { (self.key, self.path) = (key, path) }
}

extension ConfigurationDocument {
  /// The files and folders that the keys read so far name, in the order of the keys.
  ///
  ///     _ = try document.section("models").section("a").path("weights", "...")
  ///     document.externalFiles(under: ["models.a"])   // [ExternalFile(key: "models.a.weights", path: "/...")]
  ///
  /// - Parameter paths: only those of these sections or keys; nil for all.
  public func externalFiles(under paths: [String]? = nil) -> [ExternalFile] {
    root.context.externalFiles.filter { key, _ in
      paths?.contains { key == $0 || key.hasPrefix("\($0).") } ?? true
    }.sorted { $0.key < $1.key }.map { ExternalFile(key: $0.key, path: $0.value) }
  }
}

extension ConfigurationContext {
  /// Remembers a file that a key names.
  func note(externalFile path: String, of key: String) {
    guard !isDescribing else { return }
    let whole = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    externalFiles[key] = whole.replacing("/./", with: "/")
  }
}

extension Failure {
  /// A file or folder that a key names and that is not there.
  package init(missing file: ExternalFile) {
    self.init(
      .missingInput, "there is no such file or folder, which `\(file.key)` names", at: file.path,
      remedy: "put it there, or set \(file.key) to where it is")
  }
}
