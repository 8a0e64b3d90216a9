import Torch

/// Where the parameters of a model come from while it is built: constants to be initialised later, or a checkpoint, one array at
/// a time, so that a large model is never held twice.
struct ParameterSource {
  /// The value of a parameter: its full name, its shape, and what it is where nothing else is known.
  let value: (_ name: String, _ shape: [Int], _ fill: Double) throws -> Tensor
  private let prefix: String

  init(value: @escaping (String, [Int], Double) throws -> Tensor) { self.init(value: value, prefix: "") }

  private init(value: @escaping (String, [Int], Double) throws -> Tensor, prefix: String) {
    self.value = value
    self.prefix = prefix
  }

  /// Parameters filled with constants, float32 on the CPU.
  static var constants: ParameterSource { ParameterSource { try .full($1, $2) } }

  /// The source of a part of the model.
  func part(_ name: String) -> ParameterSource { ParameterSource(value: value, prefix: "\(prefix)\(name).") }

  func parameter(_ name: String, _ shape: [Int], fill: Double = 0) throws -> Parameter {
    try Parameter(value(prefix + name, shape, fill))
  }

  /// A map without bias.
  func linear(_ name: String, _ inputs: Int, _ outputs: Int) throws -> Linear {
    Linear(weight: try parameter("\(name).weight", [outputs, inputs]))
  }
}
