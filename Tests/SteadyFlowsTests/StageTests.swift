import Foundation
import HDF5
import Records
import StudyKit
import Support
import Testing
import Torch

@testable import SteadyFlows

/// The case study in the stages: from a configuration to sweeps and figures.
@Suite struct StageTests {
  @Test func `Shards hold what one run holds, byte for byte`() throws {
    let bench = try Workbench()
    let whole = try DatasetReader(bench.generate(), SteadyFlowStudy.layout)
    let parts = try (1...3).map { try bench.generate("part-\($0)", shard: Shard($0, of: 3)) }
    _ = try DatasetMerger(shards: parts).write(to: "\(bench.folder)/merged.h5")
    let merged = try DatasetReader("\(bench.folder)/merged.h5", SteadyFlowStudy.layout)
    #expect(merged.header.contentHash == whole.header.contentHash && whole.header.contentHash != nil)
  }

  @Test func `Physical perturbations keep the equation, in physical units`() throws {
    let bench = try Workbench()
    let reader = try DatasetReader(bench.generate(), SteadyFlowStudy.layout)
    let rows = [0, 1, 2]
    let perturbation = SteadyFlowPerturbation(
      convention: .physical, frequency: 0.5, norm: 0.05, viscosity: 99, batchSize: 1)
    let changed = try perturbation.perturbed(
      reader, .test, rows: rows, seed: 1, options: TensorOptions(type: .float64))
    let clean = try SteadyFlowStudy.batch(reader, .test, rows: rows, options: TensorOptions(type: .float64))
    let grid = try PeriodicGrid(size: 15)
    let equation = VorticityEquation(grid, viscosity: 0.05)
    let forcing = try grid.curl(of: grid.modes(of: changed.batch.input * 0.01))
    let residual = try equation.residual(grid.modes(of: changed.batch.solution * 0.1), forcing: forcing)
    let scales = try grid.norms(of: forcing)
    // Fields are stored in float32.
    for (norm, scale) in zip(try grid.norms(of: residual), scales) { #expect(norm < 1e-6 * scale) }
    let sizes = try ((changed.batch.solution - clean.solution).sampleNorms() / clean.solution.sampleNorms()).doubles()
    #expect(sizes.allSatisfy { abs($0 - 0.05) < 1e-6 })
    let distances = try (changed.batch.input - clean.input).sampleNorms().doubles().map { $0 * 0.01 / 0.1 }
    for (found, expected) in zip(changed.distances, distances) { #expect(abs(found / expected - 1) < 1e-9) }
  }

  @Test func `Models train with symmetries and phantom gradients, are swept, and have pictures`() throws {
    let bench = try Workbench()
    try bench.generate()
    let hash = try bench.train("implicit")
    #expect(try bench.train("implicit", threads: 2) == hash)
    #expect(try bench.train("implicit", "training.symmetries=[]") != hash)
    #expect(try bench.train("implicit", "training.phases.1.adjoint=null") != hash)
    try bench.train("implicit")
    try bench.train("explicit")
    let paths = try ["implicit", "explicit"].map { try bench.sweep($0) }
    let file = try File.open(paths[0])
    defer { try? file.close() }
    #expect(try file.dataset("lipschitz_ratio").shape == [2, 3, 4])
    #expect(try file.dataset("lipschitz_ratio").read(Double.self).allSatisfy { $0 >= 0 && $0.isFinite })
    let swept = try paths.map { try FigureInput<SteadyFlowStudy>(SweepRecord(reading: $0)) }
    let figures = try SteadyFlowStudy.figures(swept)
    #expect(figures.map(\.name) == ["fields-0", "fields-1"])
    // Input and solution; t = 1, 2, 3 and the error; the explicit prediction and its error.
    #expect(figures[0].panels.map(\.count) == [3, 4, 2])
    #expect(figures[0].panels.joined().allSatisfy { $0.values.count == 15 && $0.values[0].count == 15 })
  }

  @Test func `Local Lipschitz constants bound the sampled ratios at their iterations`() throws {
    let bench = try Workbench()
    try bench.generate()
    try bench.train("implicit")
    try bench.train("explicit")
    let settings = ["sweep.chunk=1", "sweep.lipschitz.iterations=[1, 3]", "sweep.lipschitz.samples=2"]
    for model in ["implicit", "explicit"] {
      let file = try File.open(bench.sweep(model, settings[0], settings[1], settings[2]))
      defer { try? file.close() }
      let (constants, ratios) = try (file.dataset("local_lipschitz"), file.dataset("lipschitz_ratio"))
      let iterates = model == "implicit" ? 4 : 1
      #expect(try constants.shape == [2, 2])
      #expect(try ratios.shape == [2, 3, iterates])
      #expect(try file.dataset("local_lipschitz_iteration").read(Int64.self) == [1, 3])
      let (bounds, sampled) = try (constants.read(Double.self), ratios.read(Double.self))
      for (position, t) in [1, 3].enumerated() {
        for sample in 0..<2 {
          for kind in 0..<2 {
            // Scales of 0.1 for the vorticity and 0.01 for the force; the change is small, not infinitesimal.
            let ratio = sampled[(kind * 3 + sample) * iterates + min(t, iterates - 1)] / 10
            #expect(ratio > 0 && ratio < 1.02 * bounds[sample * 2 + position])
          }
        }
      }
      if model == "explicit" { #expect(bounds[0] == bounds[1]) }
    }
    let failure = #expect(throws: Failure.self) {
      try bench.sweep("implicit", settings[1], "sweep.solver.name=anderson")
    }
    #expect(failure?.status == .usage && failure?.problem.contains("plain iterations") ?? false)
  }

  @Test func `Unknown symmetries, and symmetries of Darcy flow, are errors`() throws {
    let bench = try Workbench()
    let unknown = #expect(throws: Failure.self) { try bench.configuration(["training.symmetries=[shifts]"]) }
    #expect(unknown?.status == .usage && unknown?.problem.contains("shifts") ?? false)
    let batch = SteadyFlowBatch(input: try .zeros([1, 1, 8, 8]), solution: try .zeros([1, 8, 8]))
    var random = KeyedRandom(seed: 1, stream: "test")
    #expect(throws: Failure.self) {
      try SteadyFlowStudy.transformed(batch, by: ["translations"], random: &random)
    }
  }
}
