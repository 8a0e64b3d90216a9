import Foundation
import StudyKit
import Support
import TestSupport
import Testing

/// Every stage of every case study, interrupted in the middle: what it goes on to is what it would have come to.
@Suite(.serialized) struct ResumeTests {
  @Test(arguments: StudyUnderTest.all)
  func `Interrupted generation goes on to the same dataset`(_ study: StudyUnderTest) throws {
    try generation(study.study, study)
  }

  private func generation<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    let run = try SmokeRun<Case>.of(study)
    let bench = Bench<Interrupting<Case>>(study.pipeline, folder: run.bench.folder)
    try interrupted(after: 1) { try bench.generate("resumed", threads: 1) }
    #expect(!FileManager.default.fileExists(atPath: bench.path("resumed")))
    // The tick of the first block does not come again: it is not drawn anew.
    #expect(try run.bench.generate("resumed", resumes: true) == run.datasetHash)
  }

  @Test(arguments: StudyUnderTest.all)
  func `Interrupted training goes on to the same model`(_ study: StudyUnderTest) throws {
    try training(study.study, study)
  }

  private func training<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    let run = try SmokeRun<Case>.of(study)
    let bench = Bench<Interrupting<Case>>(study.pipeline, folder: run.bench.folder)
    var trained = 0
    for model in run.oneOfEachArchitecture {
      let configured = try run.bench.configuration().model(model)
      let layout = try run.bench.configuration().generator.layout
      // A model without parameters is trained before it begins.
      guard try !configured.description.build(layout, 1).module.parameters.isEmpty else { continue }
      try interrupted(after: 2) { try bench.train(model, as: "resumed-\(model)", threads: 1) }
      #expect(!FileManager.default.fileExists(atPath: bench.path("resumed-\(model)")))
      let hash = try run.bench.train(model, as: "resumed-\(model)", resumes: true)
      #expect(hash == run.modelHashes[model], "\(model)")
      trained += 1
    }
    #expect(trained > 0)
  }

  @Test(arguments: StudyUnderTest.all)
  func `Interrupted training goes on to the same averaged weights, random starts and noise`(_ study: StudyUnderTest) throws {
    try averaging(study.study, study)
  }

  private func averaging<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    let run = try SmokeRun<Case>.of(study)
    for model in run.oneOfEachArchitecture where try run.bench.configuration().model(model).initial == nil {
      let own = try run.bench.configuration().model(model).training == nil ? "" : "models.\(model)."
      let options = ["start=random", "path_noise=0.01", "ema=0.9"].map { "\(own)training.\($0)" }
      let whole = Bench<Case>(study.pipeline, folder: run.bench.folder, overrides: smallerOverrides + options)
      guard
        try !whole.configuration().model(model).description.build(run.bench.configuration().generator.layout, 1).module.parameters
          .isEmpty
      else { continue }
      let hash = try whole.train(model, as: "averaged-\(model)")
      let bench = Bench<Interrupting<Case>>(study.pipeline, folder: run.bench.folder, overrides: smallerOverrides + options)
      try interrupted(after: 2) { try bench.train(model, as: "averaged-again-\(model)", threads: 1) }
      #expect(try whole.train(model, as: "averaged-again-\(model)", resumes: true) == hash, "\(model)")
    }
  }

  @Test(arguments: StudyUnderTest.all)
  func `Interrupted sweeps go on to the same sweep`(_ study: StudyUnderTest) throws {
    try sweeping(study.study, study)
  }

  private func sweeping<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    let run = try SmokeRun<Case>.of(study)
    let bench = Bench<Interrupting<Case>>(study.pipeline, folder: run.bench.folder, overrides: Self.oneByOne)
    for model in run.oneOfEachArchitecture where run.sweepHashes["\(model).sweep"] != nil {
      let plain = Bench<Case>(study.pipeline, folder: run.bench.folder, overrides: Self.oneByOne)
      let whole = try plain.sweep(model, as: "whole.sweep")
      try interrupted(after: 1) { try bench.sweep(model, as: "resumed.sweep", threads: 1) }
      #expect(try plain.sweep(model, as: "resumed.sweep", resumes: true) == whole, "\(model)")
    }
  }

  /// A smoke sweep may have few samples; in chunks of one there is always a middle.
  private static let oneByOne = smallerOverrides + ["sweep.chunk=1", "sweep.samples=2"]

  private func interrupted(after ticks: Int, _ body: () throws -> String) throws {
    let failure = try thrownFailure { try Countdown.after(ticks) { _ = try body() } }
    #expect(failure.status == .interrupted, "\(failure)")
  }
}
