import Foundation
import Records
import StudyKit
import Support

/// Draws points of several maps in turn, and values F(x).
///
/// Half of the points are evenly spread over the window; the others lie near the singularities, evenly in the logarithm of the
/// distance. Both are randomly shifted Halton sequences (Cranley, Patterson 1976), so any first part of them covers the window.
struct ScalarMapGenerator: SampleGenerator {
  let targets: [SampledTarget]
  /// Smallest distance to a singularity, relative to the window.
  let nearest: Double
  let plans: [SplitPlan]
  let seed: UInt64
  let drawsPerBlock = 1024

  var layout: DatasetLayout {
    var layout = ScalarMapStudy.layout
    layout.fields.append(ScalarMapStudy.certificate)
    layout.dimensions = ["coordinate": targets.map(\.target.dimension).max() ?? 1]
    return layout
  }

  func samples(of split: Split, draws: Range<Int>) throws -> SampleBlock {
    let width = layout.dimensions["coordinate"] ?? 1
    var block = SampleBlock(draws: [], fields: [:])
    var (maps, levels, x, y, lipschitz) = ([Int64](), [Double](), [Double](), [Double](), [Double]())
    for draw in draws {
      let sampled = targets[draw % targets.count]
      let target = sampled.target
      guard let point = point(of: sampled, split, number: draw / targets.count), target.gap(at: point) > 0 else { continue }
      block.draws.append(draw)
      maps.append(target.number)
      levels.append(target.level)
      x += point + Array(repeating: 0, count: width - point.count)
      y.append(target.value(at: point))
      lipschitz.append(target.localLipschitz(at: point))
    }
    block.fields = [
      "map": .integer(maps), "level": .real(levels), "x": .real(x), "y": .real(y), "local_lipschitz": .real(lipschitz),
    ]
    return block
  }

  /// Point `number` of a map in a split; nil if it falls out of the window.
  private func point(of sampled: SampledTarget, _ split: Split, number: Int) -> [Double]? {
    let (target, window) = (sampled.target, sampled.window)
    var random = KeyedRandom(seed: seed, stream: "scalar-maps/\(split.rawValue)/\(target.name)")
    func spread(_ index: Int, base: Int) -> Double {
      (Self.radicalInverse(index, base: base) + random.uniform()).truncatingRemainder(dividingBy: 1)
    }
    let width = window.upperBound - window.lowerBound
    let singularities = target.profile.singularities(in: window)
    let (index, isGraded) = (number / 2, number % 2 == 1 && !singularities.isEmpty)
    let quantile = spread(singularities.isEmpty ? number : index, base: 2)
    let (near, turn) = (spread(index, base: 3), spread(number, base: 5))
    var s = window.lowerBound + width * quantile
    if isGraded {
      let away = 0.5 * width * pow(2 * nearest, near)
      let center = singularities[index % singularities.count]
      s = center + (quantile < 0.5 ? away : -away)
      if !window.contains(s) { s = 2 * center - s }
    }
    guard window.contains(s) else { return nil }
    return target.dimension == 1 ? [s] : [s * cos(2 * .pi * turn), s * sin(2 * .pi * turn)]
  }

  /// The digits of `index` in `base`, mirrored at the point: in [0, 1).
  static func radicalInverse(_ index: Int, base: Int) -> Double {
    var (rest, scale, value) = (index, 1.0, 0.0)
    while rest > 0 {
      scale /= Double(base)
      value += scale * Double(rest % base)
      rest /= base
    }
    return value
  }
}
