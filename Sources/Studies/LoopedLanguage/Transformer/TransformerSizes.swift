import Support

/// Sizes of a looped transformer. The published model has width 5280, 55 heads, 2 + 4 + 2 blocks and 65,536 tokens.
public struct TransformerSizes: Equatable, Sendable {
  /// V, rows of the embedding.
  public var vocabulary: Int
  /// C.
  public var width: Int
  /// Attention heads; they share the width.
  public var heads: Int
  /// Hidden width of the gated perceptrons.
  public var intermediate: Int
  /// Blocks before, in and after the loop.
  public var prelude: Int
  /// Blocks in the loop.
  public var core: Int
  /// Blocks after the loop.
  public var coda: Int
  /// The most positions of a sequence.
  public var blockSize: Int
  /// Pair i of d / 2 turns by position * base^(-2 i / d) radians.
  public var rotaryBase: Double
  /// Added to the mean square before its root is taken.
  public var normEpsilon: Double
  /// Whether queries and keys have a bias, as in the published model.
  public var hasQueryKeyBias: Bool
  /// Whether the output head is the embedding, so that there is no matrix of its own.
  public var tiesEmbedding: Bool
  /// Token embeddings are multiplied by this; sqrt(C) as published.
  public var embeddingScale: Double
  /// The start state is a normal of this deviation, cut at three of them, times `embeddingScale`; 0 for a start at zero.
  public var startDeviation: Double

  public init(
    vocabulary: Int, width: Int, heads: Int, intermediate: Int, prelude: Int, core: Int, coda: Int, blockSize: Int,
    rotaryBase: Double = 50_000, normEpsilon: Double = 1e-6, hasQueryKeyBias: Bool = true, tiesEmbedding: Bool = true,
    embeddingScale: Double? = nil, startDeviation: Double = 0
  ) {
    self.vocabulary = vocabulary
    self.width = width
    self.heads = heads
    self.intermediate = intermediate
    self.prelude = prelude
    self.core = core
    self.coda = coda
    self.blockSize = blockSize
    self.rotaryBase = rotaryBase
    self.normEpsilon = normEpsilon
    self.hasQueryKeyBias = hasQueryKeyBias
    self.tiesEmbedding = tiesEmbedding
    self.embeddingScale = embeddingScale ?? Double(width).squareRoot()
    self.startDeviation = startDeviation
  }

  /// Width of one head.
  public var headWidth: Int { width / heads }

  /// - Throws: `Failure` for sizes that make no model.
  public func validate(_ status: ExitStatus = .usage, at location: String) throws {
    guard heads > 0, width % heads == 0, headWidth % 2 == 0 else {
      throw Failure(
        status, "expected a width of an even number of features for each head, found \(width) for \(heads) heads", at: location,
        remedy: "width must be a multiple of twice the number of heads")
    }
  }

  /// Numbers in one block: attention, perceptron, four norms.
  public var blockParameters: Int {
    4 * width * width + (hasQueryKeyBias ? 2 * width : 0) + 3 * width * intermediate + 4 * width
  }

  /// Numbers in the whole model.
  public var parameterCount: Int {
    (tiesEmbedding ? 1 : 2) * vocabulary * width + (prelude + core + coda) * blockParameters
      + (core > 0 ? 2 * width * width : 0) + width
  }
}
