import ArgumentParser
import Foundation
import Records
import Report
import StudyKit
import StudyRegistry
import Support
import ToolKit
import Torch

@main
struct AggregateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "implicit-aggregate", abstract: "Turns sweeps into tables, figures and a report.",
    discussion: """
      Writes report.html, table.csv, table.md, summary.h5 and figures/ into the folder, and prints the path of report.html. With
      --config, the expected bands of the pipeline file are checked; one that is violated ends with exit code 77, after
      everything is written.

      Example:
        implicit-aggregate sweeps/*.sweep.h5 --out report --config pipelines/linear-programs.yaml --preset demo
        implicit-aggregate a.sweep.h5 --label "picard" b.sweep.h5 --label "anderson" --out both
      """,
    version: implicitModelsVersion)

  @Argument(help: ArgumentHelp("The sweeps to report on.", valueName: "sweep.h5"))
  var sweeps: [String]

  @Option(name: .customLong("out"), help: ArgumentHelp("The folder of the report.", valueName: "folder"))
  var output: String

  @Option(help: ArgumentHelp("The pipeline file with the section `aggregate`.", valueName: "file.yaml"))
  var config: String?

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "What the sweeps named before it are called in the report, so that two of one model stand beside each other; may be repeated.",
      valueName: "text"))
  var label: [String] = []

  @OptionGroup var overlay: OverlayOptions

  @OptionGroup var replacement: ReplaceOptions
  @OptionGroup var format: OutputOptions

  func validate() throws {
    if config == nil, overlay.preset != nil || !overlay.overrides.isEmpty {
      throw ValidationError("--preset and --set change the pipeline file: name it with --config")
    }
  }

  func run() async throws {
    Log.start()
    let labels = label.isEmpty ? [:] : SweepLabels.read(CommandLine.arguments, sweeps: sweeps)
    if let unlabelled = label.isEmpty ? nil : sweeps.first(where: { labels[$0] == nil }) {
      throw ValidationError("--label names the sweeps before it, and \(unlabelled) has none behind it")
    }
    var curves = try sweeps.map { try SweepRecord(reading: $0) }
    // One label for several models is that of a run: the models keep their names in front of it.
    let models = Dictionary(grouping: zip(sweeps, curves), by: { labels[$0.0] }).mapValues { Set($0.map(\.1.model)) }
    for (position, path) in sweeps.enumerated() {
      guard let label = labels[path] else { continue }
      curves[position].facts.model = models[label]?.count ?? 1 > 1 ? "\(curves[position].model), \(label)" : label
    }
    guard let first = curves.first else { throw ValidationError("name one or more sweeps") }
    let plan = try ReportPlan(
      config: config, overlay: overlay, caseStudy: first.caseStudy, statedBy: first.source.path)
    let process = Provenance.current()
    let aggregation = try Aggregation(
      sweeps: curves, trainingCurves: try trainingCurves(of: curves), settings: plan.settings,
      published: plan.published,
      description: .init(
        title: plan.title, references: plan.references,
        provenance: [
          .init("program", "\(process.tool) \(process.version), commit \(process.commit)"),
          .init("command", process.commandLine.joined(separator: " ")),
          .init("machine", "\(process.host), \(process.processor)"), .init("started", process.started),
        ]), studyFigures: { try figures(of: plan.caseStudy, $0) })
    let folder = ReportFolder(URL(filePath: output))
    let provenance = FileProvenance(
      run: process, configuration: plan.resolved,
      inputs: curves.map { ProvenanceInput(path: $0.source.path, contentHash: $0.source.contentHash) })
    announceReplacement(by: provenance)
    try await folder.write(aggregation.page, replaces: replacement.replace) {
      try aggregation.summary.write(to: $0.appending(path: "summary.h5").path, provenance: provenance)
      var results = ResultDocument(aggregation, folder)
      // A report may be moved.
      results.report = folder.page.lastPathComponent
      try writeAtomically(results.text(), to: $0.appending(path: ResultDocument.fileName))
    }
    print(format.json ? try ResultDocument(aggregation, folder).text() : folder.page.path)
    if var violation = aggregation.violation {
      violation.location = config
      throw violation
    }
  }

  /// Says that a report of other sweeps is about to be replaced.
  private func announceReplacement(by new: FileProvenance) {
    guard let earlier = try? FileProvenance(reading: "\(output)/summary.h5"),
      Set(earlier.inputs.map(\.contentHash)) != Set(new.inputs.map(\.contentHash))
    else { return }
    Console.standardError.print("\(output): replacing a report of other sweeps, \(earlier.run.started)")
  }

  /// The figures that only this case study has, of the first seed of each model; a model or dataset that is gone is said.
  private func figures(of study: any CaseStudy.Type, _ models: [ModelSweeps]) throws -> Aggregation.StudyFigures {
    guard let study = study as? any HasFigures.Type else { return Aggregation.StudyFigures() }
    return try ownFigures(of: study, models)
  }

  // Of another name: an overload for `any CaseStudy.Type` would be preferred, and call itself.
  private func ownFigures<Case: HasFigures>(of study: Case.Type, _ models: [ModelSweeps]) throws -> Aggregation.StudyFigures {
    var notes: [String] = []
    let inputs = try models.compactMap { model -> FigureInput<Case>? in
      do { return try FigureInput(model.first) } catch let failure as Failure where failure.status == .missingInput {
        notes.append("Figures of \(Case.name) leave out \(model.label): \(failure.problem).")
        return nil
      }
    }
    return Aggregation.StudyFigures(figures: try Case.figures(inputs), notes: notes)
  }

  /// The training losses of the models that were swept, where the model files are still where the sweeps found them.
  private func trainingCurves(of sweeps: [SweepRecord]) throws -> [TrainingCurve] {
    var seen: Set<String> = []
    return try sweeps.compactMap { sweep in
      guard let path = sweep.source.modelPath, seen.insert(path).inserted, FileManager.default.fileExists(atPath: path)
      else { return nil }
      return try TrainingCurve(reading: path, contentHash: sweep.modelHash ?? "")
    }
  }

  static func main() async { await runTool(Self.self) }
}
