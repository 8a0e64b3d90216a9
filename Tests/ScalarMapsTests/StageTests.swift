import Foundation
import HDF5
import Records
import Stages
import StudyKit
import Support
import TestSupport
import Testing

@testable import ScalarMaps

/// The case study in the stages: from a configuration to sweeps and figures.
@Suite struct StageTests {
  static let pipeline = """
    case_study: scalar-maps
    dataset:
      targets: [{map: reciprocal}, {map: ring}, {map: two-poles, from: -1, to: 2}, {map: ramps, level: 8}]
      train: {samples: 32}
      test: {samples: 40}
    models:
      linear: {architecture: constructed, map: reciprocal, step: linear, rate: 0.5}
      recipe: {architecture: constructed, map: reciprocal}
      ring: {architecture: constructed, map: ring}
      figure-1: {architecture: constructed, map: two-poles, step: figure-1}
      implicit: {architecture: implicit-perceptron, map: ramps, level: 8, width: 8}
      explicit: {architecture: explicit-perceptron, map: ramps, level: 8, width: 16}
      absent: {architecture: constructed, map: tangent}
    training: {chunk: 16, phases: [{steps: 20, iterations: 4, learning_rate: 0.01}]}
    sweep: {iterations: 20, save_outputs: true}
    """

  @Test func `A dataset holds as many samples of each map as asked for, in its domain, with their values`() throws {
    let bench = try Workbench(Self.pipeline)
    let reader = try DatasetReader(bench.generate(), ScalarMapStudy.layout)
    let configuration = try bench.configuration()
    for (name, model) in configuration.models where name != "absent" {
      let description = model.description
      let rows = try #require(description.subject).rows(reader, .test)
      #expect(rows.count == 40, "\(name)")
      let (targets, points) = try ScalarMapStudy.points(reader, .test, rows: rows)
      let stored = try reader.values("y", .test, rows: rows, as: Double.self)
      for (i, target) in targets.enumerated() {
        #expect(target.name == description.subject?.name && stored[i] == target.value(at: points[i]))
        #expect(target.window.contains(target.coordinate(points[i])))
      }
      let places = zip(targets, points).map { $0.coordinate($1) }
      // Evenly spread: every tenth of the window has one; and near singularities the distances go down to the one asked for.
      let window = name == "figure-1" ? -1...2 : targets[0].window
      let tenth = 0.1 * (window.upperBound - window.lowerBound)
      for k in 0..<10 {
        let low = window.lowerBound + Double(k) * tenth
        #expect(places.contains { (low...(low + tenth)).contains($0) })
      }
      let nearest = zip(targets, points).map { $0.gap(at: $1) }.min() ?? .nan
      #expect(nearest == .infinity || nearest < 0.02 && nearest >= 0.99e-3)
    }
  }

  @Test func `Shards draw the samples that one run draws, and the options of the dataset act`() throws {
    let bench = try Workbench(Self.pipeline)
    func x(_ path: String) throws -> [Double] {
      try DatasetReader(path, ScalarMapStudy.layout).values("x", .test, as: Double.self)
    }
    let whole = try x(bench.generate())
    let parts = try (1...3).map { try bench.generate("part-\($0)", shard: Shard($0, of: 3)) }
    _ = try DatasetMerger(shards: parts).write(to: "\(bench.folder)/merged.h5")
    #expect(try x("\(bench.folder)/merged.h5") == whole)
    for override in [
      "seed=2", "dataset.nearest=0.01", "dataset.targets.0.from=0.1", "dataset.targets.0.to=2", "dataset.test.samples=41",
      "dataset.targets.3.level=9", "dataset.targets.0.map=logarithm",
    ] {
      let path = try bench.generate("other", shard: nil, override)
      let levels = try DatasetReader(path, ScalarMapStudy.layout).values("level", .test, as: Double.self)
      #expect(try x(path) != whole || levels.contains(9), "\(override)")
    }
  }

  @Test func `A constructed operator is a model without training, and its sweep follows the closed form`() throws {
    let bench = try Workbench(Self.pipeline)
    let dataset = try bench.generate()
    let model = try ModelFile(bench.train("linear"))
    #expect(model.facts.trainedIterations == nil)
    #expect(try !File.open("\(bench.folder)/linear.h5").contains("history"))
    let file = try File.open(bench.sweep("linear"))
    #expect(try file.attribute("subject", as: String.self) == "reciprocal")
    #expect(try file.attribute("parameter_count", as: Int64.self) == 0)
    let reader = try DatasetReader(dataset, ScalarMapStudy.layout)
    let swept = try FigureInput<ScalarMapStudy>(SweepRecord(reading: "\(bench.folder)/linear.sweep.h5"))
    let x = try reader.values("x", .test, rows: swept.rows, as: Double.self).enumerated().filter { $0.offset % 2 == 0 }.map(
      \.element)
    let outputs = try #require(try swept.sweep.outputs())
    let errors = swept.sweep.error.values
    #expect(outputs.count == 40 * 21)
    for (i, x) in x.enumerated() {
      for t in 0...20 {
        let exact = -expm1(Double(t) * log1p(-0.5 * x)) / x
        #expect(abs(outputs[i * 21 + t] - exact) < 1e-12 * max(1, exact))
        #expect(abs(errors[i * 21 + t] - (1 / x - exact) / (1 / x + 1)) < 1e-12)
      }
    }
  }

  @Test func `Learned models train on their own map alone, and every setting of a model acts`() throws {
    let bench = try Workbench(Self.pipeline)
    try bench.generate()
    func outputs(_ model: String, _ overrides: String...) throws -> [Double] {
      let path = "\(bench.folder)/\(UUID().uuidString).h5"
      let configuration = try bench.configuration(overrides)
      _ = try TrainStage(
        modelName: model, dataset: "\(bench.folder)/dataset.h5", output: path, resumes: false, threads: 1, device: .cpu,
        progress: nil, replaces: true
      ).run(configuration)
      _ = try SweepStage(
        model: path, dataset: "\(bench.folder)/dataset.h5", split: .test, output: path + ".sweep", threads: 1, device: .cpu,
        progress: nil
      ).run(configuration)
      return try SweepRecord(reading: path + ".sweep").outputs() ?? []
    }
    for model in ["implicit", "explicit"] {
      let base = try outputs(model)
      #expect(try outputs(model) == base)
      for override in ["models.\(model).width=9", "training.phases.0.steps=21", "seed=2"] {
        #expect(try outputs(model, override) != base, "\(override)")
      }
    }
    let constructed = try outputs("recipe")
    for override in ["models.recipe.step=linear", "models.recipe={architecture: constructed, map: two-poles}"] {
      #expect(try outputs("recipe", override) != constructed, "\(override)")
    }
    #expect(try outputs("linear", "models.linear.rate=0.25") != outputs("linear"))

    // What a network learns does not depend on the other maps of the dataset.
    let alone = try Workbench(
      Self.pipeline.replacing("{map: reciprocal}, {map: ring}, {map: two-poles, from: -1, to: 2}, ", with: ""))
    try alone.generate()
    try alone.train("explicit")
    try bench.train("explicit")
    let hashes = try [bench, alone].map {
      try ModelFile("\($0.folder)/explicit.h5").model(of: ScalarMapStudy.self, layout: ScalarMapStudy.layout)
    }
    .map { try $0.module.parameters.tensors.flatMap { try $0.doubles() } }
    #expect(hashes[0] == hashes[1])
  }

  @Test func `Perturbed points stay in the domain, at the distance asked for, or are left out`() throws {
    let bench = try Workbench(Self.pipeline)
    let reader = try DatasetReader(bench.generate(), ScalarMapStudy.layout)
    let rows = Array(0..<160)
    for norm in [1e-6, 1e-2] {
      let clean = try ScalarMapStudy.points(reader, .test, rows: rows)
      let perturbed = try ScalarMapPerturbation(norm: norm).perturbed(
        reader, .test, rows: rows, seed: 1, options: TensorOptions(type: .float64))
      for i in rows.indices {
        let moved = perturbed.batch.points[i]
        #expect(perturbed.isSolved[i] == (clean.targets[i].gap(at: clean.points[i]) > norm))
        guard perturbed.isSolved[i] else { continue }
        #expect(abs(distance(moved, clean.points[i]) - norm) < 1e-9 && perturbed.distances[i] == distance(moved, clean.points[i]))
        #expect(clean.targets[i].gap(at: moved) > 0)
      }
      #expect(perturbed.isSolved.contains(true))
    }
    let ratio = try ScalarMapPerturbation(norm: 1e-6).perturbed(reader, .test, rows: [0], seed: 1, options: TensorOptions())
    #expect(
      try ScalarMapPerturbation(norm: 1e-6).perturbed(reader, .test, rows: [0], seed: 2, options: TensorOptions()).batch.points
        .count
        == ratio.batch.points.count)
  }

  @Test(arguments: [
    ("absent", "no samples of the map tangent", [String]())
  ]) func `A dataset without the map of a model is refused`(model: String, problem: String, overrides: [String]) throws {
    let bench = try Workbench(Self.pipeline)
    try bench.generate()
    let failure = try #require(throws: Failure.self) { try bench.train(model) }
    #expect(
      failure.status == .badData && failure.problem.contains(problem) && failure.remedy?.contains("dataset.targets") == true)
  }

  @Test(arguments: [
    ("map", 99.0, "expected a map in 0 ... 7, found 99"), ("level", 3, "has no Lipschitz level"), ("x", 0, "outside the domain"),
  ]) func `A sample that no map fits is named`(field: String, value: Double, problem: String) throws {
    let bench = try Workbench(Self.pipeline)
    let path = try bench.generate()
    var block = try DatasetReader(path, ScalarMapStudy.layout).block(.test, rows: 0..<4)
    switch block.fields[field] {
    case .integer(var values):
      values[0] = Int64(value)
      block.fields[field] = .integer(values)
    case .real(var values):
      values[0] = value
      block.fields[field] = .real(values)
    default: Issue.record("no field \(field)")
    }
    var layout = try bench.configuration().generator.layout
    layout.fields.removeLast()
    block.fields["local_lipschitz"] = nil
    let bad = "\(bench.folder)/bad.h5"
    let writer = try DatasetWriter(
      creating: bad, layout, plans: [SplitPlan(.test, draws: 4)], shard: nil,
      provenance: FileProvenance(configuration: "{}"))
    try writer.append(block, to: .test)
    _ = try writer.finish()
    let reader = try DatasetReader(bad, ScalarMapStudy.layout)
    let failure = try #require(throws: Failure.self) {
      try ScalarMapStudy.batch(reader, .test, rows: [0, 1], options: TensorOptions())
    }
    #expect(failure.status == .badData && failure.problem.contains(problem), "\(failure)")
    #expect(failure.location?.contains("sample 0") == true)
  }

  @Test(arguments: [
    ("dataset.targets.0.level=5", "level"), ("dataset.targets.3.level=null", "level"), ("dataset.targets.0.from=2", "from < to"),
    ("dataset.targets.1.map=reciprocal", "twice"), ("dataset.targets.0.map=recip", "reciprocal"),
    ("dataset.nearest=0", "nearest"),
    ("models.linear.map=logarithm", "linear"), ("models.linear.rate=1.5", "rate"), ("models.recipe.rate=0.5", "unknown key"),
    ("models.implicit.width=0", "width"), ("models.implicit.level=null", "level"),
    ("sweep.perturbations.norms=[0]", "norms"), ("sweep.perturbations.norms=[1e-3, 1e-3]", "twice"),
  ]) func `A wrong configuration is refused with its reason`(override: String, hint: String) throws {
    let failure = try #require(throws: Failure.self) { try Workbench(Self.pipeline).configuration([override]) }
    #expect(failure.status == .usage)
    #expect("\(failure.problem) \(failure.remedy ?? "")".contains(hint), "\(failure)")
  }

  @Test func `Figures are made of sweeps whose model and dataset are still there`() throws {
    let bench = try Workbench(Self.pipeline)
    let dataset = try bench.generate()
    let paths = try ["linear", "recipe", "ring", "figure-1", "implicit", "explicit"].map { model in
      try bench.train(model)
      return try bench.sweep(model)
    }
    let sweeps = try paths.map { try FigureInput<ScalarMapStudy>(SweepRecord(reading: $0)) }
    #expect(sweeps.count == 6)
    let figures = try ScalarMapStudy.figures(sweeps)
    let names = Set(figures.map(\.name))
    #expect(names.count == figures.count)
    #expect(
      names.isSuperset(of: [
        "iterates-linear", "iterates-ring", "iterates-figure-1", "iterates-implicit", "predictions-ramps-8",
        "lipschitz-growth-reciprocal", "lipschitz-growth-ramps-8", "convergence-recipe", "convergence-implicit",
        "necessity-linear", "regularity-reciprocal",
      ]), "\(names.sorted())")
    #expect(!names.contains("predictions-reciprocal") && !names.contains("regularity-ramps-8"))
    // The iterates of the hand-made operator, drawn against x, are the closed form.
    let drawn = try #require(figures.first { $0.name == "iterates-linear" }?.series.first { $0.label == "t = 20" })
    for point in drawn.points where point.y.isFinite {
      #expect(abs(point.y + expm1(20 * log1p(-0.5 * point.x)) / point.x) < 1e-11)
    }
    // Markers of the necessity figure stay below the line.
    let necessity = try #require(figures.first { $0.name == "necessity-linear" })
    let bound = try #require(necessity.series.last).points
    for series in necessity.series.dropLast() {
      for point in series.points where point.y.isFinite {
        let above = try #require(bound.first { $0.x == point.x })
        #expect(point.y <= above.y * (1 + 1e-5) + 1e-6)
      }
    }
    try FileManager.default.removeItem(atPath: dataset)
    let sweep = try SweepRecord(reading: paths[1])
    let failure = try thrownFailure { _ = try FigureInput<ScalarMapStudy>(sweep) }
    #expect(failure.status == .missingInput && failure.problem.contains("dataset"))
  }
}
