import Torch

private enum Op {
  static let batchedProduct = Operator("aten::bmm")
  static let addBatchedProduct = Operator("aten::baddbmm")
  static let copyInPlace = Operator("aten::copy_")
}

/// Orthonormal vectors of each sample of a batch, in blocks `[B, 16, n]` that are filled in place: the one owner of their memory
/// is this value.
struct KrylovBasis {
  private static let blockSize = 16
  private var blocks: [Tensor] = []
  private(set) var count = 0
  /// The newest vector, `[B, n]`.
  private(set) var last: Tensor

  init(first: Tensor) {
    last = first
  }

  private init(_ other: Self, samples: Tensor) throws {
    blocks = try other.blocks.map { try $0.indexSelect(samples) }
    count = other.count
    last = try other.last.indexSelect(samples)
  }

  /// The bases of some samples, copied.
  func selecting(_ samples: Tensor) throws -> Self { try Self(self, samples: samples) }

  /// Blocks cut to the vectors they hold.
  private var filled: [Tensor] {
    get throws {
      try blocks.enumerated().map { try $1.narrow(1, from: 0, count: min(Self.blockSize, count - $0 * Self.blockSize)) }
    }
  }

  private mutating func store(_ vector: Tensor) throws {
    if count == blocks.count * Self.blockSize {
      blocks.append(
        try .zeros([vector.shape[0], Self.blockSize, vector.shape[1]], type: vector.type, device: vector.device))
    }
    let slot = try blocks[count / Self.blockSize].select(1, count % Self.blockSize)
    _ = try Op.copyInPlace(.tensor(slot), .tensor(vector))
    count += 1
  }

  /// Makes `vector` the newest one.
  mutating func append(_ vector: Tensor) throws { last = vector }

  /// Splits a vector w into its parts along the basis (classical Gram-Schmidt) and the rest, of which it returns the length and
  /// the direction. The newest vector joins the stored ones here.
  ///
  /// - Returns: coefficients `[B, count]` in row-major order, lengths `[B]`, directions `[B, n]`.
  mutating func orthogonalized(_ w: Tensor) throws -> (coefficients: [Double], lengths: [Double], direction: Tensor) {
    try store(last)
    let column = try w.unsqueezed(2)
    let filled = try filled
    let parts = try filled.map { try Op.batchedProduct(.tensor($0), .tensor(column)) }
    var rest = try w.unsqueezed(1)
    for (block, part) in zip(filled, parts) {
      rest = try Op.addBatchedProduct(
        .tensor(rest), .tensor(part.transposed()), .tensor(block), .double(1), .double(-1))
    }
    rest = try rest.squeezed(1)
    let lengths = try rest.sampleNorms()
    let coefficients = try Tensor.concatenated(parts, dimension: 1)
    return try (coefficients.doubles(), lengths.doubles(), rest / lengths.unsqueezed(1).clamped(atLeast: 1e-30))
  }

  /// sum_j c_j v_j of the stored vectors; `coefficients` is `[B, count]` in row-major order.
  func combination(_ coefficients: [Double], count: Int) throws -> Tensor {
    let samples = coefficients.count / count
    let factors = try Tensor(coefficients, shape: [samples, 1, count], type: last.type, device: last.device)
    var sum: Tensor?
    for (number, block) in try filled.enumerated() {
      let part = try factors.narrow(2, from: number * Self.blockSize, count: block.shape[1])
      let product = try Op.batchedProduct(.tensor(part), .tensor(block))
      sum = try sum.map { try $0 + product } ?? product
    }
    return try sum?.squeezed(1) ?? Tensor.zeros(like: last)
  }
}
