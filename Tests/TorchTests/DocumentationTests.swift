import TestSupport
import Testing

@testable import Torch

/// The examples in the documentation of Torch, one after the other, with the results that they state. `SparseMatrix` has
/// its own among its tests.
@Suite struct DocumentationTests {
  @Test func `Tensor and its arithmetic`() throws {
    let a = try Tensor([1, 2, 3, 4], shape: [2, 2])
    #expect(try (a.matmul(a) + 1).doubles() == [8, 11, 16, 23])
    #expect(try (a * Tensor([10, 100]) + 1).doubles() == [11, 201, 31, 401])
    #expect(try a.sum(dimension: 1).doubles() == [3, 7])
    #expect(try a.maximum().scalar() == 4)
  }

  @Test func `shapes`() throws {
    let a = try Tensor.range(6).reshaped([2, 3])
    #expect(try a.transposed().integers() == [0, 3, 1, 4, 2, 5])
    #expect(try a.select(1, -1).integers() == [2, 5])
  }

  @Test func `Linear algebra and Fourier transforms`() throws {
    let a = try Tensor([2, 0, 1, 3], shape: [2, 2])
    #expect(try a.solved(Tensor([4, 8], shape: [2, 1])).doubles() == [2, 2])
    let f = try Tensor([3, 1, -1, 1])
    #expect(try f.realFourierCoefficients(dimension: 0).realView().doubles() == [1, 0, 1, 0, 0, 0])
  }

  @Test func `Modules and parameters`() throws {
    let layer = try Linear(weight: Parameter(Tensor([1, 2], shape: [1, 2])), bias: Parameter(Tensor([10])))
    #expect(try layer(Tensor([3, 4])).doubles() == [21])
    #expect(try TwoLayerPerceptron(2, 8, 1)(Tensor.zeros([5, 2])).shape == [5, 1])
    let weight = try Parameter(.zeros([2, 3]))
    try weight.assign(weight.value.detached() + 1)
    #expect(try weight.value.sum().scalar() == 6)
    var named = NamedParameters()
    named.add("head", try Linear(3, 1))
    #expect(named.names == ["head.weight", "head.bias"])
  }

  @Test func `Gradients and optimisation`() throws {
    let x = try Tensor([1, 2]).tracked()
    #expect(try Autograd.gradients(of: [(x * x).sum()], withRespectTo: [x])[0].doubles() == [2, 4])
    let short = try clipped([Tensor([3, 4])], toNorm: 1)[0].doubles()
    #expect(relativeDifference(short, [0.6, 0.8]) < 1e-6)
    let weight = try Parameter(Tensor([1.0]))
    var named = NamedParameters()
    named.add("weight", weight)
    let adam = try Adam(named, .init(learningRate: 0.1))
    try adam.step([Tensor([2.0])])
    #expect(relativeDifference(try weight.value.doubles(), [0.9]) < 1e-8)
  }

  @Test func `Types, devices, operators, counts and errors`() throws {
    #expect(DType.complex64.size == 8)
    #expect(try Device(parsing: "cpu") == .cpu)
    #expect(try Operator("aten::gelu")(.tensor(Tensor([0.0]))).doubles() == [0])
    let (a, b) = try (Tensor.zeros([3, 4]), Tensor.zeros([4, 5]))
    #expect(try Runtime.countingFlops { try a.matmul(b) }.flops == 120)
    let error = try #require(throws: TorchError.self) { try Tensor([1, 2, 3], shape: [2, 2]) }
    #expect(error.description == "tensor from data: expected shape a product of 3, found [2, 2]")
  }

  @Test func `The workspace`() throws {
    var basis = try ExclusiveWorkspace(zeros: [2, 3])
    try basis.write(Tensor([1, 2], shape: [2, 1], type: .float32), at: [1: 0..<1])
    #expect(try basis.read { try $0.sum().scalar() } == 3)
    #expect(try basis.freeze().doubles() == [1, 0, 0, 2, 0, 0])
  }
}
