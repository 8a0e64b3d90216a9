import Testing

@testable import Torch

/// Kernels of our own that nobody differentiates.
@Suite struct OwnKernelTests {
  static func modes() throws -> Tensor {
    try Tensor(sineValues(2 * 5 * 3), shape: [5, 3, 2]).complexView()
  }

  static func calls(_ tracked: (Tensor) throws -> Tensor) throws -> [(name: String, body: () throws -> Tensor)] {
    let (modes, fields) = try (tracked(modes()), tracked(Tensor(sineValues(64), shape: [8, 8])))
    let (change, velocity) = try (modes.unsqueezed(0), tracked(Tensor(sineValues(128), shape: [1, 2, 8, 8])))
    return [
      ("periodic_fields", { try Operator("implicit::periodic_fields")(.tensor(modes), .int(8)) }),
      ("periodic_modes", { try Operator("implicit::periodic_modes")(.tensor(fields)) }),
      ("advection_change", { try Operator("implicit::advection_change")(.tensor(change), .tensor(velocity)) }),
    ]
  }

  @Test func `A kernel without a gradient refuses tracked arguments, which would get none`() throws {
    for (name, body) in try Self.calls({ try $0.tracked() }) {
      let error = try #require(throws: TorchError.self) { try body() }
      #expect(error.description.contains("implicit::\(name) has no gradient"), "\(error)")
      #expect(error.description.contains("detach it"))
    }
  }

  @Test func `Without tracking it computes, whether its arguments are leaves or not`() throws {
    let plain = try Self.calls { $0 }.map { try $0.body().bytes() }
    let tracked = try Autograd.withoutTracking { try Self.calls { try $0.tracked() }.map { try $0.body().bytes() } }
    #expect(plain == tracked)
  }
}
