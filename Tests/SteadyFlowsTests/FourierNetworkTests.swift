import Equilibrium
import HDF5
import Support
import TestSupport
import Testing
import Torch

@testable import SteadyFlows

/// The networks against files that the reference implementation wrote.
@Suite struct FourierNetworkTests {
  static func size(depth: Int = 1) -> FourierNetworkSize {
    var size = FourierNetworkSize()
    (size.width, size.modes, size.depth) = (6, 4, depth)
    return size
  }

  static func batch(_ file: File, type: DType = .float32) throws -> SteadyFlowBatch {
    try SteadyFlowBatch(
      input: file.tensor("input", type: type).permuted([0, 3, 1, 2]), solution: file.tensor("target", type: type).select(3, 0))
  }

  static func load(_ module: any Module, _ group: String, of file: File) throws {
    let stored = try file.group(group).children().map(\.name)
    #expect(Set(stored) == Set(module.parameters.names))
    for (name, parameter) in module.parameters {
      try parameter.assign(file.tensor("\(group)/\(name)", type: parameter.value.type))
    }
  }

  static func implicit(_ file: File, type: DType = .float32) throws -> ImplicitFourierNetwork {
    let network = try ImplicitFourierNetwork(size(), channels: 2, points: (20, 20), type: type)
    try load(network, "deq/params", of: file)
    return network
  }

  @Test func `The implicit network gives the reference's injection, states and outputs`() throws {
    let file = try File.open(fixturePath("fno_deq.h5"))
    defer { try? file.close() }
    let network = try Self.implicit(file)
    let context = try network.inject(Self.batch(file))
    #expect(try relativeDifference(context.injection.detached(), file.tensor("deq/injection")) < 1e-5)
    let (states, outputs) = try (file.tensor("deq/plain/state"), file.tensor("deq/plain/output"))
    var state = try network.initialState(context)
    for k in 0..<6 {
      state = try network.step(state, context).detached()
      // The map is no contraction: rounding in float32 grows with the iterations, in the reference too.
      let tolerance = k < 3 ? 2e-5 : 1e-4
      #expect(try relativeDifference(state, states.select(0, k)) < tolerance)
      let output = try network.readout(state, context).detached()
      #expect(try relativeDifference(output, outputs.select(0, k).select(3, 0)) < 2 * tolerance)
    }
  }

  @Test func `Unrolled and phantom gradients are the reference's`() throws {
    let file = try File.open(fixturePath("fno_deq.h5"))
    defer { try? file.close() }
    let network = try Self.implicit(file)
    let batch = try Self.batch(file)
    func loss(_ output: Tensor) throws -> Tensor { try SteadyFlowStudy.losses(output, batch).sum() }
    let context = try network.inject(batch)
    let unrolled = try equilibriumGradient(
      of: { try network.step($0, context) }, from: network.initialState(context),
      parameters: network.parameters.tensors, forward: SolverSettings(), adjoint: .unrolled(steps: 5),
      loss: { try loss(network.readout($0, context)) })
    try Self.compare(unrolled, "deq/unrolled", network.parameters, file, within: 2e-3)

    // From the reference's Anderson result, so that only the differentiated steps are compared.
    let fresh = try network.inject(batch)
    let phantom = try equilibriumGradient(
      of: { try network.step($0, fresh) }, from: file.tensor("deq/phantom/state").select(0, 0),
      parameters: network.parameters.tensors,
      forward: SolverSettings(stopping: StoppingCriteria(maximumIterations: 1, tolerance: 1e9)),
      adjoint: .phantom(PhantomAdjoint(steps: 3, damping: 0.8)), loss: { try loss(network.readout($0, fresh)) })
    try Self.compare(phantom, "deq/phantom", network.parameters, file, within: 2e-3)
  }

  @Test func `Anderson's points and the published choice among them are the reference's`() throws {
    let (model, file) = try (File.open(fixturePath("fno_deq.h5")), File.open(fixturePath("fno_anderson.h5")))
    defer {
      try? model.close()
      try? file.close()
    }
    let network = try Self.implicit(model)
    let context = try network.inject(Self.batch(model))
    // 12 evaluations: iterates 0 ... 11, of which the published code takes one from 2 on.
    let settings = SolverSettings(
      .anderson(Anderson(window: 5, regularization: .absolute(1e-4))), stopping: .exactly(11), returning: .lowestBatchResidual)
    let points = try file.tensor("X")
    var largest = 0.0
    let found = try Autograd.withoutTracking {
      try fixedPoint(
        of: { try network.step($0, context) }, from: network.initialState(context), settings: settings,
        onIterate: { largest = max(largest, try relativeDifference($0.state, points.select(0, $0.index))) })
    }
    // Rounding of float32 grows along the iteration, in the reference too: 2e-4 of values up to 15.
    #expect(largest < 1e-3)
    #expect(try relativeDifference(found.state, file.tensor("result")) < 1e-3)
    let index = try Int(file.dataset("nstep").read(Int64.self)[0])
    #expect(found.returnedIterates == [index, index, index] && index >= 2)
    let residual = found.residuals.map { $0[index] * $0[index] }.reduce(0, +).squareRoot()
    #expect(try abs(residual / file.tensor("lowest").scalar() - 1) < 1e-3)

    // With two evaluations the reference makes no step.
    var short = settings
    short.stopping = .exactly(1)
    let start = try Autograd.withoutTracking {
      try fixedPoint(of: { try network.step($0, context) }, from: network.initialState(context), settings: short)
    }
    #expect(try start.state.abs().maximum().scalar() == 0)
  }

  static func compare(
    _ found: EquilibriumGradient, _ group: String, _ parameters: NamedParameters, _ file: File, within tolerance: Double
  ) throws {
    #expect(try abs(found.loss.scalar() / file.tensor("\(group)/loss").scalar() - 1) < 1e-4)
    try compare(found.gradients, "\(group)/grads", parameters, file, within: tolerance)
  }

  /// Whether a gradient is zero, and what is stored of it rounding.
  static func isZero(_ path: String, _ file: File) throws -> Bool {
    try file.dataset(path).attribute("mathematically_zero", as: Int64.self) == 1
  }

  @Test func `The implicit gradient is the reference's exact one`() throws {
    let (model, file) = try (File.open(fixturePath("fno_deq.h5")), File.open(fixturePath("fno_anderson.h5")))
    defer {
      try? model.close()
      try? file.close()
    }
    let network = try Self.implicit(model, type: .float64)
    let factor = try Double(file.group("contractive").attribute("fc_factor", as: Int64.self))
    for (name, parameter) in network.parameters where name.hasPrefix("fc.") {
      try parameter.assign(parameter.value.detached() * factor)
    }
    let all = try Self.batch(model, type: .float64)
    let batch = SteadyFlowBatch(
      input: try all.input.narrow(0, from: 0, count: 1), solution: try all.solution.narrow(0, from: 0, count: 1))
    let context = try network.inject(batch)
    let settings = SolverSettings(
      .anderson(Anderson(window: 5)), stopping: StoppingCriteria(maximumIterations: 60, tolerance: 1e-10))
    let found = try equilibriumGradient(
      of: { try network.step($0, context) }, from: network.initialState(context), parameters: network.parameters.tensors,
      forward: settings, adjoint: .implicit(ImplicitAdjoint(solver: settings)),
      loss: { try SteadyFlowStudy.losses(network.readout($0, context), batch).sum() })
    try Self.compare(found.gradients, "contractive/exact/grads", network.parameters, file, within: 1e-6)
    #expect(try abs(found.loss.scalar() / file.tensor("contractive/exact/loss", type: .float64).scalar() - 1) < 1e-8)
  }

  static func compare(
    _ gradients: [Tensor], _ group: String, _ parameters: NamedParameters, _ file: File, within tolerance: Double
  ) throws {
    for (gradient, name) in zip(gradients, parameters.names) {
      if try isZero("\(group)/\(name)", file) { continue }
      let expected = try file.tensor("\(group)/\(name)", type: gradient.type)
      #expect(try relativeDifference(gradient, expected) < tolerance, "\(group)/\(name)")
    }
  }

  /// The size of each number's gradient; of the complex one, where it is part of one.
  private static func sizes(_ gradient: Tensor, isComplexPair: Bool) throws -> [Double] {
    let values = try gradient.doubles()
    guard isComplexPair else { return values.map(abs) }
    return values.indices.map { (values[$0 & ~1] * values[$0 & ~1] + values[$0 | 1] * values[$0 | 1]).squareRoot() }
  }

  @Test func `A training step with Adam, complex weights included, is the reference's`() throws {
    let file = try File.open(fixturePath("fno_deq.h5"))
    defer { try? file.close() }
    let network = try Self.implicit(file)
    let batch = try Self.batch(file)
    let adam = try Adam(network.parameters, .init(learningRate: 5e-3, weightDecay: 1e-4))
    let context = try network.inject(batch)
    let gradient = try equilibriumGradient(
      of: { try network.step($0, context) }, from: file.tensor("deq/phantom/state").select(0, 0),
      parameters: network.parameters.tensors,
      forward: SolverSettings(stopping: StoppingCriteria(maximumIterations: 1, tolerance: 1e9)),
      adjoint: .phantom(PhantomAdjoint(steps: 3, damping: 0.8)),
      loss: { try SteadyFlowStudy.losses(network.readout($0, context), batch).sum() })
    #expect(try abs(gradient.loss.scalar() / file.dataset("deq/adam/losses").read(Double.self)[0] - 1) < 1e-4)
    try adam.step(gradient.gradients)
    for (name, parameter) in network.parameters {
      // Adam divides by the size of the gradient: where that is little more than rounding, so is the step.
      if try Self.isZero("deq/phantom/grads/\(name)", file) { continue }
      let sizes = try Self.sizes(file.tensor("deq/phantom/grads/\(name)"), isComplexPair: parameter.isComplexPair)
      let limit = 0.01 * (sizes.max() ?? 0)
      let (found, expected) = try (parameter.value.doubles(), file.tensor("deq/adam/step1_params/\(name)").doubles())
      let differences = sizes.indices.filter { sizes[$0] > limit }.map { abs(found[$0] - expected[$0]) }
      // A hundredth of the step.
      let largest = differences.max() ?? 1
      #expect(largest < 5e-5, "\(name)")
    }
    // One real magnitude for each complex weight: both parts have the same second moment.
    let index = try #require(network.parameters.names.firstIndex(of: "conv.weights1"))
    let moments = adam.state.secondMoments[index]
    #expect(try relativeDifference(moments.select(-1, 0), moments.select(-1, 1)) == 0)
  }

  @Test(arguments: ["fno", "fno_deep_depth1", "fno_deep_depth3"])
  func `The explicit networks give the reference's outputs, losses and gradients`(group: String) throws {
    let file = try File.open(fixturePath("fno_deq.h5"))
    defer { try? file.close() }
    let network = try ExplicitFourierNetwork(
      group == "fno" ? .plain : .injected, Self.size(depth: group.hasSuffix("3") ? 3 : 1), channels: 2, points: (20, 20))
    try Self.load(network, "\(group)/params", of: file)
    let batch = try Self.batch(file)
    let output = try network.predict(batch)
    #expect(try relativeDifference(output.detached(), file.tensor("\(group)/output").select(3, 0)) < 2e-5)
    let loss = try SteadyFlowStudy.losses(output, batch).sum()
    #expect(try abs(loss.scalar() / file.tensor("\(group)/loss").scalar() - 1) < 1e-5)
    let gradients = try Autograd.gradients(of: [loss], withRespectTo: network.parameters.tensors)
    try Self.compare(gradients, "\(group)/grads", network.parameters, file, within: 1e-3)
  }

  @Test func `Blocks with and without normalisation give the reference's states`() throws {
    let file = try File.open(fixturePath("fno_layers.h5"))
    defer { try? file.close() }
    for normalized in [true, false] {
      let group = "basic_block/normalize\(normalized ? 1 : 0)_mlp1"
      let block = try FourierBlock(Self.size(), type: .float32)
      var named = NamedParameters()
      block.add(to: &named, prefix: "")
      for (name, parameter) in named { try parameter.assign(file.tensor("\(group)/params/\(name)")) }
      let start = try file.tensor("\(group)/z0")
      let basis = try SpectralBasis(height: start.shape[2], width: start.shape[3], rows: 4, columns: 4)
      let result = try block.prepared(basis)(start, injection: file.tensor("\(group)/injection"), normalized ? .published : .none)
      #expect(try relativeDifference(result.detached(), file.tensor("\(group)/z1")) < 1e-5)
    }
    let norm = try file.tensor("instance_norm/input").instanceNormalized()
    #expect(try relativeDifference(norm, file.tensor("instance_norm/output")) < 1e-5)
  }

  @Test func `Losses and errors are the reference's`() throws {
    let file = try File.open(fixturePath("fno_layers.h5"))
    defer { try? file.close() }
    let target = try file.tensor("loss/target").select(3, 0)
    let batch = SteadyFlowBatch(input: try target.unsqueezed(1), solution: target)
    let output = try file.tensor("loss/output").select(3, 0)
    #expect(try relativeDifference(SteadyFlowStudy.losses(output, batch), file.tensor("loss/rel_per_sample")) < 1e-6)
    #expect(try relativeDifference(SteadyFlowStudy.error.values(output, batch), file.tensor("loss/eval_per_sample")) < 1e-6)
  }

  @Test func `Parameter counts are the published ones`() throws {
    for (depth, count) in [(1, 2_376_481), (2, 4_155_457), (4, 7_713_409), (32, 57_524_737)] {
      var size = FourierNetworkSize()
      size.depth = depth
      #expect(try ImplicitFourierNetwork(size, channels: 2, points: (128, 128)).parameters.count == count)
    }
    for (width, count) in [(64, 9_504_321), (128, 38_014_081)] {
      var size = FourierNetworkSize()
      size.width = width
      #expect(try ExplicitFourierNetwork(.plain, size, channels: 2, points: (128, 128)).parameters.count == count)
    }
  }

  @Test func `Without padding and coordinates the networks commute with translations`() throws {
    var size = Self.size()
    (size.padding, size.coordinates) = (0, false)
    let points = (x: 12, y: 15)
    var random = KeyedRandom(seed: 1, stream: "equivariance")
    let input = try Tensor(random.normals(2 * points.x * points.y), shape: [1, 2, points.x, points.y])
    func batch(_ input: Tensor) throws -> SteadyFlowBatch { SteadyFlowBatch(input: input, solution: try input.select(1, 0)) }
    let network = try ImplicitFourierNetwork(size, channels: 2, points: points)
    try network.frame.initialize(seed: 3)
    try network.move(to: .cpu, type: .float64)
    func output(_ input: Tensor) throws -> Tensor {
      let context = try network.inject(batch(input))
      var state = try network.initialState(context)
      for _ in 0..<4 { state = try network.step(state, context) }
      return try network.readout(state, context).detached()
    }
    let moved = try output(input.rolled([5, 7], dimensions: [2, 3]))
    #expect(try relativeDifference(moved, output(input).rolled([5, 7], dimensions: [1, 2])) < 1e-10)
  }

  @Test func `Every parameter matters, and initial values are in the published ranges`() throws {
    let network = try ImplicitFourierNetwork(Self.size(), channels: 2, points: (10, 11))
    try network.frame.initialize(seed: 1)
    var random = KeyedRandom(seed: 2, stream: "data")
    let batch = try SteadyFlowBatch(
      input: Tensor(random.normals(440), shape: [2, 2, 10, 11], type: .float32),
      solution: Tensor(random.normals(220), shape: [2, 10, 11], type: .float32))
    let context = try network.inject(batch)
    let gradient = try equilibriumGradient(
      of: { try network.step($0, context) }, from: network.initialState(context),
      parameters: network.parameters.tensors, forward: SolverSettings(), adjoint: .unrolled(steps: 3),
      loss: { try SteadyFlowStudy.losses(network.readout($0, context), batch).mean() })
    for (value, name) in zip(gradient.gradients, network.parameters.names) {
      #expect(try value.abs().sum().scalar() > 0, "\(name)")
    }
    for (name, parameter) in network.parameters {
      let values = try parameter.value.doubles()
      let bound = parameter.isComplexPair ? 1.0 / 36 : name.hasPrefix("fc") ? 0.5 : 1 / 6.0.squareRoot()
      #expect(values.allSatisfy { abs($0) <= bound * 1.0001 }, "\(name)")
      if parameter.isComplexPair { #expect((values.min() ?? -1) >= 0) }
    }
  }
}
