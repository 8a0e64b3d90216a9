import Foundation
import Support

/// Images of the dead leaves model: opaque, coloured, textured discs and polygons that cover each other, with radii of density
/// r^-3, which makes the statistics nearly independent of scale, as those of natural images are (Lee, Mumford, Huang, "Occlusion
/// models for natural images", IJCV 2001).
public struct DeadLeaves: Equatable, Sendable {
  /// Smallest radius of a leaf, in pixels.
  public var smallestRadius: Double
  /// Largest radius of a leaf, in pixels.
  public var largestRadius: Double
  /// Share of polygons among the leaves, the others are discs.
  public var polygons: Double
  /// Standard deviation of the colour channels about the brightness of a leaf.
  public var saturation: Double
  /// Amplitude of the stripes and of the shading of a leaf, relative to 1.
  public var texture: Double

  /// Every pixel is the mean of this many samples in each direction.
  private static let samplesPerSide = 2

  /// An image of values in [0, 1], `[channels, size, size]` in row-major order.
  public func image(size: Int, channels: Int, random: inout KeyedRandom) -> [Float] {
    let side = size * Self.samplesPerSide
    var fine = [Float](repeating: 0.5, count: channels * side * side)
    var isOpen = [Bool](repeating: true, count: side * side)
    var open = side * side
    // From the front to the back: a leaf is seen where no leaf before it is. The last holes keep the grey of the background.
    for _ in 0..<200 * side where open > 0 {
      let leaf = Leaf(of: self, side: Double(side), samplesPerPixel: Double(Self.samplesPerSide), channels, &random)
      for row in leaf.range(leaf.y, side) {
        for column in leaf.range(leaf.x, side) where isOpen[row * side + column] {
          let (dx, dy) = (Double(column) + 0.5 - leaf.x, Double(row) + 0.5 - leaf.y)
          guard leaf.contains(dx, dy) else { continue }
          isOpen[row * side + column] = false
          open -= 1
          let shade = leaf.shade(dx, dy)
          for channel in 0..<channels {
            fine[(channel * side + row) * side + column] = Float(min(1, max(0, leaf.colour[channel] + shade)))
          }
        }
      }
    }
    return Self.reduced(fine, side: side, channels: channels)
  }

  private static func reduced(_ fine: [Float], side: Int, channels: Int) -> [Float] {
    let size = side / samplesPerSide
    return (0..<channels * size * size).map { index in
      let (row, column) = (index / size, index % size)  // rows of all channels, one below the other
      var sum: Float = 0
      for dy in 0..<samplesPerSide {
        for dx in 0..<samplesPerSide {
          sum += fine[(row * samplesPerSide + dy) * side + column * samplesPerSide + dx]
        }
      }
      return sum / Float(samplesPerSide * samplesPerSide)
    }
  }
}

/// One leaf, in units of samples.
private struct Leaf {
  let x: Double
  let y: Double
  let radius: Double
  /// Outward normals of the sides of a polygon and their distances from the centre; none for a disc.
  let sides: [(x: Double, y: Double, distance: Double)]
  let colour: [Double]
  let slope: (x: Double, y: Double)
  let wave: (x: Double, y: Double, phase: Double)
  let amplitude: Double

  init(of model: DeadLeaves, side: Double, samplesPerPixel: Double, _ channels: Int, _ random: inout KeyedRandom) {
    // Density r^-3 between a and b: r = (a^-2 + u (b^-2 - a^-2))^(-1/2).
    let (a, b) = (model.smallestRadius * samplesPerPixel, model.largestRadius * samplesPerPixel)
    let radius = 1 / (1 / (a * a) + random.uniform() * (1 / (b * b) - 1 / (a * a))).squareRoot()
    self.radius = radius
    x = random.uniform(-radius, side + radius)
    y = random.uniform(-radius, side + radius)
    let isPolygon = random.bernoulli(model.polygons)
    let corners = 3 + random.integer(below: 4)
    let turn = random.uniform(0, 2 * .pi)
    sides =
      isPolygon
      ? (0..<corners).map { number in
        let angle = turn + (Double(number) + random.uniform(-0.3, 0.3)) * 2 * .pi / Double(corners)
        return (cos(angle), sin(angle), radius * random.uniform(0.4, 0.8))
      } : []
    let brightness = random.uniform(0.05, 0.95)
    colour = (0..<channels).map { _ in brightness + (channels > 1 ? random.normal(deviation: model.saturation) : 0) }
    let shading = random.normal(deviation: model.texture) / radius
    let direction = random.uniform(0, 2 * .pi)
    slope = (shading * cos(direction), shading * sin(direction))
    let wavelength = random.uniform(3, 12) * samplesPerPixel
    let grain = random.uniform(0, 2 * .pi)
    wave = (2 * .pi / wavelength * cos(grain), 2 * .pi / wavelength * sin(grain), random.uniform(0, 2 * .pi))
    amplitude = abs(random.normal(deviation: model.texture))
  }

  /// The samples along one axis that the leaf may cover.
  func range(_ centre: Double, _ side: Int) -> Range<Int> {
    max(0, Int((centre - radius).rounded(.down)))..<max(0, min(side, Int((centre + radius).rounded(.up))))
  }

  func contains(_ dx: Double, _ dy: Double) -> Bool {
    dx * dx + dy * dy <= radius * radius && sides.allSatisfy { dx * $0.x + dy * $0.y <= $0.distance }
  }

  /// What is added to the colour: a plane and stripes.
  func shade(_ dx: Double, _ dy: Double) -> Double {
    slope.x * dx + slope.y * dy + amplitude * sin(wave.x * dx + wave.y * dy + wave.phase)
  }
}
