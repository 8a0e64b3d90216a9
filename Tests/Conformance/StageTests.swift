import Foundation
import HDF5
import Records
import Report
import Stages
import StudyKit
import Support
import Testing

/// All stages of every case study, at its preset `smoke`.
@Suite struct StageTests {
  @Test(arguments: StudyUnderTest.all)
  func `From the dataset to the report nothing fails, and every model has its row`(_ study: StudyUnderTest) throws {
    try endsInReport(study.study, study)
  }

  private func endsInReport<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    let run = try SmokeRun<Case>.of(study)
    for model in run.sweeps {
      let sweep = try SweepRecord(reading: run.bench.path(model))
      let isFinite = sweep.error.values.allSatisfy { $0.isFinite }
      #expect(isFinite, "\(model): errors that are no numbers")
      #expect(sweep.perturbations.count == sweep.lipschitzRatio.count && !sweep.perturbations.isEmpty)
    }
    let aggregation = try run.bench.aggregation(run.sweeps)
    let rows = Set(aggregation.summaries.map(\.label))
    #expect(rows == Set(run.sweeps.map { $0.replacing(".sweep", with: "") }))
    let html = try aggregation.page.html()
    for row in rows { #expect(html.contains(row), "the report does not mention \(row)") }
    let summary = run.bench.path("summary")
    try aggregation.summary.write(to: summary, provenance: FileProvenance(configuration: "{}"))
    for file in ["dataset", "summary"] + run.sweeps + run.models.map(\.name) {
      let problems = try FileValidation(of: run.bench.path(file)).problems
      #expect(problems.isEmpty, "\(file): \(problems)")
    }
  }

  @Test(arguments: StudyUnderTest.all)
  func `Shards merge to the dataset of one run`(_ study: StudyUnderTest) throws {
    try shardsMerge(study.study, study)
  }

  private func shardsMerge<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    let run = try SmokeRun<Case>.of(study)
    let shards = try (1...3).map { index in
      try run.bench.generate("shard-\(index)", shard: Shard(index, of: 3))
      return run.bench.path("shard-\(index)")
    }
    #expect(try DatasetMerger(shards: shards.reversed()).write(to: run.bench.path("merged")) == run.datasetHash)
  }

  @Test(arguments: StudyUnderTest.all)
  func `A model gives the same outputs for inputs without labels, one for each sample`(_ study: StudyUnderTest) throws {
    try outputsNeedNoLabels(study.study, study)
  }

  private func outputsNeedNoLabels<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    let run = try SmokeRun<Case>.of(study)
    let (labelled, bare) = (run.bench.path("dataset"), run.bench.path("bare"))
    try FileManager.default.copyItem(atPath: labelled, toPath: bare)
    let file = try File.open(bare, .readWrite)
    for split in ["train", "valid", "test"] where try file.kind(of: split) == .group {
      for field in Case.layout.fields where field.role == .label { try file.delete("\(split)/\(field.name)") }
    }
    try file.removeAttribute("content_sha256")
    try file.close()
    for model in run.sweeps.map({ $0.replacing(".sweep", with: "") }) {
      func outputs(_ inputs: String, threads: Int) throws -> [Double] {
        let path = run.bench.path("outputs")
        var stage = ApplyStage(model: run.bench.path(model), inputs: inputs, output: path, threads: threads, replaces: true)
        stage.iterations = 3
        _ = try stage.run(Case.self)
        #expect(try FileValidation(of: path).problems == [])
        return try File.open(path).dataset("output").read(Double.self)
      }
      let expected = try outputs(labelled, threads: 1)
      #expect(try !expected.isEmpty && outputs(bare, threads: 2) == expected)
    }
  }

  @Test(arguments: StudyUnderTest.all)
  func `One thread and two give the same dataset, models and sweeps`(_ study: StudyUnderTest) throws {
    try threadsDoNotMatter(study.study, study)
  }

  private func threadsDoNotMatter<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    let run = try SmokeRun<Case>.of(study)
    #expect(try run.bench.generate("threads", threads: 2) == run.datasetHash)
    for model in run.oneOfEachArchitecture {
      #expect(try run.bench.train(model, as: "threads", threads: 2) == run.modelHashes[model], "\(model)")
      guard let hash = run.sweepHashes["\(model).sweep"] else { continue }
      #expect(try run.bench.sweep(model, as: "threads.sweep", threads: 2) == hash, "\(model)")
    }
  }
}
