import Foundation
import HDF5
import Records
import Support
import TestSupport
import Testing

@testable import Report

@Suite struct SweepReaderTests {
  /// Writes a sweep file as the sweep stage does.
  func write(_ sweep: SweepRecord, to path: String, inputs: [ProvenanceInput] = []) throws {
    var layout = SweepLayout(
      iterations: sweep.iterations, draws: sweep.draws, perturbations: sweep.perturbations,
      localLipschitz: sweep.localLipschitz.map { .init(iterations: $0.iterations, samples: $0.constants.samples) })
    layout.starts = sweep.starts.map { .init(count: $0.count, samples: $0.spread.count) }
    layout.solvers = sweep.solvers.map(\.name)
    layout.ratioMeanings = sweep.ratioMeanings
    let writer = try SweepWriter(
      creating: path, sweep.facts, layout, sweep.costs, memory: sweep.memory,
      provenance: FileProvenance(configuration: sweep.source.configuration, inputs: inputs))
    func rows(_ curves: SampleCurves) -> [[Double]] { (0..<curves.samples).map(curves.row) }
    var samples = SweepSamples()
    samples.error = rows(sweep.error)
    samples.residual = sweep.residual.map(rows) ?? []
    samples.relativeResidual = sweep.relativeResidual.map(rows) ?? []
    samples.limitPeriods = sweep.limitPeriods ?? []
    samples.contractionFactors = sweep.contractionFactors ?? []
    if let starts = sweep.starts {
      samples.starts.error = starts.error.map(rows)
      samples.starts.relativeResidual = starts.relativeResidual.map(rows)
      samples.starts.spread = starts.spread
    }
    samples.solvers.error = sweep.solvers.map { rows($0.error) }
    samples.solvers.relativeResidual = sweep.solvers.map { rows($0.relativeResidual) }
    samples.solvers.evaluations = sweep.solvers.map { rows($0.evaluations) }
    samples.lipschitzRatio = sweep.lipschitzRatio.map(rows)
    samples.perturbedError = sweep.perturbedError.map(rows)
    samples.statuses = sweep.statuses ?? []
    if let local = sweep.localLipschitz {
      samples.localLipschitz = rows(local.constants)
      samples.localLipschitzConverged = local.converged.map { [$0 ? 1 : 0] }
    }
    try writer.append(samples)
    _ = try writer.finish()
  }

  @Test func `What a sweep file says is what is read`() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "a.sweep.h5").path
    for sweep in [
      SyntheticSweeps.implicit(seed: .max, samples: 5, iterations: 3), SyntheticSweeps.explicit(),
      SyntheticSweeps.broad(samples: 5, iterations: 3),
    ] {
      try? FileManager.default.removeItem(atPath: path)
      try write(sweep, to: path, inputs: [ProvenanceInput(path: "models/m.h5", contentHash: "0a")])
      let read = try SweepRecord(reading: path)
      #expect(read.facts == sweep.facts && read.iterations == sweep.iterations && read.draws == sweep.draws)
      #expect(read.error == sweep.error && read.residual == sweep.residual)
      #expect(read.relativeResidual == sweep.relativeResidual && read.limitPeriods == sweep.limitPeriods)
      #expect(read.contractionFactors == sweep.contractionFactors && read.starts == sweep.starts)
      #expect(read.solvers == sweep.solvers && read.ratioMeanings == sweep.ratioMeanings)
      #expect(read.perturbations == sweep.perturbations)
      #expect(read.lipschitzRatio == sweep.lipschitzRatio && read.perturbedError == sweep.perturbedError)
      #expect(read.statuses == sweep.statuses && read.localLipschitz == sweep.localLipschitz && read.memory == sweep.memory)
      #expect(read.costs == sweep.costs)
      #expect(read.source.path == path && read.source.contentHash.count == 64)
      #expect(read.source.modelPath == FileManager.default.currentDirectoryPath + "/models/m.h5")
      #expect(read.source.configuration == sweep.source.configuration)
    }
  }

  @Test(arguments: ["iteration", "sample", "error", "seconds", "flops"])
  func `A sweep without one of its datasets is bad data, and the message names it`(name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "a.sweep.h5").path
    try write(SyntheticSweeps.implicit(samples: 2, iterations: 2), to: path)
    let file = try File.open(path, .readWrite)
    try file.delete(name)
    try file.close()
    let failure = #expect(throws: Failure.self) { try SweepRecord(reading: path) }
    #expect(failure?.status == .badData)
    #expect(failure?.description.contains("/\(name)") == true, "\(failure?.description ?? "")")
  }

  @Test(arguments: [
    ("error", [3, 2], "expected shape [2, 2], found [3, 2]"), ("residual", [4], "expected shape [2, 2], found [4]"),
    ("lipschitz_ratio", [1, 2, 2], "expected shape [5, 2, 2], found [1, 2, 2]"), ("flops", [1], "expected shape [2]"),
  ])
  func `A dataset of another shape is bad data, with both shapes named`(
    name: String, shape: [Int], message: String
  ) throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "a.sweep.h5").path
    try write(SyntheticSweeps.implicit(samples: 2, iterations: 2), to: path)
    let file = try File.open(path, .readWrite)
    try file.delete(name)
    try file.write(name, Array(repeating: 0.5, count: shape.reduce(1, *)), shape: shape)
    try file.close()
    let failure = #expect(throws: Failure.self) { try SweepRecord(reading: path) }
    #expect(failure?.status == .badData)
    #expect(failure?.description.contains("\(path):/\(name)") == true, "\(failure?.description ?? "")")
    #expect(failure?.problem.contains(message) == true, "\(failure?.description ?? "")")
  }

  @Test(arguments: [[], [2, 1], [1, 1]] as [[Int64]])
  func `Iterations that are missing or do not ascend are bad data`(iterations: [Int64]) throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "a.sweep.h5").path
    try write(SyntheticSweeps.implicit(samples: 2, iterations: 2), to: path)
    let file = try File.open(path, .readWrite)
    try file.delete("iteration")
    try file.write("iteration", iterations)
    try file.close()
    let failure = #expect(throws: Failure.self) { try SweepRecord(reading: path) }
    #expect(failure?.status == .badData && failure?.problem.contains("ascending iterations") == true)
  }

  @Test func `A file of another kind and a file that is not there have their own exit codes`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "summary.h5").path
    let aggregation = try Aggregation(sweeps: AggregationTests.sweeps, description: .init(title: "title"))
    try aggregation.summary.write(to: path, provenance: FileProvenance(configuration: "{}\n"))
    #expect(#expect(throws: Failure.self) { try SweepRecord(reading: path) }?.status == .badData)
    #expect(#expect(throws: Failure.self) { try SweepRecord(reading: path + "x") }?.status == .missingInput)
    #expect(#expect(throws: Failure.self) { try TrainingCurve(reading: path, contentHash: "") }?.status == .badData)
  }

  @Test func `The summary file holds the tables, and the same sweeps give the same content, however long they took`() throws {
    let folder = try TemporaryFolder()
    let band = ExpectedBand(name: "claim", quantity: Quantity(model: "implicit-8"), atMost: 1)
    func measured(slowdown: Double) throws -> Aggregation {
      let sweeps = AggregationTests.sweeps.map { sweep in
        var sweep = sweep
        sweep.costs.seconds = sweep.costs.seconds.map { $0 * slowdown }
        return sweep
      }
      return try Aggregation(sweeps: sweeps, settings: .init(bands: [band]), description: .init(title: "title"))
    }
    let aggregation = try measured(slowdown: 1)
    let paths = ["a.h5", "b.h5"].map { folder.url.appending(path: $0).path }
    let hashes = try zip(paths, [aggregation, measured(slowdown: 3)]).map { path, aggregation in
      try aggregation.summary.write(to: path, provenance: FileProvenance(configuration: "{}\n"))
    }
    #expect(hashes[0] == hashes[1])
    #expect(try FileDifference(paths[0], paths[1]).entries.contains { $0.object == "/tables/times/mean" && $0.isMeasurement })
    let file = try File.open(paths[0])
    #expect(try file.dataset("tables/models/model").read(String.self) == ["explicit-8", "implicit-8"])
    #expect(try file.dataset("tables/models/error_mean").read(Double.self) == aggregation.summaries.map(\.error.mean))
    #expect(try file.dataset("tables/models/seconds").attribute("units", as: String.self) == "s")
    #expect(try file.dataset("tables/bands/holds").read(Int64.self) == [1, 1])
  }
}
