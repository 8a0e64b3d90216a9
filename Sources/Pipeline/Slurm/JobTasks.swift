import Foundation
import Support

/// The file that says which tasks an element of an array does: lines of an index and a task.
public enum JobTasks {
  static func write(_ elements: [JobElement], to path: String) throws {
    let lines = elements.flatMap { element in element.tasks.map { "\(element.index) \($0)\n" } }
    try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  /// The tasks of one element.
  ///
  /// - Throws: `.missingInput` if the file is not there; `.badData` if it has none for this index.
  public static func read(_ path: String, index: Int) throws -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(.missingInput, "there is no such list of tasks", at: path, remedy: "submit the run again")
    }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    let tasks = lines.filter { $0.hasPrefix("\(index) ") }.map { String($0.drop { $0 != " " }.dropFirst()) }
    guard !tasks.isEmpty else {
      throw Failure(.badData, "expected a line with the index \(index), found none", at: path, remedy: "submit the run again")
    }
    return tasks
  }
}
