import Foundation
import Torch

/// The time-dependent equation without force, d omega / d t + u . grad(omega) = nu laplace(omega), by the classical Runge-Kutta
/// method of order 4 with an integrating factor exp(-nu k^2 t), so that friction is exact and sets no limit to the step.
public struct FlowEvolution: Sendable {
  /// What is integrated in time.
  public let equation: VorticityEquation
  /// The largest displacement of a step, in grid spacings: max |u| dt N / (2 pi).
  public var courantNumber: Double

  public init(_ equation: VorticityEquation, courantNumber: Double = 0.5) {
    self.equation = equation
    self.courantNumber = courantNumber
  }

  /// Vorticity modes after a time, in a number of steps that each sample's Courant number asks for: all samples make the steps of
  /// `steps(for:over:)`, which depend on the bound of the speed only, not on the flow.
  public func evolved(_ vorticity: Tensor, over time: Double, steps: Int) throws -> Tensor {
    guard steps > 0, time > 0 else { return vorticity }
    let dt = time / Double(steps)
    let half = try (equation.grid.square * (-equation.viscosity * dt / 2)).exp()
    func slope(_ omega: Tensor) throws -> Tensor {
      try equation.advection(equation.grid.velocity(ofVorticity: omega)) * -1
    }
    var omega = vorticity
    for _ in 0..<steps {
      let k1 = try slope(omega)
      let decayed = try omega * half
      let k2 = try slope((omega.add(k1, alpha: dt / 2)) * half)
      let k3 = try slope(decayed.add(k2, alpha: dt / 2))
      let k4 = try slope((decayed + k3 * dt) * half)
      // u+ = E^2 u + dt / 6 (E^2 k1 + 2 E (k2 + k3) + k4), E = exp(-nu k^2 dt / 2)
      let middle = try (k2 + k3) * 2
      omega = try ((decayed + (k1 * half + middle) * (dt / 6)) * half).add(k4, alpha: dt / 6)
    }
    return omega
  }

  /// Steps that keep the Courant number for flows with at most this speed.
  public func steps(forSpeed speed: Double, over time: Double) -> Int {
    Int((time * speed * Double(equation.grid.size) / (2 * .pi * courantNumber)).rounded(.up))
  }
}

extension Tensor {
  /// `[B, ...]` -> `[B, n]`.
  func flattenedSamples() throws -> Tensor { try reshaped([shape[0], -1]) }
}
