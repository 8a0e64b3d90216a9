import Configuration
import Support
import Torch

/// All that an interrupted piece of work must have in common with the one that continues it.
///
///     let identity = ResumeIdentity(
///       document, under: ["seed", "sweep"], except: ["sweep.splits"], device: device, parts: [dataset.contentHash])
public struct ResumeIdentity: Equatable, Sendable {
  /// SHA-256, for files.
  public let hash: String

  /// - Parameters:
  ///   - document: after all of its keys have been read.
  ///   - paths: the sections and keys that decide about the result.
  ///   - exceptions: keys, or sections, below them that do not.
  ///   - device: results of another one differ in their last digits.
  ///   - parts: what else decides, for example the content hashes of inputs, in a fixed order.
  ///   - version: of this program, whose other versions may compute something else.
  public init(
    _ document: ConfigurationDocument, under paths: [String], except exceptions: [String] = [], device: Device,
    parts: [String?], version: String = implicitModelsVersion
  ) {
    let values = document.resolvedValues(under: paths).filter { key, _ in
      !exceptions.contains { key == $0 || key.hasPrefix("\($0).") }
    }
    let settings = values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    // Lengths in front, so that nothing in a part can be taken for the border between two.
    let all = [version, "\(device)"] + settings + parts.map { $0 ?? "" }
    hash = SHA256.hash(all.map { "\($0.utf8.count):\($0)" }.joined())
  }
}
