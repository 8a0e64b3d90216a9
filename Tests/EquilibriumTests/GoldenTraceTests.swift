import Foundation
import HDF5
import Testing
import Torch

@testable import Equilibrium

// Traces of two public Python implementations on maps in R^12, batch 4 (Tests/Fixtures/anderson_broyden.h5: the solvers
// of risteskilab/deq-neural-operators and of locuslab/torchdeq; X are all evaluation points, F the values there).
// Comparable are the points themselves: both libraries mix and update sample by sample. Not comparable, because we do
// otherwise on purpose: stopping and the returned iterate (whole batch or batch maximum there, and the lowest residual
// instead of the last), traces padded after the stop, the residual of the damped update in torchdeq, an always undamped first
// Anderson step, and line-search decisions taken on the norm of the whole batch.

private struct GoldenMap {
  let name: String
  let matrix: [[Double]]
  let offsets: [[Double]]
  let equilibrium: [[Double]]
  let file: Group

  init(_ name: String) throws {
    let fixture = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/anderson_broyden.h5")
    let group = try File.open(fixture.path).group(name)
    self.name = name
    file = try group.group("float64")
    matrix = try cut(group.dataset("A").read(), 12)
    offsets = try cut(group.dataset("b").read(), 12)
    equilibrium = try cut(group.dataset("fixed_point").read(), 12)
  }

  func map(_ batch: VectorBatch) throws -> VectorBatch {
    try VectorBatch(
      zip(batch.rows, offsets).map { z, b in
        let image = times(matrix, z)
        switch name {
        case "tanh": return plus(image, b).map { tanh($0) }
        case "steep": return z.indices.map { z[$0] - atan(3 * z[$0] - tanh(image[$0]) - b[$0]) }
        default: return plus(image, b)
        }
      })
  }

  func start() throws -> VectorBatch { try VectorBatch(cut(file.dataset("z0").read(), 12)) }

  /// A recorded sequence `[k, batch, component]`.
  func points(_ path: String) throws -> [VectorBatch] {
    try cut(file.dataset(path).read(), 48).map { try VectorBatch(cut($0, 12)) }
  }

  /// Our iterates y_0 ... y_steps.
  func iterates(_ solver: Solver, steps: Int) throws -> (states: [VectorBatch], solution: Solution<VectorBatch>) {
    var states: [VectorBatch] = []
    let solution = try fixedPoint(of: map, from: start(), settings: SolverSettings(solver, stopping: .exactly(steps))) {
      states.append($0.state)
    }
    return (states, solution)
  }
}

private func cut(_ values: [Double], _ width: Int) -> [[Double]] {
  stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
}

/// The largest difference of an entry, relative to the largest entry or 1 (the start is zero).
private func difference(_ found: VectorBatch, _ expected: VectorBatch) -> Double {
  let scale = max(expected.rows.flatMap { $0.map(abs) }.max() ?? 1, 1)
  return zip(found.rows, expected.rows).flatMap { zip($0, $1).map { abs($0 - $1) } }.max().map { $0 / scale } ?? .nan
}

private let smoothMaps = ["linear", "linear_expansive", "linear_fast", "tanh"]

struct GoldenTraceTests {
  @Test(arguments: smoothMaps)
  func `Plain iteration gives the recorded iterates`(name: String) throws {
    let golden = try GoldenMap(name)
    let expected = try golden.points("plain/z")
    let (states, _) = try golden.iterates(.picard(Picard()), steps: expected.count - 1)
    // Rounding, grown by at most 1.6^15 = 1200 in the expansive map.
    for (found, point) in zip(states, expected) { #expect(difference(found, point) < 1e-12) }
  }

  @Test(arguments: smoothMaps)
  func `Damped iteration gives torchdeq's points, and its damped residuals are ours times the damping`(name: String) throws {
    let golden = try GoldenMap(name)
    let expected = try golden.points("torchdeq_fixed_point_iter/X")
    let recorded = try golden.file.dataset("torchdeq_fixed_point_iter/abs_trace").read(Double.self)
    let (states, solution) = try golden.iterates(.picard(Picard(damping: 0.6)), steps: expected.count - 1)
    for (found, point) in zip(states, expected) { #expect(difference(found, point) < 1e-12) }
    for sample in 0..<4 {
      let trace = recorded[sample * 26..<(sample + 1) * 26].dropFirst()  // entry 0 is a placeholder
      for (residual, other) in zip(solution.residuals[sample], trace).dropLast() {
        #expect(abs(0.6 * residual - other) < 1e-10 * max(other, 1e-3))
      }
    }
  }

  @Test(arguments: smoothMaps, [("anderson_m5", 5), ("torchdeq_anderson", 6)])
  func `Undamped Anderson with absolute regularisation gives the points of both libraries`(
    name: String, run: (path: String, window: Int)
  ) throws {
    let golden = try GoldenMap(name)
    let expected = try golden.points("\(run.path)/X")
    let solver = Solver.anderson(Anderson(window: run.window, regularization: .absolute(1e-4)))
    let (states, _) = try golden.iterates(solver, steps: expected.count - 1)
    for (k, (found, point)) in zip(states, expected).enumerated() {
      #expect(difference(found, point) < 1e-9, "k = \(k)")
    }
  }

  @Test(arguments: smoothMaps)
  func `Each Anderson step from recorded points gives the next recorded point, damped mixing included`(name: String) throws {
    let golden = try GoldenMap(name)
    let (points, values) = (try golden.points("anderson_m3/X"), try golden.points("anderson_m3/F"))
    var rule = AndersonRule<VectorBatch>(
      settings: Anderson(window: 3, mixing: 0.7, regularization: .absolute(1e-8)))
    let active = [Bool](repeating: true, count: 4)
    for k in 0..<points.count - 1 {
      let point = Point(state: points[k], value: values[k], residual: try values[k].minus(points[k]))
      let products = try VectorBatch.innerProducts(rule.pairs(at: point))
      let next = try rule.next(after: point, products: products, active: active)
      // The first step is damped here and undamped there.
      if k > 0 { #expect(difference(next, points[k + 1]) < 1e-9, "k = \(k)") }
    }
  }

  @Test(arguments: smoothMaps + ["steep"])
  func `Broyden gives the points of both libraries`(name: String) throws {
    let golden = try GoldenMap(name)
    for path in ["broyden_ls0/X", "torchdeq_broyden/X"] where try golden.file.contains(path) {
      let expected = try golden.points(path)
      let (states, _) = try golden.iterates(.broyden(Broyden()), steps: expected.count - 1)
      for (k, (found, point)) in zip(states, expected).enumerated() {
        #expect(difference(found, point) < 1e-8, "\(path), k = \(k)")
      }
    }
  }

  @Test(arguments: ["linear", "linear_fast", "tanh"])
  func `A line search that needs no shorter step leaves Broyden's points as recorded`(name: String) throws {
    let golden = try GoldenMap(name)
    let expected = try golden.points("broyden_ls1/X")
    let (states, solution) = try golden.iterates(.broyden(Broyden(lineSearch: true)), steps: expected.count - 1)
    for (found, point) in zip(states, expected) { #expect(difference(found, point) < 1e-8) }
    #expect(solution.evaluations == [Int](repeating: expected.count, count: 4))
  }

  @Test(arguments: [false, true])
  func `The line search converges per sample on the steep map`(lineSearch: Bool) throws {
    let golden = try GoldenMap("steep")
    let stopping = StoppingCriteria(maximumIterations: 60, tolerance: 1e-11, mode: .absolute)
    let solution = try fixedPoint(
      of: golden.map, from: golden.start(),
      settings: SolverSettings(.broyden(Broyden(memory: 60, lineSearch: lineSearch)), stopping: stopping))
    #expect(solution.converged)
    #expect(difference(solution.state, try VectorBatch(golden.equilibrium)) < 1e-10)
  }

  @Test
  func `The relative regularisation converges where the absolute one of the references stalls`() throws {
    let golden = try GoldenMap("linear_fast")
    func steps(_ regularization: Anderson.Regularization) throws -> Int {
      let stopping = StoppingCriteria(maximumIterations: 40, tolerance: 1e-13, mode: .relative)
      let solution = try fixedPoint(
        of: golden.map, from: golden.start(),
        settings: SolverSettings(.anderson(Anderson(window: 5, regularization: regularization)), stopping: stopping))
      #expect(difference(solution.state, try VectorBatch(golden.equilibrium)) < 1e-10)
      return solution.iterations.max() ?? 0
    }
    #expect(try steps(.relative(1e-12)) < steps(.absolute(1e-4)) / 2)
  }
}
