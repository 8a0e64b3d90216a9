import Equilibrium
import Foundation
import TestSupport
import Testing
import Torch

private func rows(_ tensor: Tensor) throws -> [[Double]] {
  let values = try tensor.doubles()
  let width = values.count / tensor.shape[0]
  return (0..<tensor.shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
}

private func largestDifference(_ left: [[Double]], _ right: [[Double]]) -> Double {
  zip(left, right).flatMap { zip($0, $1).map { abs($0 - $1) } }.max() ?? 0
}

/// y -> tanh(y W' + b) for rows y, with an offset per sample.
private struct TanhProblem {
  let weight: Tensor
  let offset: Tensor
  let start: Tensor

  init(batch: Int, width: Int, norm: Double, seed: UInt64, type: DType = .float64) throws {
    var random = TestRandom(seed)
    weight = try Tensor(random.matrix(width, rowSumNorm: norm).flatMap { $0 }, shape: [width, width], type: type)
    offset = try Tensor(random.vector(batch * width), shape: [batch, width], type: type)
    start = try Tensor.zeros([batch, width], type: type)
  }

  func map(_ y: Tensor) throws -> Tensor { try y.linear(weight, nil).add(offset, alpha: 1).tanh() }

  func map(_ y: Tensor, sample: Int) throws -> Tensor {
    try y.linear(weight, nil).add(offset.narrow(0, from: sample, count: 1), alpha: 1).tanh()
  }
}

struct TensorStateTests {
  @Test
  func `Tensors of any rank give the same inner products, combinations and replacements as plain rows`() throws {
    var random = TestRandom(1)
    let (a, b) = (random.matrix(3, 12), random.matrix(3, 12))
    let mask = [true, false, true]
    let factors: [(Coefficient, Int)] = [
      (.uniform(1), 0), (.perSample([0, -1, 2]), 1), (.uniform(-0.5), 1), (.perSample([3, 1, 1]), 0),
    ]
    let (u, v) = (try VectorBatch(a), try VectorBatch(b))
    for shape in [[3, 12], [3, 3, 4], [3, 2, 2, 3]] {
      let x = try Tensor(a.flatMap { $0 }, shape: shape)
      let y = try Tensor(b.flatMap { $0 }, shape: shape)
      let products = try Tensor.innerProducts([(x, y), (x, x)])
      #expect(largestDifference(products, try VectorBatch.innerProducts([(u, v), (u, u)])) < 1e-14)
      let sum = try Tensor.combination(factors.map { ($0, [x, y][$1]) })
      #expect(sum.shape == shape)
      #expect(
        largestDifference(try rows(sum), try VectorBatch.combination(factors.map { ($0, [u, v][$1]) }).rows) < 1e-14)
      #expect(try rows(x.replacing(samplesWhere: mask, with: y)) == u.replacing(samplesWhere: mask, with: v).rows)
      #expect(throws: EquilibriumError.self) { try x.replacing(samplesWhere: [true], with: y) }
      #expect(throws: EquilibriumError.self) { try Tensor.combination([(.perSample([1, 2]), x)]) }
    }
  }

  @Test(arguments: everySolver)
  func `A tensor solve equals the plain solve to rounding`(solver: Solver) throws {
    let problem = try TanhProblem(batch: 4, width: 6, norm: 0.9, seed: 3)
    let settings = SolverSettings(
      solver, stopping: StoppingCriteria(maximumIterations: 40, tolerance: 1e-6, mode: .absolute))
    let tensors = try fixedPoint(of: problem.map, from: problem.start, settings: settings)
    let (weight, offset) = (try rows(problem.weight), try rows(problem.offset))
    let plain = try fixedPoint(
      of: rowwise((0..<4).map { sample in { LinearMap(weight: weight, offset: offset[sample])($0).map { tanh($0) } } }),
      from: VectorBatch(rows(problem.start)), settings: settings)
    #expect(tensors.statuses == plain.statuses)
    #expect(tensors.evaluations == plain.evaluations)
    #expect(largestDifference(try rows(tensors.state), plain.state.rows) < 1e-9)
  }

  @Test(arguments: everySolver)
  func `A tensor sample solved with others equals the sample solved alone to rounding`(solver: Solver) throws {
    let problem = try TanhProblem(batch: 5, width: 6, norm: 0.9, seed: 4)
    let settings = SolverSettings(
      solver, stopping: StoppingCriteria(maximumIterations: 60, tolerance: 1e-8, mode: .relative))
    let together = try fixedPoint(of: problem.map, from: problem.start, settings: settings)
    for sample in 0..<5 {
      let alone = try fixedPoint(
        of: { try problem.map($0, sample: sample) }, from: problem.start.narrow(0, from: sample, count: 1),
        settings: settings)
      #expect(alone.evaluations[0] == together.evaluations[sample])
      #expect(largestDifference(try rows(alone.state), [try rows(together.state)[sample]]) < 1e-10)
    }
    #expect(Set(together.statuses) == [.converged])
  }

  @Test(arguments: everySolver)
  func `A stopped tensor sample keeps its bits while its mates go on, also where the map gives NaN`(solver: Solver) throws {
    // Sample 0 contracts fast; the square root of sample 1 meets a negative number after a few steps; sample 2 is slow.
    let rates = try Tensor([0.1, 1, 0.95], shape: [3, 1])
    let offsets = try Tensor([1, -1, 1], shape: [3, 1])
    let isRoot = try Tensor([0.0, 1, 0], shape: [3, 1]).isGreater(than: 0)
    var stopped: [Int: [Double]] = [:]
    let solution = try fixedPoint(
      of: { (y: Tensor) in
        let linear = try y * rates + offsets
        return try linear.sqrt().selected(where: isRoot, otherwise: linear)
      }, from: Tensor([1, 4, 3, 4, 1, 4], shape: [3, 2]),
      settings: SolverSettings(solver, stopping: StoppingCriteria(maximumIterations: 6, tolerance: 1e-3))
    ) { iterate in
      let states = try rows(iterate.state)
      for (sample, status) in iterate.statuses.enumerated() where status != nil {
        if let state = stopped[sample] { #expect(states[sample] == state) }
        stopped[sample] = states[sample]
      }
    }
    // A line search steps back from the non-finite value instead.
    if solver == .broyden(Broyden(memory: 3, lineSearch: true)) {
      #expect(solution.evaluations[1] > solution.iterations[1] + 1)
    } else {
      #expect(solution.statuses[1] == .nonFinite)
      #expect(solution.iterations[1] < 6)
    }
    #expect(try rows(solution.state).allSatisfy { $0.allSatisfy { $0.isFinite } })
    #expect(stopped.count == 3)
  }

  @Test(arguments: everySolver)
  func `float32 states are solved to float32 accuracy by every solver`(solver: Solver) throws {
    let problem = try TanhProblem(batch: 3, width: 8, norm: 0.8, seed: 6, type: .float32)
    let settings = SolverSettings(
      solver, stopping: StoppingCriteria(maximumIterations: 80, tolerance: 1e-6, mode: .relative))
    let solution = try fixedPoint(of: problem.map, from: problem.start, settings: settings)
    #expect(solution.converged)
    #expect(solution.state.type == .float32)
  }

  @Test
  func `An integer state is an error, not a wrong number`() throws {
    let state = try Tensor(integers: [1, 2, 3, 4], shape: [2, 2])
    #expect(throws: TorchError.self) { try fixedPoint(of: { $0 }, from: state) }
  }

  @Test(arguments: everySolver, [1, 4])
  func `Iterating is the solve of as many steps without its residuals`(solver: Solver, steps: Int) throws {
    let scale = try Tensor([0.5, -0.3], shape: [1, 2])
    let start = try Tensor([1, 2, -1, 3], shape: [2, 2])
    let map = { (y: Tensor) throws -> Tensor in try (y * scale + 1).cos() }
    let solved = try fixedPoint(of: map, from: start, settings: SolverSettings(solver, stopping: .exactly(steps))).state
    #expect(distance(try solver.iterate(steps, of: map, from: start).doubles(), try solved.doubles()) < 1e-14)
    #expect(try solver.iterate(0, of: map, from: start).doubles() == start.doubles())
  }

  @Test func `Iterating with a setting out of range, or a map that changes the shape, is an error`() throws {
    let start = try Tensor([1, 2], shape: [1, 2])
    #expect(throws: EquilibriumError.self) { try Solver.picard(Picard(damping: 2)).iterate(1, of: { $0 }, from: start) }
    #expect(throws: EquilibriumError.shapeMismatch(role: "the value of the map", expected: [1, 2], found: [1, 1])) {
      try Solver.picard(Picard()).iterate(1, of: { try $0.narrow(1, from: 0, count: 1) }, from: start)
    }
  }
}
