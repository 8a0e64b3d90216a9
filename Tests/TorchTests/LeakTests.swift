import Testing

@testable import Torch

/// Every test counts in a process of its own, where no other test holds tensors.
@Suite struct LeakTests {
  static func work() throws {
    let a = try Tensor((0..<12).map(Double.init), shape: [3, 4]).tracked()
    let loss = try a.matmul(a.transposed()).relu().sum()
    _ = try Autograd.gradients(of: [loss], withRespectTo: [a])
    let linear = try Linear(4, 2)
    _ = try Adam(linear.parameters, .init(learningRate: 0.1))
  }

  @Test func `No handle outlives its owner`() async {
    await #expect(processExitsWith: .success) {
      #expect(Tensor.liveCount == 0)
      for _ in 0..<20 { try LeakTests.work() }
      #expect(Tensor.liveCount == 0)
    }
  }

  static func failingWork() throws {
    let a = try Tensor((0..<12).map(Double.init), shape: [3, 4]).tracked()
    #expect(throws: TorchError.self) { try a.matmul(a) }
    #expect(throws: TorchError.self) { try Tensor([1, 2], shape: [3]) }
    #expect(throws: TorchError.self) { try Operator("aten::relu")(.tensor(a + 1), .tensor(a + 2)) }
    // A gradient in something that is not tracked, and a second one through a graph that is gone.
    #expect(throws: TorchError.self) { try Autograd.gradients(of: [a.sum()], withRespectTo: [a.detached()]) }
    let loss = try (a * a).sum()
    _ = try Autograd.gradients(of: [loss], withRespectTo: [a])
    #expect(throws: TorchError.self) { try Autograd.gradients(of: [loss], withRespectTo: [a]) }
  }

  @Test func `No handle outlives an error`() async {
    await #expect(processExitsWith: .success) {
      for _ in 0..<20 { try LeakTests.failingWork() }
      #expect(Tensor.liveCount == 0)
    }
  }

  @Test func `No handle of a list outlives its owner, nor one of a list that is too long`() async {
    await #expect(processExitsWith: .success) {
      for _ in 0..<20 {
        let long = try Tensor.zeros([300]).tracked()
        #expect(try long.split(100, dimension: 0).count == 3)
        #expect(throws: TorchError.self) { try long.split(1, dimension: 0) }
        _ = try Tensor.concatenated(long.split(7, dimension: 0), dimension: 0)
        // One gradient that is there, and one that is made up.
        #expect(try Autograd.gradients(of: [long.sum()], withRespectTo: [long, long.tracked()]).count == 2)
      }
      #expect(Tensor.liveCount == 0)
    }
  }
}
