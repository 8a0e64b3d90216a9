import Testing

@testable import Torch

@Suite struct OperatorTests {
  @Test(arguments: [
    "aten::add_.Tensor", "aten::copy_", "aten::index_put_", "aten::__iand__.Tensor", "aten::add.out", "aten::_foreach_add_.List",
  ])
  func `Operators that change an argument are refused with the reason`(_ name: String) throws {
    let (a, b) = try (Tensor([1.0, 2.0]), Tensor([10.0, 20.0]))
    let error = try #require(throws: TorchError.self) { try Operator(name).call([.tensor(a), .tensor(b)]) }
    #expect(error.description.contains(name) && error.description.contains("changes them in place"), "\(error)")
    #expect(error.description.contains("ExclusiveWorkspace"))
    #expect(try a.doubles() == [1, 2])
  }

  @Test func `Names that look like it but return a new tensor are allowed`() throws {
    let (a, b) = try (Tensor(integers: [1, 2, 3]), Tensor(integers: [1, 3, 2]))
    #expect(try Operator("aten::__and__.Tensor")(.tensor(a), .tensor(b)).integers() == [1, 2, 2])
  }

  @Test func `An empty name is an error`() {
    #expect(throws: TorchError.self) { try Operator("").call([]) }
  }
}
