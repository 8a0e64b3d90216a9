import Torch

private enum Op {
  static let batchedProduct = Operator("aten::bmm")
  static let addBatchedProduct = Operator("aten::baddbmm")
}

/// Orthonormal vectors of each sample of a batch, in blocks `[B, 16, n]`, of which the last one is filled in place.
struct KrylovBasis: ~Copyable {
  private static let blockSize = 16
  private var full: [Tensor]
  private var open: ExclusiveWorkspace
  private(set) var count: Int
  /// The newest vector, `[B, n]`.
  private(set) var last: Tensor

  init(first: Tensor) throws {
    self.init(full: [], open: try Self.block(like: first), count: 0, last: first)
  }

  private init(full: [Tensor], open: consuming ExclusiveWorkspace, count: Int, last: Tensor) {
    self.full = full
    self.open = open
    self.count = count
    self.last = last
  }

  private static func block(like vector: Tensor) throws -> ExclusiveWorkspace {
    try ExclusiveWorkspace(
      zeros: [vector.shape[0], blockSize, vector.shape[1]], type: vector.type, device: vector.device)
  }

  /// The bases of some samples, copied.
  func selecting(_ samples: Tensor) throws -> Self {
    let full = try full.map { try $0.indexSelect(samples) }
    let last = try last.indexSelect(samples)
    let open = try ExclusiveWorkspace(copying: open.read { try $0.indexSelect(samples) })
    return Self(full: full, open: open, count: count, last: last)
  }

  /// Vectors in the block that is being filled.
  private var openCount: Int { count - full.count * Self.blockSize }

  /// Calls `body` with the blocks, cut to the vectors they hold.
  private func withBlocks<Result>(_ body: ([Tensor]) throws -> Result) throws -> Result {
    try open.read { open in
      try body(openCount == 0 ? full : full + [open.narrow(1, from: 0, count: openCount)])
    }
  }

  private mutating func store(_ vector: Tensor) throws {
    if openCount == Self.blockSize {
      var next = try Self.block(like: vector)
      swap(&open, &next)
      full.append(next.freeze())
    }
    try open.write(vector.unsqueezed(1), at: [1: openCount..<(openCount + 1)])
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
    let (parts, rest) = try withBlocks { blocks in
      let parts = try blocks.map { try Op.batchedProduct(.tensor($0), .tensor(column)) }
      let rest = try zip(blocks, parts).reduce(w.unsqueezed(1)) { rest, pair in
        try Op.addBatchedProduct(
          .tensor(rest), .tensor(pair.1.transposed()), .tensor(pair.0), .double(1), .double(-1))
      }
      return (parts, try rest.squeezed(1))
    }
    let lengths = try rest.sampleNorms()
    let coefficients = try Tensor.concatenated(parts, dimension: 1)
    return try (coefficients.doubles(), lengths.doubles(), rest / lengths.unsqueezed(1).clamped(atLeast: 1e-30))
  }

  /// sum_j c_j v_j of the stored vectors; `coefficients` is `[B, count]` in row-major order.
  func combination(_ coefficients: [Double], count: Int) throws -> Tensor {
    let samples = coefficients.count / count
    let factors = try Tensor(coefficients, shape: [samples, 1, count], type: last.type, device: last.device)
    let products = try withBlocks { blocks in
      try blocks.enumerated().map { number, block in
        let part = try factors.narrow(2, from: number * Self.blockSize, count: block.shape[1])
        return try Op.batchedProduct(.tensor(part), .tensor(block))
      }
    }
    guard let first = products.first else { return try Tensor.zeros(like: last) }
    return try products.dropFirst().reduce(first) { try $0 + $1 }.squeezed(1)
  }
}
