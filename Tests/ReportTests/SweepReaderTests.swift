import Experiment
import Foundation
import HDF5
import Testing

@testable import Report

@Suite struct SweepReaderTests {
  /// Writes a sweep file as the sweep stage does.
  func write(_ sweep: SweepCurves, to path: String, inputs: [ProvenanceInput] = []) throws {
    let content = try ContentFile(
      creating: path, FileHeader(.sweep, caseStudy: sweep.caseStudy, title: "a sweep"),
      provenance: FileProvenance(configuration: sweep.source.configuration, inputs: inputs))
    for (name, text) in [
      ("model", sweep.model), ("architecture", sweep.architecture), ("solver", sweep.solver), ("split", sweep.split),
      ("error_name", sweep.errorName), ("model_sha256", "0a"), ("dataset_sha256", "0b"),
    ] { try content.file.setAttribute(name, text) }
    try content.file.setAttribute("is_iterative", UInt8(sweep.isIterative ? 1 : 0))
    try content.file.setAttribute("seed", Int64(bitPattern: sweep.seed))
    try content.file.setAttribute("parameter_count", Int64(sweep.parameters))
    if let trained = sweep.trainedIterations { try content.file.setAttribute("trained_iterations", Int64(trained)) }
    let (samples, iterations, kinds) = (sweep.error.samples, sweep.iterations.count, sweep.perturbations.count)
    try content.write("/iteration", sweep.iterations.map { Int64($0) })
    try content.write("/sample", (0..<samples).map { Int64($0) })
    try content.write("/error", sweep.error.values, shape: [samples, iterations])
    if let residual = sweep.residual { try content.write("/residual", residual.values, shape: [samples, iterations]) }
    if kinds > 0 {
      try content.write("/perturbation", sweep.perturbations)
      for (name, curves) in [("/lipschitz_ratio", sweep.lipschitzRatio), ("/perturbed_error", sweep.perturbedError)] {
        try content.write(name, curves.flatMap(\.values), shape: [kinds, samples, iterations])
      }
    }
    try content.write("/seconds", sweep.seconds)
    try content.write("/flops", sweep.flops)
    try content.finish()
  }

  @Test func `What a sweep file says is what is read`() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "a.sweep.h5").path
    for sweep in [
      SyntheticSweeps.implicit(seed: .max, samples: 5, iterations: 3), SyntheticSweeps.explicit(),
    ] {
      try? FileManager.default.removeItem(atPath: path)
      try write(sweep, to: path, inputs: [ProvenanceInput(path: "models/m.h5", contentHash: "0a")])
      let read = try SweepCurves(reading: path)
      #expect(read.model == sweep.model && read.caseStudy == sweep.caseStudy && read.architecture == sweep.architecture)
      #expect(read.solver == sweep.solver && read.split == sweep.split && read.errorName == sweep.errorName)
      #expect(read.seed == sweep.seed && read.isIterative == sweep.isIterative && read.parameters == sweep.parameters)
      #expect(read.trainedIterations == sweep.trainedIterations && read.iterations == sweep.iterations)
      #expect(read.error == sweep.error && read.residual == sweep.residual)
      #expect(read.perturbations == sweep.perturbations)
      #expect(read.lipschitzRatio == sweep.lipschitzRatio && read.perturbedError == sweep.perturbedError)
      #expect(read.seconds == sweep.seconds && read.flops == sweep.flops)
      #expect(read.source.path == path && read.source.contentHash.count == 64)
      #expect(read.source.modelHash == "0a" && read.source.datasetHash == "0b")
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
    let failure = #expect(throws: Failure.self) { try SweepCurves(reading: path) }
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
    let failure = #expect(throws: Failure.self) { try SweepCurves(reading: path) }
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
    let failure = #expect(throws: Failure.self) { try SweepCurves(reading: path) }
    #expect(failure?.status == .badData && failure?.problem.contains("ascending iterations") == true)
  }

  @Test func `A file of another kind and a file that is not there have their own exit codes`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.url.appending(path: "summary.h5").path
    let aggregation = try Aggregation(sweeps: AggregationTests.sweeps, description: .init(title: "title"))
    try aggregation.writeSummary(to: path, provenance: FileProvenance(configuration: "{}\n"))
    #expect(#expect(throws: Failure.self) { try SweepCurves(reading: path) }?.status == .badData)
    #expect(#expect(throws: Failure.self) { try SweepCurves(reading: path + "x") }?.status == .missingInput)
    #expect(#expect(throws: Failure.self) { try TrainingCurve(reading: path, contentHash: "") }?.status == .badData)
  }

  @Test func `The summary file holds the tables, and the same sweeps give the same content`() throws {
    let folder = try TemporaryFolder()
    let band = ExpectedBand(name: "claim", quantity: Quantity(model: "implicit-8"), atMost: 1)
    let aggregation = try Aggregation(
      sweeps: AggregationTests.sweeps, settings: .init(bands: [band]), description: .init(title: "title"))
    let paths = ["a.h5", "b.h5"].map { folder.url.appending(path: $0).path }
    let hashes = try paths.map {
      try aggregation.writeSummary(to: $0, provenance: FileProvenance(configuration: "{}\n"))
    }
    #expect(hashes[0] == hashes[1])
    let file = try File.open(paths[0])
    #expect(try file.dataset("tables/models/model").read(String.self) == ["explicit-8", "implicit-8"])
    #expect(try file.dataset("tables/models/error_mean").read(Double.self) == aggregation.summaries.map(\.error.mean))
    #expect(try file.dataset("tables/models/seconds").attribute("units", as: String.self) == "s")
    #expect(try file.dataset("tables/bands/holds").read(Int64.self) == [1, 1])
  }
}
