import ArgumentParser
import Foundation
import Records
import StudyKit
import StudyRegistry
import Support
import ToolKit

struct ImportWeights: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a model file of a safetensors file with weights under their PyTorch names.",
    discussion: "Architectures: \(architectures.joined(separator: ", ")).")

  private static let architectures = caseStudies.flatMap(architectures(of:))

  private static func architectures(of study: any CaseStudy.Type) -> [String] {
    func names<Case: CaseStudy>(_: Case.Type) -> [String] { Case.architectures.map(\.name) }
    return names(study)
  }

  @Option(help: "The architecture, for example implicit-gnn.")
  var architecture: String

  @Option(help: "Its further settings as a YAML map; by default they are taken from the shapes of the weights.")
  var settings: String?

  @Option(help: "Name of the model in the file; by default the name of the output.")
  var name: String?

  @Option(
    help: ArgumentHelp("The dataset that the model is for, where shapes depend on its channels or points.", valueName: "file.h5"))
  var dataset: String?

  @Option(help: ArgumentHelp("The weights.", valueName: "file"))
  var safetensors: String

  @Option(name: .customLong("out"), help: ArgumentHelp("The model file to write.", valueName: "file.h5"))
  var output: String

  @OptionGroup var replacement: ReplaceOptions

  func run() throws {
    Log.start()
    guard let study = caseStudies.first(where: { Self.architectures(of: $0).contains(architecture) }) else {
      throw Failure(
        .usage, "unknown architecture `\(architecture)`", at: "--architecture",
        remedy: suggestion(for: architecture, among: Self.architectures, called: "architectures"))
    }
    try importWeights(study)
    print(output)
  }

  private func importWeights<Case: CaseStudy>(_ study: Case.Type) throws {
    if let name, name.isEmpty || name.contains(where: { !isNameCharacter($0) }) {
      throw Failure(
        .usage, "expected a name of letters, digits, - and _, found `\(name)`", at: "--name",
        remedy: "name it as in a pipeline file, for example implicit-8")
    }
    let stem = ((output as NSString).lastPathComponent as NSString).deletingPathExtension
    let name = name ?? String(stem.map { isNameCharacter($0) ? $0 : "-" })
    let claim = OutputClaim(
      output, of: .model, caseStudy: Case.name, model: name, inputs: [safetensors] + (dataset.map { [$0] } ?? []),
      replaces: replacement.replace)
    try withOutputLock(claim) {
      try WeightExchange.importWeights(
        study, architecture: architecture, settings: settings, name: name, dataset: dataset, safetensors: safetensors, to: output)
    }
  }

  /// Names of models are keys in configurations, where a dot separates keys.
  private func isNameCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
  }
}

struct ExportWeights: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the weights of a model file as safetensors, under their PyTorch names.")

  @Argument(help: ArgumentHelp("The model.", valueName: "model.h5"))
  var model: String

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var safetensors: String

  @OptionGroup var replacement: ReplaceOptions

  func run() throws {
    Log.start()
    let file = try ModelFile(model)
    try exportWeights(StudyRegistry.caseStudy(named: file.header.caseStudy, statedBy: model), file)
    print(safetensors)
  }

  private func exportWeights<Case: CaseStudy>(_ study: Case.Type, _ file: ModelFile) throws {
    let claim = OutputClaim(safetensors, called: "safetensors file", inputs: [model], replaces: replacement.replace) {
      $0.count > 8 && $0[8] == UInt8(ascii: "{")
    }
    try withOutputLock(claim) { try WeightExchange.exportWeights(study, file, to: safetensors) }
  }
}
