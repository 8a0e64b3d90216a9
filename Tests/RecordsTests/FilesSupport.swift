@testable import Records
@testable import Support

/// A made-up case study: a few numbers, a label, a certificate; some draws are rejected.
enum Toy {
  static let layout = DatasetLayout(
    caseStudy: "toy", title: "A toy dataset", references: ["nobody 2026"], dimensions: ["point": 3],
    fields: [
      FieldSchema("x", ["point"], .float32, units: "m", role: .input, "positions"),
      FieldSchema("flag", ["point"], .uint8, role: .input, "1 where the position counts"),
      FieldSchema("y", [], .float64, units: "m", role: .label, "the right answer"),
      FieldSchema("attempt", [], .int64, role: .identifier, "number of the attempt"),
    ])

  static let plans = [SplitPlan(.train, draws: 100, keep: 30), SplitPlan(.test, draws: 40)]
  static let provenance = FileProvenance(configuration: "seed: 1\n", seed: 1)

  static func isAccepted(_ draw: Int) -> Bool { draw % 3 != 1 }

  static func block(_ draws: [Int], _ split: Split) -> SampleBlock {
    func number(_ draw: Int, _ k: Int) -> Double {
      var random = KeyedRandom(seed: 1, stream: "\(split.rawValue)/\(k)", index: UInt64(draw))
      return random.uniform()
    }
    return SampleBlock(
      draws: draws,
      fields: [
        "x": .real(draws.flatMap { draw in (0..<3).map { number(draw, $0) } }),
        "flag": .integer(draws.flatMap { [Int64($0 % 2), 0, 1] }),
        "y": .real(draws.map { number($0, 9) }),
        "attempt": .integer(draws.map { Int64($0) }),
      ])
  }

  /// Draws a dataset, or a shard of it, in blocks of `size` draws.
  @discardableResult
  static func write(
    to path: String, shard: Shard? = nil, blockSize size: Int = 16, provenance: FileProvenance = Toy.provenance
  ) throws -> String {
    let writer = try DatasetWriter(creating: path, layout, plans: plans, shard: shard, provenance: provenance)
    for plan in plans {
      let draws = try writer.draws(of: plan.split)
      for start in stride(from: draws.lowerBound, to: draws.upperBound, by: size) {
        if try writer.isFull(plan.split) { break }
        let accepted = (start..<min(start + size, draws.upperBound)).filter(isAccepted)
        try writer.append(block(accepted, plan.split), to: plan.split)
      }
    }
    return try writer.finish()
  }
}
