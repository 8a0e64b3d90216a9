import Equilibrium
import Support
import Testing
import Torch

@Suite struct LayerFailureTests {
  @Test func `An error of LibTorch is the user's only for devices and memory`() {
    #expect(Failure(describing: TorchError.device("no cuda:3") as any Error).status == .usage)
    #expect(Failure(describing: TorchError.outOfMemory(operation: "mm", message: "") as any Error).status == .io)
    let bug = Failure(describing: TorchError.libtorch(operation: "mm", message: "sizes") as any Error)
    #expect(bug.status == .bug && bug.problem == "this is a bug: LibTorch, mm: sizes")
  }

  @Test func `An error of the Equilibrium layer is the user's for settings`() {
    let setting = EquilibriumError.invalidSetting(name: "damping", found: "2", expected: "at most 1") as any Error
    #expect(Failure(describing: setting).status == .usage)
    #expect(Failure(describing: EquilibriumError.emptyState(role: "y", shape: [0]) as any Error).status == .bug)
  }
}
