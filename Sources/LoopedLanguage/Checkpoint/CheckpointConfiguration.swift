import Experiment
import Foundation

/// The `config.json` of a Huginn checkpoint, as it is downloaded.
struct CheckpointConfiguration: Decodable {
  struct InitialValues: Decodable {
    var std: Double?
    var embed_scale: Double?
  }

  var model_type: String
  var n_embd: Int
  var n_heads: Int
  var num_key_value_heads: Int?
  var head_dim: Int?
  var intermediate_size: Int
  var padded_vocab_size: Int
  var block_size: Int
  var n_layers_in_prelude: Int
  var n_layers_in_recurrent_block: Int
  var n_layers_in_coda: Int
  var mean_recurrence: Int?
  var rope_base: Double?
  var norm_eps: Double?
  var qk_bias: Bool?
  var bias: Bool?
  var tie_embeddings: Bool?
  var injection_type: String?
  var state_init: String?
  var block_class_name: String?
  var norm_class_name: String?
  var mlp_class_name: String?
  var nonlin_name: String?
  var init_values: InitialValues?
  var bos_token_id: Int?
  var eos_token_id: Int?
  var pad_token_id: Int?

  static func read(_ path: String) throws -> CheckpointConfiguration {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(
        .missingInput, "cannot read the configuration of the model", at: path,
        remedy: "give the folder that holds config.json, the safetensors files and tokenizer.json")
    }
    return try parse(data, place: path)
  }

  static func parse(_ data: Data, place: String) throws -> CheckpointConfiguration {
    do {
      return try JSONDecoder().decode(CheckpointConfiguration.self, from: data)
    } catch {
      let missing = if case .keyNotFound(let key, _)? = error as? DecodingError { "`\(key.stringValue)` is missing" } else { "\(error)" }
      throw Failure(
        .badData, "expected the configuration of a Huginn model: \(missing)", at: place, remedy: "fetch config.json again")
    }
  }

  /// The sizes of the model.
  ///
  /// - Throws: `Failure` (bad data) for anything that this program would compute in another way than the model asks for.
  func sizes(_ place: String) throws -> TransformerSizes {
    func broken(_ problem: String) -> Failure {
      Failure(.badData, problem, at: place, remedy: "only recurrent-depth models of the Huginn family can be read")
    }
    for (name, found, expected) in [
      ("model_type", model_type, "huginn_raven"), ("injection_type", injection_type ?? "linear", "linear"),
      ("block_class_name", block_class_name ?? "SandwichBlock", "SandwichBlock"),
      ("norm_class_name", norm_class_name ?? "RMSNorm_llama", "RMSNorm_llama"),
      ("mlp_class_name", mlp_class_name ?? "GatedMLP", "GatedMLP"), ("nonlin_name", nonlin_name ?? "SiLU", "SiLU"),
    ] where found != expected {
      throw broken("expected \(name) \(expected), found \(found)")
    }
    guard bias != true else { throw broken("expected bias false, found true") }
    for (name, value, range) in [
      ("n_embd", n_embd, 2...1_000_000), ("n_heads", n_heads, 1...100_000),
      ("intermediate_size", intermediate_size, 1...10_000_000), ("padded_vocab_size", padded_vocab_size, 1...10_000_000),
      ("block_size", block_size, 1...10_000_000), ("n_layers_in_prelude", n_layers_in_prelude, 0...10_000),
      ("n_layers_in_recurrent_block", n_layers_in_recurrent_block, 1...10_000),
      ("n_layers_in_coda", n_layers_in_coda, 0...10_000),
    ] where !range.contains(value) {
      throw broken("expected \(name) in \(range), found \(value)")
    }
    guard (num_key_value_heads ?? n_heads) == n_heads else {
      throw broken("expected as many key and value heads as heads, found \(num_key_value_heads ?? 0) and \(n_heads)")
    }
    let sizes = TransformerSizes(
      vocabulary: padded_vocab_size, width: n_embd, heads: n_heads, intermediate: intermediate_size,
      prelude: n_layers_in_prelude, core: n_layers_in_recurrent_block, coda: n_layers_in_coda, blockSize: block_size,
      rotaryBase: rope_base ?? 50_000, normEpsilon: norm_eps ?? 1e-6, hasQueryKeyBias: qk_bias ?? true,
      tiesEmbedding: tie_embeddings ?? true, embeddingScale: init_values?.embed_scale,
      startDeviation: state_init == "zero" ? 0 : init_values?.std ?? 0)
    try sizes.validate(.badData, at: place)
    guard (head_dim ?? sizes.headWidth) == sizes.headWidth else {
      throw broken("expected head_dim \(sizes.headWidth) = n_embd / n_heads, found \(head_dim ?? 0)")
    }
    guard sizes.rotaryBase > 0, sizes.rotaryBase.isFinite, sizes.normEpsilon >= 0, sizes.normEpsilon.isFinite,
      sizes.embeddingScale.isFinite, sizes.startDeviation >= 0, sizes.startDeviation.isFinite
    else { throw broken("expected finite rope_base, norm_eps and init_values") }
    return sizes
  }
}
