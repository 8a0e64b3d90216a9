import ArgumentParser
import Stages
import StudyKit
import StudyRegistry
import Support
import ToolKit

/// For `implicit-pipeline plan --price`.
struct PriceData: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "price-data", abstract: "What drawing the dataset takes, as JSON; leaves a few samples to price models with.",
    shouldDisplay: false)

  @OptionGroup var source: ConfigurationOptions

  @Option(name: .customLong("out"), help: ArgumentHelp("The samples.", valueName: "file.h5"))
  var output: String

  func run() throws { try price(caseStudy(of: source.load())) }

  private func price<Case: CaseStudy>(_ study: Case.Type) throws {
    print(try jsonText(Pricing.data(ExperimentConfiguration<Case>(source.load()), sampleTo: output)))
  }
}

struct PriceModel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "price-model", abstract: "What training and sweeping a model take, as JSON.", shouldDisplay: false)

  @OptionGroup var source: ConfigurationOptions

  @Option(help: "Name of the model in the pipeline file.")
  var model: String

  @Option(help: ArgumentHelp("What price-data left.", valueName: "file.h5"))
  var dataset: String

  @Option(help: "Samples that the training split is going to have.")
  var samples: Int

  func run() throws { try price(caseStudy(of: source.load())) }

  private func price<Case: CaseStudy>(_ study: Case.Type) throws {
    let configuration = try ExperimentConfiguration<Case>(source.load())
    print(try jsonText(Pricing.model(configuration, model: model, dataset: dataset, samples: samples)))
  }
}
