import Foundation
import Records
import Support
import Synchronization

/// A folder with the sub-folders `train`, `valid` (or `val`) and `test` of JPEG and PNG pictures, as BSDS500 has them in
/// `data/images`.
final class ImageFolder: Sendable {
  let path: String
  private let listings = Mutex<[Split: [String]]>([:])

  init(_ path: String) { self.path = path }

  /// The pictures of a split, at any depth, in the order of their paths.
  ///
  /// - Throws: `Failure`: missing input when there is no such folder, bad data when there is no picture in it.
  func pictures(of split: Split) throws -> [String] {
    try listings.withLock { known in
      if let listing = known[split] { return listing }
      let listing = try list(split)
      known[split] = listing
      return listing
    }
  }

  /// What other systems leave beside pictures: hidden files, as the ._a.png of macOS, and folders of their own.
  private static func isHidden(_ name: Substring) -> Bool {
    name.hasPrefix(".") || ["__MACOSX", "@eaDir", "$RECYCLE.BIN"].contains(name)
  }

  private func list(_ split: Split) throws -> [String] {
    guard FileManager.default.fileExists(atPath: path) else {
      throw Failure(
        .missingInput, "there is no such folder", at: path,
        remedy: "set dataset.images.path: from the folder of the pipeline file, or with --set from where you are")
    }
    let names = split == .valid ? ["valid", "val"] : [split.rawValue]
    var isFolder: ObjCBool = false
    guard
      let folder = names.map({ "\(path)/\($0)" }).first(where: {
        FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && isFolder.boolValue
      }), let entries = FileManager.default.enumerator(atPath: folder)
    else {
      throw Failure(
        .missingInput, "expected the folder `\(names.joined(separator: "` or `"))`, found none", at: path,
        remedy: "set dataset.images.path to the folder that has train, valid and test")
    }
    let pictures = entries.compactMap { $0 as? String }.filter {
      ["jpg", "jpeg", "png"].contains(($0 as NSString).pathExtension.lowercased())
        && !$0.split(separator: "/").contains(where: Self.isHidden)
    }
    guard !pictures.isEmpty else {
      throw Failure(.badData, "expected JPEG or PNG pictures, found none", at: folder, remedy: "put pictures into the folder")
    }
    return pictures.sorted().map { "\(folder)/\($0)" }
  }
}
