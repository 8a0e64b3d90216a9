import Testing

@testable import Torch

@Suite struct ExclusiveWorkspaceTests {
  @Test func `Regions are written in place, and the rest stays`() throws {
    var workspace = try ExclusiveWorkspace(zeros: [2, 3], type: .float64)
    try workspace.write(Tensor([1, 2], shape: [2, 1]), at: [1: 0..<1])
    try workspace.write(Tensor([7, 8], shape: [1, 2]), at: [0: 1..<2, 1: 1..<3])
    #expect(try workspace.read { try $0.doubles() } == [1, 0, 0, 2, 7, 8])
    try workspace.write(Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]))
    #expect(try workspace.freeze().doubles() == [1, 2, 3, 4, 5, 6])
  }

  @Test func `The tensor it was copied from does not change`() throws {
    let original = try Tensor([1, 2, 3, 4], shape: [2, 2])
    // Not even where it is a view.
    var workspace = try ExclusiveWorkspace(copying: original.transposed())
    try workspace.write(.zeros([2, 2], type: .float64))
    #expect(try original.doubles() == [1, 2, 3, 4])
  }

  @Test func `What would be broadcast, lie outside, or carry history is refused`() throws {
    var workspace = try ExclusiveWorkspace(zeros: [2, 3], type: .float64)
    #expect(throws: TorchError.shape(operation: "write to a workspace", expected: "[2, 3]", found: [1, 3])) {
      try workspace.write(Tensor([1, 2, 3], shape: [1, 3]))
    }
    #expect(throws: TorchError.self) { try workspace.write(Tensor([1, 2], shape: [2, 1]), at: [1: 3..<4]) }
    #expect(throws: TorchError.self) { try workspace.write(Tensor([1, 2], shape: [2, 1]), at: [2: 0..<1]) }
    #expect(throws: TorchError.self) { try workspace.write(Tensor.zeros([2, 3], type: .float64).tracked()) }
    #expect(try workspace.read { try $0.doubles() } == [0, 0, 0, 0, 0, 0])
  }
}
