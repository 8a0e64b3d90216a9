import Configuration
import StudyKit
import Torch

enum AveragesModels {
  static let architectures = [
    architecture("averages-implicit") { .implicit(try ImplicitAverages(numbers: $0, width: $1, seed: $2)) },
    architecture("averages-explicit", iterates: false) { .explicit(try ExplicitAverages(numbers: $0, width: $1, seed: $2)) },
  ]

  private static func architecture(
    _ name: String, iterates: Bool = true,
    build: @escaping @Sendable (_ numbers: Int, _ width: Int, _ seed: UInt64) throws -> Model<AveragesBatch>
  ) -> Architecture<AveragesBatch> {
    Architecture(name, iterates: iterates) { section in
      let width = try section.integer("width", default: 8, in: 1...4096, "width w of the network")
      return ModelDescription { layout, seed in try build(layout.length("number"), width, seed) }
    }
  }
}

/// z_t = tanh(A z_{t-1} + B x + b), z_0 = 0; the output is c . z_t + d.
struct ImplicitAverages: ImplicitModel {
  let block, input, head: Linear

  init(numbers: Int, width: Int, seed: UInt64) throws {
    // Half the gain of an orthogonal matrix: the iteration starts out as a contraction.
    block = try Linear(width, width, bias: false, gain: 0.5, seed: seed, name: "block")
    input = try Linear(numbers, width, seed: seed, name: "input")
    head = try Linear(width, 1, seed: seed, name: "head")
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("block", block)
    named.add("input", input)
    named.add("head", head)
    return named
  }

  /// B x + b, `[B, w]`: all that does not depend on the state, computed once.
  func inject(_ batch: AveragesBatch) throws -> Tensor { try input(batch.x) }

  func initialState(_ context: Tensor) throws -> Tensor { try .zeros(like: context) }

  /// `[B, w]` -> `[B, w]`
  func step(_ state: Tensor, _ context: Tensor) throws -> Tensor { try (block(state) + context).tanh() }

  /// `[B, 1]`
  func readout(_ state: Tensor, _ context: Tensor) throws -> Tensor { try head(state) }
}

/// Two layers with w hidden features, y = c . tanh(B x + b) + d.
struct ExplicitAverages: ExplicitModel {
  let input, head: Linear

  init(numbers: Int, width: Int, seed: UInt64) throws {
    input = try Linear(numbers, width, seed: seed, name: "input")
    head = try Linear(width, 1, seed: seed, name: "head")
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("input", input)
    named.add("head", head)
    return named
  }

  /// `[B, 1]`
  func predict(_ batch: AveragesBatch) throws -> Tensor { try head(input(batch.x).tanh()) }
}

extension Linear {
  /// Orthogonal weights, biases zero.
  fileprivate init(_ inputs: Int, _ outputs: Int, bias: Bool = true, gain: Double = 1, seed: UInt64, name: String) throws {
    try self.init(inputs, outputs, bias: bias)
    let value = try Initialization.orthogonal([outputs, inputs], gain: gain, seed: seed, name: name)
    try weight.assign(value.to(type: .float32))
  }
}
