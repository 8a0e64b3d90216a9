import Foundation

/// Where a result may go: to a new name, or in place of a regular file. A device or a pipe is not replaced by a file of its name,
/// and a link stays one: the file that it names is replaced.
public enum OutputPath {
  /// The path of the file that is written, links followed.
  ///
  /// - Throws: `.cannotCreate` for a folder, a device, a pipe, a socket, or a link to nothing.
  public static func resolved(_ path: String) throws -> String {
    func refuse(_ found: String, _ remedy: String) -> Failure {
      Failure(.cannotCreate, "cannot create the output: expected the name of a file, found \(found)", at: path, remedy: remedy)
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
        throw refuse("a link to \(target), which is not there", "remove the link, or make the file that it names")
      }
      return path
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    case S_IFDIR: throw refuse("a folder", "name a file, for example \(path)/result.h5")
    case S_IFIFO: throw refuse("a named pipe", "name a file: it is written under another name and then renamed")
    case S_IFSOCK: throw refuse("a socket", "name a file: it is written under another name and then renamed")
    default: throw refuse("a device", "name a file; leave the option out where it may be, if the result is not wanted")
    }
  }

  /// Throws `.usage` where an output is one of the files that it is made from.
  ///
  /// - Parameter inputs: paths; what is not there is no input.
  public static func check(_ outputs: [String], against inputs: [String]) throws {
    for output in outputs {
      guard let written = identity(output), let input = inputs.first(where: { identity($0) == written }) else { continue }
      throw Failure(
        .usage, "the output is the input \(input == output ? "itself" : "`\(input)`"), which would be lost", at: output,
        remedy: "choose another name for the output")
    }
  }

  /// Whatever its name, a file is known by its device and number there.
  private static func identity(_ path: String) -> [UInt64]? {
    var status = stat()
    return stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
  }
}
