import Foundation
import Testing

@testable import Configuration

/// The pipeline files that ship, read as files; what their sections mean is tested with the stages.
@Suite struct PipelineFileTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../pipelines")
    .standardized.path

  @Test func `all.yaml lists pipeline files that exist, each with the presets smoke, demo and paper`() throws {
    for path in try ConfigurationDocument.pipelineFiles(Self.folder + "/all.yaml") {
      let document = try ConfigurationDocument.load(path)
      #expect(Set(document.presets).isSuperset(of: ["smoke", "demo", "paper"]), "\(path)")
      for preset in document.presets {
        let models = try ConfigurationDocument.load(path, preset: preset).root.namedSections("models", "models")
        #expect(!models.isEmpty, "\(path), \(preset)")
      }
    }
  }

  @Test func `Every pipeline file in the folder is in all.yaml`() throws {
    let listed = try ConfigurationDocument.pipelineFiles(Self.folder + "/all.yaml").map {
      ($0 as NSString).lastPathComponent
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter {
      $0.hasSuffix(".yaml") && $0 != "all.yaml"
    }
    #expect(listed.sorted() == files.sorted())
  }
}
