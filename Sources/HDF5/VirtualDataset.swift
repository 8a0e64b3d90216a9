import CHDF5
import Foundation

/// Virtual datasets, whose values lie in other files. This module reads those of other programs and writes none.
extension Group {
  /// Throws if a file that a virtual dataset takes its values from is missing: the library would read zeros instead.
  func requireVirtualSources(of dataset: hid_t, _ call: CallContext) throws {
    let properties = try call.check(H5Dget_create_plist(dataset))
    defer { H5Pclose(properties) }
    guard H5Pget_layout(properties) == H5D_VIRTUAL else { return }
    var count = 0
    try call.check(H5Pget_virtual_count(properties, &count))
    let folder = (filePath as NSString).deletingLastPathComponent
    for index in 0..<count {
      let file = try CString.read { try call.check(H5Pget_virtual_filename(properties, index, $0, $1)) }
      let beside = (folder as NSString).appendingPathComponent(file)
      guard file == "." || [file, beside].contains(where: FileManager.default.fileExists(atPath:)) else {
        throw call.failure(.missingObject, expected: "the source file \(file)", found: "no such file")
      }
    }
  }
}
