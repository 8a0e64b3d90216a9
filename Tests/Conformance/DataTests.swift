import Foundation
import Records
import StudyKit
import Support
import Testing
import Torch

@testable import Stages

/// Samples of every case study: as they are drawn, perturbed, and replaced by equivalent ones.
@Suite struct DataTests {
  @Test(arguments: StudyUnderTest.all)
  func `Datasets of two seeds, and the splits of one, have other samples`(_ study: StudyUnderTest) throws {
    try seedsMatter(study.study, study)
  }

  private func seedsMatter<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    let run = try SmokeRun<Case>.of(study)
    #expect(try run.bench.generate("another", ["seed=2"]) != run.datasetHash)
    func labels(_ name: String, _ split: Split, rows: Int? = nil) throws -> [FieldValues] {
      let reader = try DatasetReader(run.bench.path(name), Case.layout)
      let samples = try reader.block(split, rows: 0..<(rows ?? reader.count(of: split)))
      return Case.layout.fields.filter { $0.role == .label }.compactMap { samples.fields[$0.name] }
    }
    #expect(try labels("another", .test) != labels("dataset", .test))
    // Draws of the same number in two splits: the stream of random numbers has to tell them apart.
    let reader = try DatasetReader(run.bench.path("dataset"), Case.layout)
    let rows = try min(reader.count(of: .train), reader.count(of: .test))
    #expect(try labels("dataset", .train, rows: rows) != labels("dataset", .test, rows: rows))
  }

  @Test(arguments: StudyUnderTest.all)
  func `Perturbed inputs are some way off, with finite labels, whatever the batch`(_ study: StudyUnderTest) throws {
    try perturbationsAreSound(study.study, study)
  }

  private func perturbationsAreSound<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    let perturbations = try SmokeRun<Case>.of(study).bench.configuration().sweep.perturbations
    #expect(Set(perturbations.map(\.name)).count == perturbations.count)
    for subject in try Subject<Case>.all(of: study).prefix(1) {
      let output = try Autograd.withoutTracking { try subject.output(subject.batch(subject.rows)) }
      let zero = try Tensor.zeros(like: output)
      for perturbation in perturbations {
        func perturbed(_ rows: [Int], seed: UInt64 = 1) throws -> PerturbedBatch<Case.Batch> {
          try perturbation.perturbed(subject.reader, .test, rows: rows, seed: seed, options: Subject<Case>.options)
        }
        let together = try perturbed(subject.rows)
        #expect(together.batch.sampleCount == subject.rows.count && together.isSolved.contains(true), "\(perturbation.name)")
        let errors = try Case.error(zero, together.batch)
        for sample in subject.rows.indices where together.isSolved[sample] {
          #expect(together.distances[sample] > 0 && together.distances[sample].isFinite, "\(perturbation.name)")
          #expect(errors[sample].isFinite, "\(perturbation.name): the label of sample \(sample)")
        }
        let alone = try perturbed([subject.rows[0]])
        #expect(alone.isSolved[0] == together.isSolved[0], "\(perturbation.name)")
        #expect(abs(alone.distances[0] - together.distances[0]) <= 1e-9 * together.distances[0], "\(perturbation.name)")
      }
    }
  }

  @Test(arguments: StudyUnderTest.all)
  func `Symmetries change the input and leave the size of the label`(_ study: StudyUnderTest) throws {
    guard let symmetric = study.study as? any HasSymmetries.Type else { return }
    try symmetriesAreSound(symmetric, study)
  }

  private func symmetriesAreSound<Case: HasSymmetries>(_: Case.Type, _ study: StudyUnderTest) throws {
    #expect(!Case.symmetries.isEmpty && Set(Case.symmetries).count == Case.symmetries.count)
    let subject = try #require(try Subject<Case>.all(of: study).first)
    let batch = try subject.batch(subject.rows)
    let output = try Autograd.withoutTracking { try subject.output(batch) }
    // Where no output is, the error is the size of the label, which an equivalent sample has too.
    let zero = try Tensor.zeros(like: output)
    let errors = try Case.losses(zero, batch).doubles() + Case.error(zero, batch)
    for symmetry in Case.symmetries {
      var hasActed = false
      for index in 0..<4 {
        var random = KeyedRandom(seed: 1, stream: "conformance/symmetries", index: UInt64(index))
        let transformed = try Case.transformed(batch, by: [symmetry], random: &random)
        #expect(transformed.sampleCount == batch.sampleCount)
        let others = try Case.losses(zero, transformed).doubles() + Case.error(zero, transformed)
        for (a, b) in zip(errors, others) { #expect(abs(a - b) <= 1e-6 * max(1, abs(a)), "\(symmetry): \(a) and \(b)") }
        let moved = try Autograd.withoutTracking { try subject.output(transformed) }
        if try moved.doubles() != output.doubles() { hasActed = true }
      }
      #expect(hasActed, "\(symmetry) changes nothing")
    }
  }
}

extension Subject {
  /// The output after two iterations.
  func output(_ batch: Case.Batch) throws -> Tensor {
    try model.outputs(batch, .picard(.init()), at: [2])[0]
  }
}
