import ArgumentParser
import Foundation
import Records
import Stages
import StudyKit
import StudyRegistry
import Support
import ToolKit

import enum Torch.Device

@main
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "implicit-generate",
    abstract: "Draws the dataset of a case study, or one shard of it; merges shards.",
    discussion: """
      Example:
        implicit-generate linear-programs --config pipelines/linear-programs.yaml --preset smoke --out dataset.h5
        implicit-generate linear-programs --config pipelines/linear-programs.yaml --shard 1/4 --out part-1.h5
        implicit-generate merge part-*.h5 --out dataset.h5

      A merged dataset has the same content, and so the same content_sha256, as one drawn in one run. On SIGTERM, SIGINT or
      SIGUSR2 it exits with 75; with --resume the same command goes on at the block of draws it had reached, also after a kill.
      """,
    version: implicitModelsVersion, subcommands: [Draw.self, Merge.self], defaultSubcommand: Draw.self)

  static func main() { runTool(Self.self) }
}

struct Draw: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draw", abstract: "Draws a dataset or a shard (the default).", shouldDisplay: false)

  @Argument(help: "The case study, for example linear-programs; by default that of the pipeline file.")
  var caseStudy: String?

  @OptionGroup var source: ConfigurationOptions
  @OptionGroup var options: RunOptions
  @OptionGroup var target: DeviceOptions

  @Option(help: ArgumentHelp("Only part K of N of the draws.", valueName: "K/N"))
  var shard: String?

  @Option(name: .customLong("out"), help: ArgumentHelp("The file to write.", valueName: "file.h5"))
  var output: String

  @Flag(help: "Go on behind the samples that an attempt left beside the output, if there are any.")
  var resume = false

  @OptionGroup var replacement: ReplaceOptions

  func run() throws {
    try options.start()
    if let caseStudy { return try draw(StudyRegistry.caseStudy(named: caseStudy)) }
    try draw(StudyRegistry.caseStudy(of: source.load()))
  }

  private func draw<Case: CaseStudy>(_ study: Case.Type) throws {
    let stage = GenerateStage(
      output: output, shard: try shard.map(Shard.init(parsing:)), resumes: resume, threads: options.threadCount,
      device: try Device(parsing: target.device), progress: options.progress, replaces: replacement.replace)
    _ = try stage.run(ExperimentConfiguration<Case>(source.load()))
    print(output)
  }
}

struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Puts the shards of a dataset together.")

  @Argument(help: "All shards, in any order.")
  var shards: [String]

  @Option(name: .customLong("out"), help: ArgumentHelp("The file to write.", valueName: "file.h5"))
  var output: String

  @OptionGroup var replacement: ReplaceOptions
  @OptionGroup var options: RunOptions

  func run() throws {
    try options.start()
    let merger = try DatasetMerger(shards: shards)
    let claim = OutputClaim(
      output, of: .dataset, caseStudy: merger.caseStudy, inputs: shards, replaces: replacement.replace)
    _ = try withOutputLock(claim) { try merger.write(to: output) }
    print(output)
  }
}

extension Shard {
  /// Reads `K/N`.
  init(parsing text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1], let shard = try? Shard(index, of: count) else {
      throw Failure(
        .usage, "expected a shard K/N with 1 <= K <= N, found `\(text)`", at: "--shard",
        remedy: "the first of four is 1/4")
    }
    self = shard
  }
}
