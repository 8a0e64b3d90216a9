import ArgumentParser
import Stages
import StudyKit
import StudyRegistry
import Support
import ToolKit
import Torch

/// For `implicit-pipeline plan --price`.
struct PriceData: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "price-data", abstract: "What drawing the dataset takes, as JSON; leaves a few samples to price models with.",
    shouldDisplay: false)

  @OptionGroup var source: ConfigurationOptions

  @Option(name: .customLong("out"), help: ArgumentHelp("The samples.", valueName: "file.h5"))
  var output: String?

  @Option(help: ArgumentHelp("A dataset that is there, instead of one to draw.", valueName: "file.h5"))
  var dataset: String?

  func validate() throws {
    guard (output == nil) != (dataset == nil) else { throw ValidationError("give either --out or --dataset") }
  }

  func run() throws { try price(caseStudy(of: source.load())) }

  private func price<Case: CaseStudy>(_ study: Case.Type) throws {
    let price =
      if let dataset { try Pricing.data(dataset, Case.self) } else {
        try Pricing.data(ExperimentConfiguration<Case>(source.load()), sampleTo: output ?? "")
      }
    print(try jsonText(price))
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

/// For `implicit-pipeline run --device`, which has no LibTorch of its own.
struct CheckDevice: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-device", abstract: "Says what is wrong with a device, or nothing.", shouldDisplay: false)

  @OptionGroup var target: DeviceOptions

  func run() throws {
    do { _ = try Device(parsing: target.device) } catch { print(Failure(describing: error).problem) }
  }
}
