import HDF5
import StudyKit
import Support
import TestSupport
import Testing
import Torch

@testable import LinearPrograms

/// The graph networks against files that the reference implementation wrote.
@Suite struct GraphNetworkTests {
  /// The 6 programs of a fixture with their solutions.
  static func batch(of fixture: String, type: DType = .float32) throws -> LinearProgramBatch {
    let file = try File.open(fixturePath(fixture))
    defer { try? file.close() }
    return try LinearProgramBatch(
      ProgramBatch(ReferenceInstances(group: "instances", of: fixture).programs),
      solutions: file.dataset("instances/solution").read(Double.self), options: TensorOptions(type: type))
  }

  /// Gives a model the parameters stored below `group` and checks that the names are the same ones.
  static func load(_ model: Model<LinearProgramBatch>, _ group: String, of file: File) throws {
    let stored = try file.group(group).children().map(\.name)
    #expect(Set(stored) == Set(model.module.parameters.names))
    for (name, parameter) in model.module.parameters {
      let values = try file.dataset("\(group)/\(name)").read(Float.self)
      try parameter.assign(Tensor(floats: values, shape: parameter.value.shape))
    }
  }

  @Test(arguments: [4, 8]) func `The implicit network gives the reference's state and output at every iteration`(
    width: Int
  ) throws {
    let file = try File.open(fixturePath("lp_implicit_gnn.h5"))
    defer { try? file.close() }
    let network = try ImplicitGraphNetwork(embedding: width)
    try Self.load(.implicit(network), "emb\(width)/params", of: file)
    let batch = try Self.batch(of: "lp_implicit_gnn.h5")
    let states = try file.dataset("emb\(width)/state").read(Float.self).map(Double.init)
    let outputs = try file.dataset("emb\(width)/output").read(Float.self).map(Double.init)
    let errors = try file.dataset("emb\(width)/relative_error").read(Double.self)
    let size = batch.solutions.count
    let context = try network.inject(batch)
    var state = try network.initialState(context)
    for k in 0...10 {
      if k > 0 { state = try network.step(state, context) }
      let output = try network.readout(state, context)
      let range = (k * size)..<((k + 1) * size)
      if k > 0 { #expect(relativeDifference(try state.doubles(), Array(states[range])) < 1e-5) }
      #expect(relativeDifference(try output.doubles(), Array(outputs[range])) < 1e-5)
      let found = try LinearProgramStudy.error(output, batch)
      #expect(relativeDifference(found, Array(errors[(k * 6)..<(k * 6 + 6)])) < 1e-5)
    }
  }

  @Test(arguments: [4, 8]) func `The explicit network gives the reference's output`(width: Int) throws {
    let file = try File.open(fixturePath("lp_explicit_gnn.h5"))
    defer { try? file.close() }
    let network = try ExplicitGraphNetwork(embedding: width)
    try Self.load(.explicit(network), "emb\(width)/params", of: file)
    let batch = try Self.batch(of: "lp_explicit_gnn.h5")
    let output = try network.predict(batch)
    let expected = try file.dataset("emb\(width)/output").read(Float.self).map(Double.init)
    #expect(relativeDifference(try output.doubles(), expected) < 1e-5)
    let errors = try file.dataset("emb\(width)/relative_error").read(Double.self)
    #expect(relativeDifference(try LinearProgramStudy.error(output, batch), errors) < 1e-5)
  }

  @Test(arguments: ["explicit", "implicit"], [4, 8])
  func `Loss, all gradients and five Adam steps are the reference's`(kind: String, width: Int) throws {
    let fixture = "lp_\(kind)_gnn.h5"
    let file = try File.open(fixturePath(fixture))
    defer { try? file.close() }
    let model: Model<LinearProgramBatch> =
      kind == "explicit"
      ? .explicit(try ExplicitGraphNetwork(embedding: width)) : .implicit(try ImplicitGraphNetwork(embedding: width))
    try Self.load(model, "emb\(width)/params", of: file)
    let batch = try Self.batch(of: fixture)
    let parameters = model.module.parameters
    let adam = try Adam(parameters, .init(learningRate: 1e-2))
    let losses = try file.dataset("emb\(width)/adam_losses").read(Double.self)
    for step in 0..<5 {
      let loss = try Self.loss(model, batch)
      #expect(abs(try loss.scalar() - losses[step]) < 1e-4 * losses[step])
      let gradients = try Autograd.gradients(of: [loss], withRespectTo: parameters.tensors)
      if step == 0 { try Self.compare(gradients, parameters, "emb\(width)/grads", file, within: 1e-4) }
      try adam.step(gradients)
      if step == 0 {
        try Self.compare(parameters.tensors, parameters, "emb\(width)/adam_step1_params", file, within: 1e-4)
      }
    }
    // Adam divides by the size of the gradient, so rounding in tiny gradients grows with the steps.
    try Self.compare(parameters.tensors, parameters, "emb\(width)/adam_step5_params", file, within: 1e-2)
  }

  /// Mean squared error; the implicit network with three unrolled iterations, as published.
  static func loss(_ model: Model<LinearProgramBatch>, _ batch: LinearProgramBatch) throws -> Tensor {
    let output: Tensor
    switch model {
    case .explicit(let network): output = try network.predict(batch)
    case .implicit(let network):
      output = try unrolled(network, batch, iterations: 3)
    }
    return try LinearProgramStudy.losses(output, batch).mean()
  }

  static func unrolled<Network: ImplicitModel>(
    _ network: Network, _ batch: Network.Batch, iterations: Int
  ) throws -> Tensor {
    let context = try network.inject(batch)
    var state = try network.initialState(context)
    for _ in 0..<iterations { state = try network.step(state, context) }
    return try network.readout(state, context)
  }

  static func compare(
    _ found: [Tensor], _ parameters: NamedParameters, _ group: String, _ file: File, within tolerance: Double
  ) throws {
    for (value, name) in zip(found, parameters.names) {
      let expected = try file.dataset("\(group)/\(name)").read(Float.self).map(Double.init)
      let difference = relativeDifference(try value.doubles(), expected)
      #expect(difference < tolerance, "\(name)")
    }
  }

  @Test func `Parameter counts are the published ones`() throws {
    for (width, explicit, implicit) in [
      (4, 580, 722), (8, 2_088, 2_350), (16, 7_888, 8_390), (32, 30_624, 31_606),
    ] {
      #expect(try ExplicitGraphNetwork(embedding: width).parameters.count == explicit)
      #expect(try ImplicitGraphNetwork(embedding: width).parameters.count == implicit)
    }
  }

  @Test func `The networks commute with a permutation of the variables and ignore batch mates`() throws {
    let programs = try ReferenceInstances(group: "instances", of: "lp_implicit_gnn.h5").programs
    let network = try ImplicitGraphNetwork(embedding: 8)
    for (name, parameter) in network.parameters where parameter.value.rank > 1 {
      try parameter.assign(Initialization.orthogonal(parameter.value.shape, seed: 3, name: name))
    }
    func output(_ programs: [LinearProgram]) throws -> [Double] {
      let count = programs.count * programs[0].variables
      let batch = try LinearProgramBatch(
        ProgramBatch(programs), solutions: [Double](repeating: 0, count: count), options: TensorOptions(type: .float64))
      try network.move(to: .cpu, type: .float64)
      return try Self.unrolled(network, batch, iterations: 3).doubles()
    }
    let together = try output(programs)
    let n = programs[0].variables
    #expect(largestDifference(try output([programs[2]]), Array(together[(2 * n)..<(3 * n)])) < 1e-12)

    var random = KeyedRandom(seed: 5, stream: "permutation")
    let order = random.permutation(n)  // new position j holds old variable order[j]
    var position = [Int](repeating: 0, count: n)
    for (new, old) in order.enumerated() { position[old] = new }
    let program = programs[2]
    let permuted = try LinearProgram(
      c: order.map { program.c[$0] }, b: program.b, lower: order.map { program.lower[$0] },
      upper: order.map { program.upper[$0] }, isEquality: program.isEquality, edgeConstraint: program.edgeConstraint,
      edgeVariable: program.edgeVariable.map { position[$0] }, edgeValue: program.edgeValue)
    let expected = order.map { together[2 * n + $0] }
    #expect(largestDifference(try output([permuted]), expected) < 1e-10)
  }

  @Test func `Every parameter of the networks matters`() throws {
    let batch = try Self.batch(of: "lp_implicit_gnn.h5")
    for model: Model<LinearProgramBatch> in [
      .explicit(try ExplicitGraphNetwork(embedding: 4)), .implicit(try ImplicitGraphNetwork(embedding: 4)),
    ] {
      let kind = if case .explicit = model { "explicit" } else { "implicit" }
      let file = try File.open(fixturePath("lp_\(kind)_gnn.h5"))
      defer { try? file.close() }
      try Self.load(model, "emb4/params", of: file)
      let gradients = try Autograd.gradients(
        of: [Self.loss(model, batch)], withRespectTo: model.module.parameters.tensors)
      for (gradient, name) in zip(gradients, model.module.parameters.names) {
        #expect(try gradient.abs().sum().scalar() > 0, "\(name)")
      }
    }
  }
}
