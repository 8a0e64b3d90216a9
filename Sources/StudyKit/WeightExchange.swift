import Configuration
import Records
import Support
import Torch

/// Weights from and to other programs.
public enum WeightExchange {
  /// Makes a model file of weights under their PyTorch names.
  ///
  /// - Parameters:
  ///   - architecture: its name in configurations, for example `implicit-gnn`.
  ///   - settings: the architecture's further settings as a YAML map; nil to take them from the shapes of the weights.
  ///   - name: name of the model in the file.
  ///   - dataset: the dataset that the model is for; nil where no shape depends on it.
  /// - Throws: `Failure` that names the first array that is missing, unexpected, or of another shape.
  public static func importWeights<Case: CaseStudy>(
    _ study: Case.Type, architecture: String, settings: String?, name: String, dataset: String? = nil, safetensors path: String,
    to output: String
  ) throws {
    let weights = try Safetensors.read(path)
    let shapes = weights.mapValues(\.shape)
    guard let settings = try settings ?? Case.architecture(named: architecture).settings(shapes) else {
      throw Failure(
        .usage, "the settings of `\(architecture)` do not follow from the shapes of the weights", at: path,
        remedy: "name them: --settings '{embedding: 8}'")
    }
    let text = "models:\n  \(name): {architecture: \(architecture)\(inner(settings))}\n"
    let document = try ConfigurationDocument.parse(text, name: "--settings")
    let section = try document.root.namedSections("models", count: 1...1, "the model")[0].section
    let layout = try dataset.map { try DatasetReader($0, Case.layout).layout } ?? Case.layout
    let parameters = try ConfiguredModel<Case>(reading: section).description.build(layout, 0).module.parameters
    try parameters.assign(weights, of: path)
    let facts = ModelFacts(
      caseStudy: Case.name, model: name, architecture: architecture,
      configuration: document.resolved(only: ["models.\(name)"]), seed: 0)
    try ModelFile.write(
      output, of: Case.self, facts, parameters,
      provenance: FileProvenance(
        run: .current(libraries: ["libtorch": Runtime.version]), configuration: document.resolved(),
        inputs: [ProvenanceInput(path: path, contentHash: FileTree(at: path).contentHash())]))
  }

  /// The entries of `{a: 1, b: 2}` as `, a: 1, b: 2`.
  private static func inner(_ map: String) -> String {
    let entries = map.trimmingPrefix("{").reversed().trimmingPrefix("}").reversed()
    return entries.isEmpty ? "" : ", \(String(entries))"
  }

  /// Writes the weights of a model file under their PyTorch names.
  public static func exportWeights<Case: CaseStudy>(_ study: Case.Type, _ file: ModelFile, to path: String) throws {
    _ = try file.description(of: Case.self)
    try Safetensors.write(file.parameters(), to: path)
  }
}

extension NamedParameters {
  /// Gives all parameters the values that a safetensors file has under their names.
  ///
  /// - Throws: `Failure` that names the first array that is missing, unexpected, or of another shape.
  func assign(_ weights: [String: Tensor], of path: String) throws {
    let known = Set(names)
    if let stranger = weights.keys.sorted().first(where: { !known.contains($0) }) {
      throw Failure(
        .badData, "unexpected array `\(stranger)`", at: path,
        remedy: "the model has the arrays \(names.joined(separator: ", "))")
    }
    for (name, parameter) in self {
      guard let value = weights[name] else {
        throw Failure(
          .badData, "the array `\(name)` of shape \(parameter.value.shape) is missing", at: path,
          remedy: "export all weights of the model, under their PyTorch names")
      }
      guard value.shape == parameter.value.shape else {
        throw Failure(
          .badData, "expected shape \(parameter.value.shape), found \(value.shape)", at: "\(path):\(name)",
          remedy: "check the settings of the architecture, and the channels and points of the dataset that the model is for")
      }
      guard try value.isFinite().all() else {
        throw Failure(
          .badData, "expected finite numbers, found NaN or infinite ones", at: "\(path):\(name)",
          remedy: "the weights are spoilt, as by a training that diverged: export those of an earlier checkpoint")
      }
      try parameter.assign(value.to(type: value.type == .float64 ? .float64 : .float32))
    }
  }
}
