import Configuration
import Foundation
import Report
import Support

/// The pipeline file of one case study. All of it is read, so that a mistake in any section is found before hours are spent.
///
/// Which tasks there are is decided by the `models`, by `sweep.splits` and by the section `pipeline`; all else is for the stages.
public struct CasePipeline {
  /// The file, with its preset and overrides.
  public let document: ConfigurationDocument
  /// The name of the file without its extension; tells the cases of one run apart.
  public let name: String
  /// Its models are those that others start from, then the others, each in alphabetical order.
  public let outline: PipelineOutline

  /// - Parameter reader: knows the case studies.
  /// - Throws: `.missingInput` or `.usage` for a file that cannot be read or is wrong anywhere.
  public init(_ path: String, preset: String? = nil, overrides: [String] = [], reader: PipelineOutline.Reader) throws {
    document = try ConfigurationDocument.load(path, preset: preset, overrides: overrides)
    name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
    var outline = try reader(document)
    let sources = Set(outline.models.compactMap(\.initial))
    outline.models =
      outline.models.filter { sources.contains($0.name) } + outline.models.filter { !sources.contains($0.name) }
    self.outline = outline
    guard !outline.models.isEmpty else {
      throw Failure(
        .usage, "models: expected at least one model, found none", at: path,
        remedy: "a preset removes the models that it sets to null")
    }
    let settings = try AggregationSettings(document.section("aggregate", "the report and its expected bands"))
    try ReportRequest(settings, document).check(outline)
    try document.finish()
  }
}
