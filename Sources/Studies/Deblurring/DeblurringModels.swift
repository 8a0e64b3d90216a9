import Configuration
import StudyKit

/// The models of the case study, from their sections of a pipeline file.
enum DeblurringModels {
  enum Kind: String, CaseIterable {
    case denoiser
    case explicit = "explicit-drunet"
    case implicitGradient = "implicit-pgd"
    case implicitSplitting = "implicit-hqs"
    case unfoldedGradient = "unfolded-pgd"
    case unfoldedSplitting = "unfolded-hqs"

    var splitting: Splitting? {
      switch self {
      case .denoiser, .explicit: nil
      case .implicitGradient, .unfoldedGradient: .proximalGradient
      case .implicitSplitting, .unfoldedSplitting: .halfQuadratic
      }
    }

    /// Whether it is a block that is iterated to its fixed point.
    var iterates: Bool { self == .implicitGradient || self == .implicitSplitting }
    var isUnfolded: Bool { self == .unfoldedGradient || self == .unfoldedSplitting }
    /// What stands before the names of the first denoiser's weights.
    var prefix: String { self == .denoiser ? "" : "prior.0.denoiser." }
  }

  private static let publishedWidths = [64, 128, 256, 512]
  /// Of colour images; for weights that come in without a dataset.
  private static let publishedChannels = 3

  static let architectures = Kind.allCases.map(architecture) + [wiener, totalVariation]

  /// Classical methods, of two tuned numbers.
  private static let wiener = Architecture<DeblurringBatch>("wiener", iterates: false) {
    $0.keys.contains("log_penalty") ? "{}" : nil
  } read: { section in
    let noise = try section.number("noise_level", default: 0.03, in: .positive, "deviation of the noise, to begin with")
    return ModelDescription { _, _ in .explicit(try WienerFilter(noiseLevel: noise)) }
  }
  private static let totalVariation = Architecture<DeblurringBatch>("total-variation") {
    $0.keys.contains("log_weight") ? "{}" : nil
  } read: { section in
    let weight = try section.number("weight", default: 1e-3, in: .positive, "lambda of the total variation, to begin with")
    let step = try section.number("step_size", default: 4, in: .positive, "tau, to begin with")
    return ModelDescription { _, _ in .implicit(try TotalVariation(weight: weight, step: step)) }
  }

  private static func architecture(_ kind: Kind) -> Architecture<DeblurringBatch> {
    Architecture(kind.rawValue, iterates: kind.iterates, settings: { settings(of: kind, shapes: $0) }) {
      try description(kind, reading: $0)
    }
  }

  private static func description(
    _ kind: Kind, reading section: ConfigurationSection
  ) throws -> ModelDescription<DeblurringBatch> {
    let widths = try section.integers(
      "widths", default: publishedWidths, in: 1...4096, count: 4...4, "channels of the four scales of the DRUNet")
    let blocks = try section.integer("blocks", default: 4, in: 1...64, "residual blocks of each scale")
    let gain = try section.number("gain", default: 0.2, in: .positive, "size of the initial weights, which are orthogonal")
    let make = try maker(kind, section)
    return ModelDescription(isIntermediate: kind == .denoiser) { layout, seed in
      let model = try make(
        DRUNet.Settings(widths: widths, blocks: blocks, channels: layout.dimensions["channel"] ?? publishedChannels))
      for (name, parameter) in model.module.parameters where parameter.value.rank > 1 {
        let value = try Initialization.orthogonal(parameter.value.shape, gain: gain, seed: seed, name: name)
        try parameter.assign(value.to(type: parameter.value.type))
      }
      return model
    }
  }

  private static func maker(
    _ kind: Kind, _ section: ConfigurationSection
  ) throws -> @Sendable (DRUNet.Settings) throws -> Model<DeblurringBatch> {
    if kind == .denoiser {
      let low = try section.number("lowest_noise", default: 0, in: 0...1, "smallest standard deviation of the noise in training")
      let high = try section.number("highest_noise", default: max(0.2, low), in: low...1, "largest one")
      return { .explicit(try DenoiserTraining($0, levels: low...high)) }
    }
    let noise = try section.number(
      "noise_level", default: 0.03, in: .positive, "what the denoiser is told about the noise, to begin with; it is learned")
    guard let splitting = kind.splitting else {
      return { .explicit(try UnfoldedRestoration(1, $0, noiseLevel: noise, data: nil)) }
    }
    let step = try section.number(
      "step_size", default: splitting == .halfQuadratic ? 4 : 1, in: .positive, "of the data term, to begin with; it is learned")
    let start = try section.choice("start", default: Start.measurement, "where the iteration starts")
    guard kind.isUnfolded else {
      return { .implicit(try PlugAndPlayEquilibrium(splitting, $0, start: start, step: step, noiseLevel: noise)) }
    }
    let count = try section.integer("iterations", default: 4, in: 1...1000, "blocks, each with weights of its own")
    return {
      .explicit(try UnfoldedRestoration(count, $0, start: start, noiseLevel: noise, data: (splitting, step)))
    }
  }

  /// The settings that follow from weights.
  private static func settings(of kind: Kind, shapes: [String: [Int]]) -> String? {
    guard let network = DRUNet.settings(of: shapes, prefix: kind.prefix) else { return nil }
    var entries = ["widths: \(network.widths)", "blocks: \(network.blocks)"]
    if kind.isUnfolded {
      entries.append("iterations: \((0...).first { shapes["init_params_algo.g_param.\($0)"] == nil } ?? 0)")
    }
    return "{\(entries.joined(separator: ", "))}"
  }
}
