import Configuration
import Equilibrium
import Foundation
import StudyKit
import Support
import Testing
import Torch

@testable import Records
@testable import ScalarMaps

@Suite struct PerceptronTests {
  static func batch(_ points: [[Double]], type: DType = .float64) throws -> ScalarMapBatch {
    let target = try TargetMap(points[0].count == 2 ? .ring : .ramps, level: points[0].count == 2 ? nil : 10)
    return try ScalarMapBatch(
      Array(repeating: target, count: points.count), points, values: points.map(target.value(at:)),
      options: TensorOptions(type: type))
  }

  /// Operations of one sample, as the sweep counts them.
  static func flops(_ model: Model<ScalarMapBatch>, iterations: Int, dimension: Int) throws -> Double {
    let batch = try batch([Array(repeating: 0.3, count: dimension)], type: .float32)
    return try Autograd.withoutTracking {
      switch model {
      case .explicit(let network): return try Runtime.countingFlops { try network.predict(batch) }.flops
      case .implicit(let network):
        func count<Network: ImplicitModel>(_ network: Network) throws -> Double where Network.Batch == ScalarMapBatch {
          try Runtime.countingFlops {
            let context = try network.inject(batch)
            let state = try (0..<iterations).reduce(network.initialState(context)) { state, _ in try network.step(state, context)
            }
            return try network.readout(state, context)
          }.flops
        }
        return try count(network)
      }
    }
  }

  @Test(arguments: [1, 2]) func `The networks are the formulas they state`(dimension: Int) throws {
    var random = KeyedRandom(seed: 1, stream: "points")
    let points = (0..<7).map { _ in random.uniforms(dimension, -1, 1) }
    let batch = try Self.batch(points)
    func affine(_ x: [Double], _ weight: Tensor, _ bias: Tensor) throws -> [Double] {
      let (w, b) = (try weight.doubles(), try bias.doubles())
      return b.indices.map { row in b[row] + x.indices.reduce(0) { $0 + w[row * x.count + $1] * x[$1] } }
    }
    func relu(_ x: [Double]) -> [Double] { x.map { max($0, 0) } }
    let implicit = try ImplicitPerceptron(dimension: dimension, width: 5, seed: 3)
    let explicit = try ExplicitPerceptron(dimension: dimension, width: 5, seed: 3)
    for (module, index) in [(implicit as any Module, 0), (explicit, 1)] {
      try module.move(to: .cpu, type: .float64)
      for (i, entry) in module.parameters.entries.enumerated() {
        var random = KeyedRandom(seed: UInt64(index), stream: "parameters", index: UInt64(i))
        let shape = entry.parameter.value.shape
        try entry.parameter.assign(Tensor(random.normals(shape.reduce(1, *)), shape: shape))
      }
    }
    func parameter(_ module: some Module, _ name: String) throws -> Tensor { try #require(module.parameters[name]).value }
    let context = try implicit.inject(batch)
    var state = try implicit.initialState(context)
    for _ in 0..<3 { state = try implicit.step(state, context) }
    let found = (try implicit.readout(state, context).doubles(), try explicit.predict(batch).doubles())
    for (i, x) in points.enumerated() {
      var z = [Double](repeating: 0, count: 5)
      for _ in 0..<3 {
        let hidden = try relu(affine(z + x, parameter(implicit, "block.0.weight"), parameter(implicit, "block.0.bias")))
        z = try affine(hidden, parameter(implicit, "block.2.weight"), parameter(implicit, "block.2.bias"))
      }
      let y = try affine(z, parameter(implicit, "head.weight"), parameter(implicit, "head.bias"))
      #expect(abs(y[0] - found.0[i]) < 1e-10 * max(1, abs(y[0])))
      let first = try relu(affine(x, parameter(explicit, "input.weight"), parameter(explicit, "input.bias")))
      let second = try relu(affine(first, parameter(explicit, "rest.0.weight"), parameter(explicit, "rest.0.bias")))
      let output = try affine(second, parameter(explicit, "rest.2.weight"), parameter(explicit, "rest.2.bias"))
      #expect(abs(output[0] - found.1[i]) < 1e-10 * max(1, abs(output[0])))
    }
  }

  @Test func `Initial weights follow from the seed, and the iteration starts as a contraction`() throws {
    let models = try [1, 1, 2].map { try ImplicitPerceptron(dimension: 1, width: 16, seed: $0) }
    let values = try models.map { try $0.parameters.tensors.flatMap { try $0.doubles() } }
    #expect(values[0] == values[1] && values[0] != values[2])
    let batch = try Self.batch((0..<20).map { [Double($0) / 10 - 1] }, type: .float32)
    let context = try models[0].inject(batch)
    var random = KeyedRandom(seed: 1, stream: "states")
    let states = try (0..<2).map { _ in try Tensor(random.normals(320), shape: [20, 16], type: .float32) }
    let images = try states.map { try models[0].step($0, context) }
    let ratios = try lipschitzRatios(between: images[0], and: images[1], distances: states[0].minus(states[1]).norms())
    #expect(ratios.allSatisfy { $0 < 0.51 })
  }

  @Test func `The rivals in the pipeline file have four times the width, equal operations, and equal parameters`() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../pipelines/scalar-maps.yaml")
    let configuration = try ExperimentConfiguration<ScalarMapStudy>(
      ConfigurationDocument.load(file.standardized.path, preset: "demo"))
    let levels = configuration.models.map(\.name).filter { $0.hasPrefix("implicit-") }.compactMap {
      $0.split(separator: "-").last
    }
    #expect(levels.count >= 3 && levels.contains("5") && levels.contains("50"))
    for level in levels {
      let models = try ["implicit-\(level)", "explicit-\(level)-wide", "explicit-\(level)-flops", "explicit-\(level)-small"].map {
        try configuration.model($0).description.build(ScalarMapStudy.layout, 1)
      }
      let flops = try models.map { try Self.flops($0, iterations: 16, dimension: 1) }
      let counts = models.map { Double($0.module.parameters.count) }
      let widths = try models.map { try #require($0.module.parameters.entries.first).parameter.value.shape[0] }
      #expect(widths[1] == 4 * widths[0] && widths[2] > widths[1])
      #expect(abs(flops[2] / flops[0] - 1) < 0.02, "\(flops)")
      #expect(abs(counts[3] / counts[0] - 1) < 0.03, "\(counts)")
    }
  }

  @Test func `Training lowers the error of an implicit network, and iterations lower it further`() throws {
    let bench = try Workbench(
      """
      case_study: scalar-maps
      dataset: {targets: [{map: ramps, level: 5}], train: {samples: 64}, test: {samples: 64}}
      models: {implicit: {architecture: implicit-perceptron, map: ramps, level: 5, width: 16}}
      training: {chunk: 64, phases: [{steps: 300, iterations: 6, learning_rate: 0.02, schedule: cosine}]}
      sweep: {iterations: 6, perturbations: {norms: [1e-3]}, save_outputs: true}
      """)
    try bench.generate()
    try bench.train("implicit")
    let sweep = try FigureInput<ScalarMapStudy>(SweepRecord(reading: bench.sweep("implicit")))
    let map = try #require(try ScalarMapCurves(sweep))
    let errors = map.iterations.indices.map { k in map.samples.reduce(0) { $0 + $1.errors[k] } / 64 }
    #expect(errors[6] < 0.5 * errors[1] && errors[6] < 0.2, "\(errors)")
    #expect(map.largestRatios[6] > 2 * map.largestRatios[1], "\(map.largestRatios)")
  }
}
