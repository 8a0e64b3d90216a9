import Foundation
import StudyKit
import Support
import Torch

/// A folder with a Huginn model as it is downloaded: config.json, model.safetensors, or several with an index, tokenizer.json.
public struct HuginnCheckpoint {
  /// Where config.json, the safetensors files and tokenizer.json lie.
  public let folder: String
  /// What config.json says.
  public let sizes: TransformerSizes
  let configuration: CheckpointConfiguration

  /// Reads config.json only.
  public init(_ folder: String) throws {
    self.folder = folder
    let path = "\(folder)/config.json"
    configuration = try CheckpointConfiguration.read(path)
    sizes = try configuration.sizes(path)
  }

  /// Ids that end a text: the end-of-text token, and the tokens of the vocabulary that end a turn.
  func stopTokens(_ tokenizer: Tokenizer) -> [Int] {
    var ids = ["<|end_text|>", "<|end_turn|>"].compactMap { tokenizer.id(of: $0) }
    if let end = configuration.eosTokenId, !ids.contains(end) { ids.append(end) }
    return ids.sorted()
  }

  /// Whether decoded text is cleaned of spaces before punctuation: `clean_up_tokenization_spaces` of tokenizer_config.json.
  func cleansUp() throws -> Bool {
    struct Settings: Decodable {
      var cleanUpTokenizationSpaces: Bool?
      enum CodingKeys: String, CodingKey {
        case cleanUpTokenizationSpaces = "clean_up_tokenization_spaces"
      }
    }
    let path = "\(folder)/tokenizer_config.json"
    guard let data = FileManager.default.contents(atPath: path) else { return false }
    guard let settings = try? JSONDecoder().decode(Settings.self, from: data) else {
      throw Failure(.badData, "expected the settings of a tokenizer as JSON", at: path, remedy: "fetch the file again")
    }
    return settings.cleanUpTokenizationSpaces ?? false
  }

  /// Reads the tokenizer and checks that it can be the model's.
  public func tokenizer(named name: String = "tokenizer.json") throws -> Tokenizer {
    let path = "\(folder)/\(name)"
    let tokenizer = try Tokenizer(contentsOf: path)
    func broken(_ problem: String) -> Failure {
      Failure(.badData, problem, at: path, remedy: "fetch tokenizer.json of the same model as config.json")
    }
    guard tokenizer.vocabularySize <= sizes.vocabulary else {
      throw broken("expected at most \(sizes.vocabulary) tokens, found \(tokenizer.vocabularySize)")
    }
    for (name, id) in [
      ("bos", configuration.bosTokenId), ("eos", configuration.eosTokenId), ("pad", configuration.padTokenId),
    ] {
      if let id, tokenizer.token(id) == nil { throw broken("the \(name) token \(id) of config.json is not in the tokenizer") }
    }
    if let first = tokenizer.prefix.first, let expected = configuration.bosTokenId, first != expected {
      throw broken("expected texts to begin with token \(expected) as in config.json, found \(first)")
    }
    return tokenizer
  }

  /// Reads the weights, one array at a time, converting each to the wanted type.
  ///
  /// - Throws: `Failure` that names the first array that is missing, unexpected, or of another shape than config.json says.
  public func model(type: DType, device: Device = .cpu) throws -> LoopedTransformer {
    let files = try weightFiles()
    var unused = Set(files.keys)
    func read(_ name: String, _ shape: [Int]) throws -> Tensor? {
      unused.remove(name)
      guard let file = files[name], let entry = file.entries[name] else { return nil }
      guard entry.shape == shape else {
        throw Failure(
          .badData, "expected shape \(shape) after config.json, found \(entry.shape)", at: "\(file.path):\(name)",
          remedy: "fetch config.json and the weights of the same model")
      }
      guard entry.type.isFloatingPoint else {
        throw Failure(.badData, "expected floating-point numbers, found \(entry.type)", at: "\(file.path):\(name)")
      }
      return try file.tensor(name)
    }
    let rotary = try read("freqs_cis", [1, sizes.blockSize, 1, sizes.headWidth / 2, 2]).map { table in
      let table = try table.to(type: .float32).reshaped([sizes.blockSize, sizes.headWidth / 2, 2])
      return RotaryTable(cosine: try table.select(2, 0).contiguous(), sine: try table.select(2, 1).contiguous())
    }
    let source = ParameterSource { name, shape, _ in
      guard let value = try read(name, shape) else {
        throw Failure(
          .badData, "the array `\(name)` of shape \(shape) is missing", at: folder,
          remedy: "fetch all safetensors files of the model, and its config.json")
      }
      guard try value.isFinite().all() else {
        throw Failure(.badData, "expected finite numbers, found NaN or infinite ones", at: "\(folder):\(name)")
      }
      return try value.to(type: type, device: device)
    }
    let model = try LoopedTransformer(sizes, from: source, rotary: rotary)
    // A tied head may be stored all the same; it is the embedding.
    if sizes.tiesEmbedding { _ = unused.remove("lm_head.weight") }
    if let stranger = unused.sorted().first {
      throw Failure(
        .badData, "unexpected array `\(stranger)`", at: files[stranger]?.path ?? folder,
        remedy: "fetch config.json and the weights of the same model")
    }
    return model
  }

  /// The file of each array.
  private func weightFiles() throws -> [String: SafetensorsFile] {
    struct Index: Decodable {
      var weightMap: [String: String]
      enum CodingKeys: String, CodingKey {
        case weightMap = "weight_map"
      }
    }
    let index = "\(folder)/model.safetensors.index.json"
    guard let data = FileManager.default.contents(atPath: index) else {
      let file = try SafetensorsFile("\(folder)/model.safetensors")
      return file.entries.mapValues { _ in file }
    }
    guard let map = try? JSONDecoder().decode(Index.self, from: data).weightMap else {
      throw Failure(.badData, "expected a `weight_map` from arrays to files", at: index, remedy: "fetch the index again")
    }
    if let outside = Set(map.values).first(where: { $0.contains("/") || $0 == ".." }) {
      throw Failure(.badData, "expected names of files beside the index, found `\(outside)`", at: index)
    }
    let files = try Dictionary(uniqueKeysWithValues: Set(map.values).map { ($0, try SafetensorsFile("\(folder)/\($0)")) })
    return try map.reduce(into: [:]) { result, entry in
      guard let file = files[entry.value], file.entries[entry.key] != nil else {
        throw Failure(
          .badData, "the array `\(entry.key)` of the index is not in \(entry.value)", at: index,
          remedy: "fetch the index and all its files again")
      }
      result[entry.key] = file
    }
  }
}
