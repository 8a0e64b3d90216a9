import Foundation
import Support

/// The `config.json` of a Huginn checkpoint, as it is downloaded.
struct CheckpointConfiguration: Decodable {
  struct InitialValues: Decodable {
    var std: Double?
    var embedScale: Double?

    enum CodingKeys: String, CodingKey {
      case std
      case embedScale = "embed_scale"
    }
  }

  var modelType: String
  var nEmbd: Int
  var nHeads: Int
  var numKeyValueHeads: Int?
  var headDim: Int?
  var intermediateSize: Int
  var paddedVocabSize: Int
  var blockSize: Int
  var nLayersInPrelude: Int
  var nLayersInRecurrentBlock: Int
  var nLayersInCoda: Int
  var meanRecurrence: Int?
  var ropeBase: Double?
  var normEps: Double?
  var qkBias: Bool?
  var bias: Bool?
  var tieEmbeddings: Bool?
  var injectionType: String?
  var stateInit: String?
  var blockClassName: String?
  var normClassName: String?
  var mlpClassName: String?
  var nonlinName: String?
  var initValues: InitialValues?
  var bosTokenId: Int?
  var eosTokenId: Int?
  var padTokenId: Int?

  enum CodingKeys: String, CodingKey {
    case bias
    case modelType = "model_type"
    case nEmbd = "n_embd"
    case nHeads = "n_heads"
    case numKeyValueHeads = "num_key_value_heads"
    case headDim = "head_dim"
    case intermediateSize = "intermediate_size"
    case paddedVocabSize = "padded_vocab_size"
    case blockSize = "block_size"
    case nLayersInPrelude = "n_layers_in_prelude"
    case nLayersInRecurrentBlock = "n_layers_in_recurrent_block"
    case nLayersInCoda = "n_layers_in_coda"
    case meanRecurrence = "mean_recurrence"
    case ropeBase = "rope_base"
    case normEps = "norm_eps"
    case qkBias = "qk_bias"
    case tieEmbeddings = "tie_embeddings"
    case injectionType = "injection_type"
    case stateInit = "state_init"
    case blockClassName = "block_class_name"
    case normClassName = "norm_class_name"
    case mlpClassName = "mlp_class_name"
    case nonlinName = "nonlin_name"
    case initValues = "init_values"
    case bosTokenId = "bos_token_id"
    case eosTokenId = "eos_token_id"
    case padTokenId = "pad_token_id"
  }

  static func read(_ path: String) throws -> CheckpointConfiguration {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(
        .missingInput, "cannot read the configuration of the model", at: path,
        remedy: "give the folder that holds config.json, the safetensors files and tokenizer.json")
    }
    return try parse(data, location: path)
  }

  static func parse(_ data: Data, location: String) throws -> CheckpointConfiguration {
    do {
      return try JSONDecoder().decode(CheckpointConfiguration.self, from: data)
    } catch {
      let missing =
        if case .keyNotFound(let key, _)? = error as? DecodingError { "`\(key.stringValue)` is missing" } else { "\(error)" }
      throw Failure(
        .badData, "expected the configuration of a Huginn model: \(missing)", at: location, remedy: "fetch config.json again")
    }
  }

  /// The sizes of the model.
  ///
  /// - Throws: `Failure` (bad data) for anything that this program would compute in another way than the model asks for.
  func sizes(_ location: String) throws -> TransformerSizes {
    func broken(_ problem: String) -> Failure {
      Failure(.badData, problem, at: location, remedy: "only recurrent-depth models of the Huginn family can be read")
    }
    for (name, found, expected) in [
      ("model_type", modelType, "huginn_raven"), ("injection_type", injectionType ?? "linear", "linear"),
      ("block_class_name", blockClassName ?? "SandwichBlock", "SandwichBlock"),
      ("norm_class_name", normClassName ?? "RMSNorm_llama", "RMSNorm_llama"),
      ("mlp_class_name", mlpClassName ?? "GatedMLP", "GatedMLP"), ("nonlin_name", nonlinName ?? "SiLU", "SiLU"),
    ] where found != expected {
      throw broken("expected \(name) \(expected), found \(found)")
    }
    guard bias != true else { throw broken("expected bias false, found true") }
    for (name, value, range) in [
      ("n_embd", nEmbd, 2...1_000_000), ("n_heads", nHeads, 1...100_000),
      ("intermediate_size", intermediateSize, 1...10_000_000), ("padded_vocab_size", paddedVocabSize, 1...10_000_000),
      ("block_size", blockSize, 1...10_000_000), ("n_layers_in_prelude", nLayersInPrelude, 0...10_000),
      ("n_layers_in_recurrent_block", nLayersInRecurrentBlock, 1...10_000),
      ("n_layers_in_coda", nLayersInCoda, 0...10_000),
    ] where !range.contains(value) {
      throw broken("expected \(name) in \(range), found \(value)")
    }
    guard (numKeyValueHeads ?? nHeads) == nHeads else {
      throw broken("expected as many key and value heads as heads, found \(numKeyValueHeads ?? 0) and \(nHeads)")
    }
    let sizes = TransformerSizes(
      vocabulary: paddedVocabSize, width: nEmbd, heads: nHeads, intermediate: intermediateSize,
      prelude: nLayersInPrelude, core: nLayersInRecurrentBlock, coda: nLayersInCoda, blockSize: blockSize,
      rotaryBase: ropeBase ?? 50_000, normEpsilon: normEps ?? 1e-6, hasQueryKeyBias: qkBias ?? true,
      tiesEmbedding: tieEmbeddings ?? true, embeddingScale: initValues?.embedScale,
      startDeviation: stateInit == "zero" ? 0 : initValues?.std ?? 0)
    try sizes.validate(.badData, at: location)
    guard (headDim ?? sizes.headWidth) == sizes.headWidth else {
      throw broken("expected head_dim \(sizes.headWidth) = n_embd / n_heads, found \(headDim ?? 0)")
    }
    guard sizes.rotaryBase > 0, sizes.rotaryBase.isFinite, sizes.normEpsilon >= 0, sizes.normEpsilon.isFinite,
      sizes.embeddingScale.isFinite, sizes.startDeviation >= 0, sizes.startDeviation.isFinite
    else { throw broken("expected finite rope_base, norm_eps and init_values") }
    return sizes
  }
}
