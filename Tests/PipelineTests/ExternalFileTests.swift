import Configuration
import Foundation
import Testing

@testable import Pipeline
@testable import Support

/// Files that the configuration names and no task of the run makes.
@Suite struct ExternalFileTests {
  private static func weights(_ bench: Workbench) -> String { "models.explicit-8.weights=\(bench.folder)/weights.safetensors" }

  /// Sharp images of a folder, blurred by the kernel of a file.
  private static let images = """
    case_study: deblurring
    dataset:
      images: {kind: folder, path: images, size: 16}
      kernel: {kind: file, path: kernel.npy}
    models:
      explicit: {architecture: explicit-drunet}
    training: {phases: [{steps: 1, iterations: 1, learning_rate: 0.01}]}
    """

  @Test func `A replaced file of weights makes its model again, and no other`() async throws {
    let bench = try Workbench()
    try bench.write("one", to: "weights.safetensors")
    _ = try await bench.execute(bench.plan(Self.weights(bench)))
    #expect(try bench.assessments(bench.plan(Self.weights(bench))).values.allSatisfy { $0 == "done" })
    try bench.write("two", to: "weights.safetensors")
    let found = try bench.assessments(bench.plan(Self.weights(bench)))
    #expect(found["train-explicit-8"] == "run: changed: input models.explicit-8.weights")
    #expect(found["generate"] == "done" && found["train-implicit-8"] == "done")
    #expect(found["sweep-implicit-8-test"] == "done")
    try bench.forgetEvents()
    _ = try await bench.execute(bench.plan(Self.weights(bench)))
    #expect(bench.started == ["explicit-8"])
    #expect(try bench.assessments(bench.plan(Self.weights(bench))).values.allSatisfy { $0 == "done" })
  }

  @Test(arguments: ["images/train/b.png", "images/test/deep/a.png", "kernel.npy"])
  func `A change of any file that the dataset is made of draws it again`(file: String) async throws {
    let bench = try Workbench(Self.images)
    for folder in ["images/train", "elsewhere/deep"] {
      try FileManager.default.createDirectory(atPath: "\(bench.folder)/\(folder)", withIntermediateDirectories: true)
    }
    // Folders of pictures are often links.
    try FileManager.default.createSymbolicLink(
      atPath: "\(bench.folder)/images/test", withDestinationPath: "../elsewhere")
    for name in ["images/train/a.png", "images/train/b.png", "images/test/deep/a.png", "kernel.npy"] {
      try bench.write("one", to: name)
    }
    _ = try await bench.execute()
    #expect(try bench.assessments()["generate"] == "done")
    try bench.write("two", to: file)
    let key = file == "kernel.npy" ? "dataset.kernel.path" : "dataset.images.path"
    #expect(try bench.assessments()["generate"] == "run: changed: input \(key)")
  }

  @Test func `The hash of a file that did not change is kept in the run, and a kept one is never taken for another file`() throws
  {
    let bench = try Workbench()
    let path = "\(bench.folder)/weights.safetensors"
    try bench.write("one", to: path)
    try FileManager.default.createDirectory(atPath: bench.run, withIntermediateDirectories: true)
    let store = "\(bench.run)/external-files.json"
    func hash() throws -> String {
      var hashes = ExternalHashes()
      let task = try #require(try bench.plan(Self.weights(bench)).graph["train-explicit-8"])
      return try #require(hashes.hashes(of: task)[path])
    }
    // Another change within the same tick of the clock would leave no trace: nothing is kept yet.
    let first = try hash()
    #expect(!FileManager.default.fileExists(atPath: store))
    while try FileTree(at: path).hasChanged(within: 3, before: Date()) { usleep(50_000) }
    #expect(try hash() == first)
    let kept = try String(contentsOfFile: store, encoding: .utf8)
    #expect(kept.contains(first) && kept.contains(path))
    // What is kept is used, and only while the file is the same.
    try bench.write(kept.replacing(first, with: "from the store"), to: store)
    #expect(try hash() == "from the store")
    let times = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    try bench.write("two", to: path)
    try FileManager.default.setAttributes([.modificationDate: try #require(times)], ofItemAtPath: path)
    #expect(try hash() != "from the store" && hash() != first)
  }

  @Test func `A plan can be made without a file, and says which is missing; a run is refused before anything is done`()
    async throws
  {
    let bench = try Workbench()
    let plan = try bench.plan(Self.weights(bench))
    #expect(plan.missingFiles == [ExternalFile(key: "models.explicit-8.weights", path: "\(bench.folder)/weights.safetensors")])
    let failure = try await #require(throws: Failure.self) { _ = try await bench.execute(plan) }
    #expect(failure.status == .missingInput && failure.location == "\(bench.folder)/weights.safetensors")
    #expect(failure.problem.contains("models.explicit-8.weights"))
    #expect(bench.events.isEmpty && !FileManager.default.fileExists(atPath: bench.run))
  }

  @Test func `A file that only another command reads may be missing, and changes nothing`() async throws {
    let bench = try Workbench(
      """
      case_study: looped-language
      dataset: {}
      models:
        looped: {architecture: looped-transformer, vocabulary: 274, width: 8, intermediate: 8}
      training: {phases: [{steps: 1, iterations: 1, learning_rate: 0.01}]}
      """)
    _ = try await bench.execute()
    let found = try bench.assessments(bench.plan("sweep.checkpoint.words=nowhere.tsv"))
    #expect(found.values.allSatisfy { $0 == "done" }, "\(found)")
  }
}
