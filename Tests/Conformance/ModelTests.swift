import Equilibrium
import Foundation
import Records
import StudyKit
import Support
import Testing
import Torch

@testable import Stages

/// Every architecture in the smoke preset of every case study, in float64.
@Suite struct ModelTests {
  @Test(arguments: StudyUnderTest.all)
  func `The output of a sample does not depend on its batch mates`(_ study: StudyUnderTest) throws {
    try isBatchInvariant(study.study, study)
  }

  private func isBatchInvariant<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    for subject in try Subject<Case>.all(of: study) {
      func outputs(_ rows: [Int]) throws -> [[Double]] {
        try Autograd.withoutTracking {
          try subject.model.outputs(subject.batch(rows), .picard(Picard()), at: [0, 1, 3]).map { try $0.doubles() }
        }
      }
      let together = try outputs(subject.rows)
      for (position, row) in subject.rows.enumerated() {
        for (all, own) in zip(together, try outputs([row])) {
          let slice = Array(all[(position * own.count)..<((position + 1) * own.count)])
          let scale = max(1, own.map(abs).max() ?? 0)
          let difference = zip(slice, own).map { abs($0 - $1) }.max() ?? 0
          #expect(difference <= 1e-9 * scale, "\(subject.name), row \(row): \(difference) of \(scale)")
        }
      }
    }
  }

  @Test(arguments: StudyUnderTest.all)
  func `An architecture says whether its models iterate, and random starts are where states may be`(_ study: StudyUnderTest)
    throws
  {
    try iterationIsSaid(study.study, study)
  }

  private func iterationIsSaid<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    let bench = try SmokeRun<Case>.of(study).bench
    for subject in try Subject<Case>.all(of: study) {
      #expect(try bench.configuration().model(subject.name).iterates == subject.model.isImplicit, "\(subject.name)")
      guard case .implicit(let network) = subject.model else { continue }
      try startsAreAdmissible(network, subject.batch(subject.rows), subject.rows.count)
    }
  }

  private func startsAreAdmissible<Network: ImplicitModel>(_ network: Network, _ batch: Network.Batch, _ count: Int) throws {
    try Autograd.withoutTracking {
      let context = try network.inject(batch)
      let randoms = (0..<count).map { KeyedRandom(seed: 1, stream: "test/start", index: UInt64($0)) }
      let start = try RandomStart(scale: 3).state(of: network, context, random: randoms)
      #expect(try start.shape == network.initialState(context).shape && start.isFinite().all())
      // The nearest point of a set to one of its points is that point.
      for (again, value) in zip(try network.admissible(start, context).doubles(), try start.doubles()) {
        #expect(abs(again - value) <= 1e-12 * max(1, abs(value)))
      }
      if !network.parameters.isEmpty { #expect(try start.doubles() != network.initialState(context).doubles()) }
    }
  }

  @Test(arguments: StudyUnderTest.all)
  func `The weights of every model can be exported, and read back`(_ study: StudyUnderTest) throws {
    try weightsAreExchanged(study.study, study)
  }

  private func weightsAreExchanged<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    let bench = try SmokeRun<Case>.of(study).bench
    for subject in try Subject<Case>.all(of: study) {
      let path = bench.folder + "/\(subject.name).safetensors"
      try WeightExchange.exportWeights(Case.self, ModelFile(bench.path(subject.name)), to: path)
      let weights = try Safetensors.read(path)
      let parameters = subject.model.module.parameters
      #expect(Set(weights.keys) == Set(parameters.names))
      for (name, parameter) in parameters { #expect(try weights[name]?.doubles() == parameter.value.doubles(), "\(name)") }
    }
  }

  @Test(arguments: StudyUnderTest.all)
  func `The gradient of the loss is that of central differences`(_ study: StudyUnderTest) throws {
    try gradientIsRight(study.study, study)
  }

  private func gradientIsRight<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    for subject in try Subject<Case>.trained(of: study) {
      let gradient = subject.gradient(AdjointConfiguration(.unrolled), iterations: 2)
      let batch = try subject.batch(subject.rows)
      let parameters = subject.model.module.parameters
      let values = parameters.tensors
      let found = try gradient(batch).gradients
      for direction in 0..<3 {
        let change = try parameters.map { name, parameter in
          var random = KeyedRandom(seed: 1, stream: "conformance/\(name)", index: UInt64(direction))
          return try Tensor(random.normals(parameter.value.count), shape: parameter.value.shape)
        }
        func loss(_ step: Double) throws -> Double {
          for (entry, (value, change)) in zip(parameters, zip(values, change)) {
            try entry.parameter.assign(value.detached().add(change, alpha: step))
          }
          return try gradient(batch).loss
        }
        let step = 1e-6
        let scale: Double = try found.map { try ($0 * $0).sum().scalar() }.reduce(0, +).squareRoot()
        let expected = try (loss(step) - loss(-step)) / (2 * step)
        let derivative: Double = try zip(found, change).map { try ($0 * $1).sum().scalar() }.reduce(0, +)
        #expect(
          abs(derivative - expected) <= 1e-5 * max(abs(expected), scale) + 1e-9,
          "\(subject.name): \(derivative), by differences \(expected)")
        for (entry, value) in zip(parameters, values) { try entry.parameter.assign(value) }
      }
    }
  }

  @Test(arguments: StudyUnderTest.all)
  func `At a converged equilibrium the implicit adjoint is the unrolled one`(_ study: StudyUnderTest) throws {
    try adjointsAgree(study.study, study)
  }

  private func adjointsAgree<Case: CaseStudy>(_: Case.Type, _ study: StudyUnderTest) throws {
    var compared = 0
    for subject in try Subject<Case>.trained(of: study) where subject.model.isImplicit {
      let iterations = 150
      let solver = SolverSettings(
        .picard(Picard()), stopping: StoppingCriteria(maximumIterations: iterations, tolerance: 1e-12))
      let batch = try subject.batch(subject.rows)
      let implicit = try subject.gradient(
        AdjointConfiguration(.implicit, solver: solver, implicit: ImplicitAdjoint(solver: solver)), iterations: iterations)(batch)
      // An iteration that does not converge has no equilibrium to compare at.
      guard implicit.forwardResidual ?? 1 <= 1e-11, implicit.backwardResidual ?? 1 <= 1e-11 else { continue }
      let unrolled = try subject.gradient(AdjointConfiguration(.unrolled), iterations: iterations)(batch)
      compared += 1
      for ((name, _), (a, b)) in zip(subject.model.module.parameters, zip(implicit.gradients, unrolled.gradients)) {
        let difference = try (a - b).abs().maximum().scalar()
        let scale = try b.abs().maximum().scalar()
        #expect(difference <= 1e-6 * scale + 1e-9, "\(subject.name), \(name): \(difference) of \(scale)")
      }
    }
    // Weights that are hardly trained may not contract; those of the template do.
    if study.isTemplate { #expect(compared == 1) }
  }
}

/// One trained model of the smoke run, in float64, with a few test samples that it is about.
struct Subject<Case: CaseStudy> {
  let name: String
  let model: Model<Case.Batch>
  let reader: DatasetReader
  let rows: [Int]
  static var options: TensorOptions { TensorOptions(type: .float64) }

  static func all(of study: StudyUnderTest) throws -> [Subject] {
    let run = try SmokeRun<Case>.of(study)
    let reader = try DatasetReader(run.bench.path("dataset"), Case.layout)
    return try run.oneOfEachArchitecture.map { name in
      let file = try ModelFile(run.bench.path(name))
      let model = try file.model(of: Case.self, layout: reader.layout)
      try model.module.move(to: .cpu, type: .float64)
      let rows = try file.description(of: Case.self).rows(reader, .test)
      return Subject(name: name, model: model, reader: reader, rows: Array(rows.prefix(3)))
    }
  }

  /// Those that have parameters.
  static func trained(of study: StudyUnderTest) throws -> [Subject] {
    let subjects = try all(of: study).filter { !$0.model.module.parameters.isEmpty }
    try #require(!subjects.isEmpty)
    return subjects
  }

  func batch(_ rows: [Int]) throws -> Case.Batch { try Case.batch(reader, .test, rows: rows, options: Self.options) }

  func gradient(_ adjoint: AdjointConfiguration, iterations: Int) -> BatchGradient<Case> {
    BatchGradient(
      model: model, adjoint: adjoint, iterations: iterations, threads: 1, random: StepRandom(seed: 1, step: 0))
  }
}
