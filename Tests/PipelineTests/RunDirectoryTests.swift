import Foundation
import TestSupport
import Testing

@testable import Pipeline

@Suite struct RunDirectoryTests {
  @Test func `The folders are made once and known afterwards`() throws {
    try withFolder { (folder) throws in
      let run = RunDirectory(folder + "/run")
      try run.create()
      try run.create()
      for path in [run.dataset("d"), run.model("m"), run.sweep("s"), run.log("l"), run.progress("p")] {
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
      }
      #expect(run.sweep("implicit-8").hasSuffix("/run/sweeps/implicit-8.sweep.h5"))
    }
  }

  @Test func `A location where no folder can be made is an error`() throws {
    try withFolder { (folder) throws in
      try "".write(toFile: folder + "/file", atomically: true, encoding: .utf8)
      let failure = try thrownFailure { try RunDirectory(folder + "/file").create() }
      #expect(failure.status == .cannotCreate)
      #expect(failure.location == folder + "/file/datasets")
    }
  }
}
