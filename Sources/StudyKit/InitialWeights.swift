import Records
import Support
import Torch

extension NamedParameters {
  /// Gives the values of another model to the parameters that have its names; where there is none of a name, to those that have it
  /// behind a dot: `m_head.weight` goes to `m_head.weight`, or else to `prior.0.denoiser.m_head.weight` and
  /// `prior.1.denoiser.m_head.weight`.
  ///
  /// - Parameter file: where the values come from, for messages.
  /// - Throws: `Failure` (bad data) for a value that no parameter has the name of, or that has another shape.
  package func assign(from source: NamedParameters, of file: String) throws {
    for (name, value) in source {
      let exact = entries.filter { $0.name == name }
      let targets = exact.isEmpty ? entries.filter { $0.name.hasSuffix(".\(name)") } : exact
      guard !targets.isEmpty else {
        throw Failure(
          .badData, "no parameter has the name `\(name)`", at: file,
          remedy: "start from a model whose parameters are part of this one, such as \(names.prefix(2).joined(separator: ", "))")
      }
      for (target, parameter) in targets {
        guard parameter.value.shape == value.value.shape else {
          throw Failure(
            .badData, "expected shape \(parameter.value.shape) for `\(target)`, found \(value.value.shape)",
            at: "\(file):\(name)", remedy: "give both models the same sizes")
        }
        try parameter.assign(value.value)
      }
    }
  }
}

extension ConfiguredModel {
  /// Builds the model with the weights that its training starts from.
  ///
  /// - Parameters:
  ///   - file: the trained model that it starts from, if it does.
  ///   - name: its name in the pipeline file, for messages.
  package func build(_ layout: DatasetLayout, seed: UInt64, initial file: ModelFile?, name: String) throws -> Model<Case.Batch> {
    // Read first: building a large network takes longer than finding out that there is no such file.
    let given = try weights.map { try Safetensors.read($0) }
    let model = try description.build(layout, seed)
    switch (initial, file) {
    case (nil, nil): break
    case (.some, .some(let file)):
      try model.module.parameters.assign(
        from: file.model(of: Case.self, layout: layout).module.parameters, of: file.path)
    case (.some(let initial), nil):
      throw Failure(
        .usage, "the model `\(name)` starts from `\(initial)`, and no file of that was given", at: "--initial",
        remedy: "train `\(initial)` first and name its file with --initial")
    case (nil, .some(let file)):
      throw Failure(
        .usage, "the model `\(name)` starts from no other", at: "--initial \(file.path)",
        remedy: "leave --initial out, or set models.\(name).initial")
    }
    if let given, let weights { try model.module.parameters.assign(given, of: weights) }
    return model
  }
}
