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
    try checkModels(of: settings.bands)
    try document.finish()
  }

  /// A claim about a model that the file does not have would never be measured: it is a spelling mistake.
  private func checkModels(of bands: [ExpectedBand]) throws {
    let names = outline.models.map(\.name)
    for band in bands {
      for quantity in [band.quantity, band.reference].compactMap(\.self) {
        // `implicit-8, anderson` is a model with its solver.
        guard
          !names.contains(where: {
            quantity.model == $0 || quantity.model.hasPrefix("\($0) ") || quantity.model.hasPrefix("\($0),")
          })
        else { continue }
        throw Failure(
          .usage, "the expected band \"\(band.name)\" is about the model `\(quantity.model)`, which is not among `models`",
          at: document.name, remedy: suggestion(for: quantity.model, among: names, called: "models"))
      }
    }
  }
}
