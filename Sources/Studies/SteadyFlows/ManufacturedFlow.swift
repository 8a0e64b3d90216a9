import Foundation
import Support
import Torch

/// Flows that are chosen first and made steady by their force: a random field with a peaked spectrum, evolved for a short time, so
/// that it looks like a flow.
///
/// The energy of the start at wave number k is proportional to exp(-(ln k - ln k_0)^2 / (2 s^2)) / k with s^2 = 0.25 (a
/// log-normal density), and it is scaled to a largest speed, drawn evenly from an interval.
public struct ManufacturedFlow: Equatable, Sendable {
  /// k_0, above 0.
  public var peakWave = 1.0
  /// The largest speed of a start is between these.
  public var lowestSpeed = 0.5
  /// Largest speed of a start.
  public var speed = 0.5
  /// Time of the evolution; 0 for none.
  public var time = 1.0
  /// Largest displacement of a time step in grid spacings.
  public var courantNumber = 0.5
  /// Which of the forces that make the flow steady.
  public var force = ForceKind.withoutDivergence
  private static let spectralVariance = 0.25
  /// Beyond this many times k_0 the spectrum is below 1e-4 of its peak and is cut off.
  private static let highestWave = 10.0

  public init() {}

  var largestWave: Int { Int((Self.highestWave * peakWave).rounded(.up)) }

  /// Vorticity modes of one start, before it is scaled to the speed, `[2 K + 1, K + 1, 2]` in row-major order.
  func start(cutoff: Int, random: inout KeyedRandom) -> [Double] {
    var field = HalfSpectrum(cutoff: cutoff)
    for k in HalfSpectrum.halfPlane(upTo: largestWave) {
      let wave = Double(k.x * k.x + k.y * k.y).squareRoot()
      let distance = log(wave / peakWave)
      let energy = exp(-distance * distance / (2 * Self.spectralVariance)) / wave
      // The energy of a ring of about 2 pi k modes, each |omega_k|^2 / k^2.
      let amplitude = (energy * wave).squareRoot()
      let (real, imaginary) = (random.normal(), random.normal())
      field.add(k.x, k.y, amplitude * real, amplitude * imaginary)
    }
    return field.values
  }

  /// Vorticity modes of flows from starts that are scaled to these largest speeds, `[B, 2 K + 1, K + 1]`.
  func flows(_ starts: Tensor, speeds: [Double], _ equation: VorticityEquation) throws -> Tensor {
    let velocity = try equation.grid.velocity(ofVorticity: starts)
    let found = try velocity.pow(2).sum(dimension: 1).flattenedSamples().maximum(dimensions: [1]).sqrt()
    let wanted = try Tensor(speeds, shape: [speeds.count], device: equation.grid.device)
    let scaled = try starts * (wanted / found).reshaped([-1, 1, 1])
    let evolution = FlowEvolution(equation, courantNumber: courantNumber)
    return try evolution.evolved(scaled, over: time, steps: evolution.steps(forSpeed: speed, over: time))
  }
}
