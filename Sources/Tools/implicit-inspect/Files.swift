import ArgumentParser
import Foundation
import Records
import StudyKit
import StudyRegistry
import Support

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists what is in a file (the default).", shouldDisplay: false)

  @Argument(help: ArgumentHelp("The file.", valueName: "file.h5"))
  var file: String

  func run() throws {
    Log.start()
    print(try FileInspector(file).listing(), terminator: "")
  }
}

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks structure, values and content hash of files; ends with 65 if one is not valid.")

  @Argument(help: ArgumentHelp("The files.", valueName: "file.h5"))
  var files: [String]

  func run() throws {
    Log.start()
    var broken: [String] = []
    var unreadable: Failure?
    for path in files {
      let validation: FileValidation
      do { validation = try FileValidation(of: path, in: fileCatalog, check: Self.stagesAccept) } catch {
        // The others are checked all the same.
        let failure = Failure(describing: error)
        guard files.count > 1 else { throw failure }
        print("\(path): not valid\n  problem: \(failure)")
        unreadable = unreadable ?? failure
        broken.append(path)
        continue
      }
      print("\(path): \(validation.isValid ? "valid" : "not valid"), \(validation.kind.rawValue), \(validation.contentHash)")
      for problem in validation.problems { print("  problem: \(problem)") }
      for note in validation.notes { print("  note: \(note)") }
      if !validation.isValid { broken.append(path) }
    }
    if let first = broken.first {
      throw Failure(
        unreadable?.status ?? .badData, "\(broken.count) of \(files.count) files are not valid", at: first,
        remedy: "run the stage that wrote it again, or compare it with data/FORMAT.md")
    }
  }
}

extension Validate {
  /// What the stages of the file's case study require beyond the format.
  static func stagesAccept(_ path: String, _ header: FileHeader) throws -> FileValidation.Findings {
    try StageInput.check(path, of: header.kind, caseStudy(named: header.caseStudy, statedBy: path))
  }
}

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares the content of two files; ends with 1 if it differs. Measured times do not count.")

  @Argument(help: ArgumentHelp("The first file.", valueName: "a.h5"))
  var first: String

  @Argument(help: ArgumentHelp("The second file.", valueName: "b.h5"))
  var second: String

  func run() throws {
    Log.start()
    let difference = try FileDifference(first, second)
    for entry in difference.entries { print("\(entry.object): \(entry.text)") }
    print(difference.isSame ? "same content" : "different content")
    if !difference.isSame { throw ExitCode(1) }
  }
}
