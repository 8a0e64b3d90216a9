import Equilibrium
import StudyKit
import Support
import Testing
import Torch

@testable import Deblurring

/// Iterations, unfolded models and equilibrium gradients against deepinv.
@Suite struct PlugAndPlayTests {
  static let settings = DRUNet.Settings(widths: [4, 6, 10, 12], blocks: 1)

  static func batch(_ fixture: Fixture, measurement: Tensor? = nil) throws -> DeblurringBatch {
    try DeblurringBatch(
      draws: [0, 1], images: fixture.tensor("ground_truth"), measurements: measurement ?? fixture.tensor("measurement"),
      kernels: fixture.tensor("kernel"))
  }

  static func equilibrium(
    _ fixture: Fixture, _ splitting: Splitting, start: Start, denoiser: String
  ) throws -> PlugAndPlayEquilibrium {
    let model = try PlugAndPlayEquilibrium(
      splitting, settings, start: start, step: splitting == .halfQuadratic ? 4 : 1, noiseLevel: 0.03)
    try model.move(to: .cpu, type: .float64)
    try fixture.load(denoiser, into: model, prefix: "prior.0.denoiser.")
    for name in ["init_params_algo.g_param.0", "init_params_algo.stepsize.0"] {
      // As the configuration means it: 0.03 itself, not its float32.
      let value = name.contains("stepsize") ? (splitting == .halfQuadratic ? 4 : 1) : 0.03
      try model.parameters[name]?.assign(Tensor(scalar: value))
    }
    return model
  }

  @Test(arguments: Splitting.allCases, [Start.measurement, .zero])
  func `Iterates, PSNR, residuals and Lipschitz ratios are those of deepinv`(splitting: Splitting, start: Start) throws {
    let fixture = try Fixture("deblur_iterates.h5")
    let group = "iterates/\(splitting.rawValue.uppercased())/\(start == .zero ? "zero" : "y")"
    let model = try Self.equilibrium(fixture, splitting, start: start, denoiser: "denoiser")
    let change = try fixture.tensor("\(group)/delta_y")
    let batch = try Self.batch(fixture)
    let moved = try Self.batch(fixture, measurement: batch.measurements + change)
    try Autograd.withoutTracking {
      let (context, movedContext) = try (model.inject(batch), model.inject(moved))
      var (state, other) = try (model.initialState(context), model.initialState(movedContext))
      var iterates: [Tensor] = []
      var psnr = [try ImageQuality.psnr(state, batch.images)]
      var residuals: [Tensor] = []
      var ratios: [Tensor] = []
      for _ in 0..<5 {
        let next = try model.step(state, context)
        residuals.append(try (state - next).sampleNorms() / (next.sampleNorms() + 1e-6))
        (state, other) = (next, try model.step(other, movedContext))
        iterates.append(state)
        psnr.append(try ImageQuality.psnr(state, batch.images))
        ratios.append(try (other - state).sampleNorms() / change.norm(dimensions: [0, 1, 2, 3]))
      }
      #expect(try fixture.excess(Tensor.stacked(iterates), over: "\(group)/iterates") < 1)
      #expect(try fixture.excess(model.step(state, context), over: "\(group)/output") < 1)
      #expect(try fixture.excess(Tensor.stacked(psnr, dimension: 1), over: "\(group)/psnr") < 1)
      // Small differences of float32 images.
      #expect(try fixture.excess(Tensor.stacked(residuals, dimension: 1), over: "\(group)/residual") < 20)
      // The reference subtracts two float32 iterates and divides by the small ||dy||; a typical entry is off by a tenth of the most.
      let rounding = try fixture.file.dataset("\(group)/iterates").attribute("float64_max_abs_diff", as: Double.self)
      let norm = try change.norm(dimensions: [0, 1, 2, 3]).scalar()
      let allowed = 0.2 * rounding * Double(change.count).squareRoot() / norm
      let expected = try fixture.tensor("\(group)/lipschitz_ratio")
      #expect(try (Tensor.stacked(ratios) - expected).abs().maximum().scalar() < allowed)
    }
  }

  /// Loads all parameters, compares output and loss, and the gradients of the mean squared error.
  static func expectTraining(_ fixture: Fixture, _ group: String, _ model: UnfoldedRestoration) throws {
    let batch = try batch(fixture)
    let output = try model.predict(batch)
    #expect(try fixture.excess(output, over: "\(group)/output") < 1)
    let loss = try DeblurringStudy.losses(output, batch).mean()
    #expect(try fixture.excess(loss, over: "\(group)/loss") < 1)
    let gradients = try Autograd.gradients(of: [loss], withRespectTo: model.parameters.tensors)
    try fixture.expectGradients("\(group)/grads", gradients, of: model)
  }

  @Test(arguments: Splitting.allCases) func `Unfolded models and their gradients are those of deepinv`(splitting: Splitting)
    throws
  {
    let fixture = try Fixture("deblur_iterates.h5")
    let group = "unrolled/\(splitting.rawValue.uppercased())"
    let model = try UnfoldedRestoration(
      2, .init(widths: [4, 5, 6, 7], blocks: 1), noiseLevel: 0.03, data: (splitting, 1))
    try fixture.load("\(group)/params", into: model)
    try Self.expectTraining(fixture, group, model)
  }

  @Test func `The explicit DRUNet and its gradients are those of deepinv`() throws {
    let fixture = try Fixture("deblur_iterates.h5")
    let model = try UnfoldedRestoration(1, Self.settings, noiseLevel: 0.03, data: nil)
    try model.move(to: .cpu, type: .float64)
    try fixture.load("denoiser", into: model, prefix: "prior.0.denoiser.")
    try model.parameters["init_params_algo.g_param.0"]?.assign(Tensor(scalar: 0.03))
    try Self.expectTraining(fixture, "explicit", model)
  }

  @Test(arguments: ["PGD_fast", "PGD_slow", "HQS_slow"])
  func `Equilibrium, adjoint iteration, gradients and the first Adam step are those of deepinv`(name: String) throws {
    let fixture = try Fixture("deblur_deq.h5")
    let group = "deq/\(name)"
    let model = try Self.equilibrium(
      fixture, name.hasPrefix("PGD") ? .proximalGradient : .halfQuadratic, start: .measurement, denoiser: "\(group)/denoiser")
    let batch = try Self.batch(fixture)
    let context = try model.inject(batch)
    let steps = try fixture.integers("\(group)/backward/n_iterations")[0]
    let found = try equilibriumGradient(
      of: { try model.step($0, context) }, from: model.initialState(context), parameters: model.parameters.tensors,
      forward: SolverSettings(stopping: .exactly(30)),
      adjoint: .implicit(ImplicitAdjoint(solver: SolverSettings(stopping: .exactly(steps)), lossPoint: .application)),
      loss: { try DeblurringStudy.losses(model.readout($0, context), batch).mean() })
    #expect(try fixture.excess(#require(found.forward).state, over: "\(group)/last_iterate") < 1)
    #expect(try fixture.excess(found.state, over: "\(group)/output") < 1)
    #expect(try fixture.excess(found.loss, over: "\(group)/loss") < 1)
    #expect(try fixture.excess(#require(found.backward).state, over: "\(group)/backward/v_final") < 10)
    try fixture.expectGradients("\(group)/grads", found.gradients, of: model)
    let adam = try Adam(model.parameters, .init(learningRate: 1e-4, weightDecay: 1e-8))
    try adam.step(found.gradients)
    for (name, parameter) in model.parameters {
      // A first step of Adam has the size of the learning rate, whatever the gradient, if that is not about 1e-8.
      let difference = try (parameter.value - fixture.tensor("\(group)/adam_step1_params/\(name)")).abs()
      #expect(try difference.maximum().scalar() < 2e-5, "\(name)")
    }
  }

  @Test func `Every start is what it says`() throws {
    let fixture = try Fixture("deblur_iterates.h5")
    let batch = try Self.batch(fixture)
    func first(_ start: Start) throws -> [Double] {
      let model = try PlugAndPlayEquilibrium(.proximalGradient, Self.settings, start: start, step: 1, noiseLevel: 0.03)
      try model.move(to: .cpu, type: .float64)
      return try model.initialState(model.inject(batch)).doubles()
    }
    #expect(try first(.measurement) == batch.measurements.doubles())
    #expect(try first(.zero).allSatisfy { $0 == 0 })
    #expect(try first(.adjoint) == batch.blur.adjoint(batch.measurements).doubles())
  }

  @Test func `The denoiser trains on new noise in every step, and is judged with the same noise always`() throws {
    let model = try DenoiserTraining(Self.settings, levels: 0...0.2)
    for (name, parameter) in model.parameters {
      try parameter.assign(Initialization.orthogonal(parameter.value.shape, seed: 2, name: name).to(type: .float64))
    }
    let batch = try Self.batch(Fixture("deblur_iterates.h5"))
    func output(_ step: Int) throws -> [Double] {
      var random = KeyedRandom(seed: 1, stream: "noise", index: UInt64(step))
      return try model.trainingOutput(batch, random: &random).doubles()
    }
    #expect(try output(0) == output(0))
    #expect(try output(0) != output(1))
    #expect(try model.predict(batch).doubles() == model.predict(batch).doubles())
  }
}
