import Foundation

/// Adam (Kingma and Ba, 2015) with the arithmetic of torch.optim.Adam, so that one step gives the same numbers:
///
///     g <- g + weightDecay * p
///     m <- m + (1 - beta1) (g - m)
///     v <- beta2 v + (1 - beta2) g conj(g)
///     p <- p - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
///
/// The real and imaginary parts of a complex parameter share one second moment, that of g conj(g), as in the Adam of the FNO
/// references.
public final class Adam {
  public struct Settings: Equatable, Sendable {
    public var learningRate: Double
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    /// Added to the gradient as weightDecay * parameter (L2 regularisation, not decoupled).
    public var weightDecay: Double

    public init(
      learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
    ) {
      self.learningRate = learningRate
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.weightDecay = weightDecay
    }
  }

  /// All that must be kept to continue as if never interrupted. The moments are in the order of the parameters.
  public struct State {
    public var step: Int
    public var firstMoments: [Tensor]
    public var secondMoments: [Tensor]

    public init(step: Int, firstMoments: [Tensor], secondMoments: [Tensor]) {
      self.step = step
      self.firstMoments = firstMoments
      self.secondMoments = secondMoments
    }
  }

  public var settings: Settings
  private let parameters: [Parameter]
  public private(set) var state: State

  private enum Op {
    static let lerp = Operator("aten::lerp.Scalar")
    static let addcmul = Operator("aten::addcmul")
    static let addcdiv = Operator("aten::addcdiv")
  }

  public init(_ parameters: NamedParameters, _ settings: Settings) throws {
    self.parameters = parameters.entries.map(\.parameter)
    self.settings = settings
    let zeros = try self.parameters.map { try Tensor.zeros(like: $0.value.detached()) }
    state = State(step: 0, firstMoments: zeros, secondMoments: zeros)
  }

  /// Continues from a saved state.
  public func restore(_ saved: State) throws {
    let shapes = parameters.map(\.value.shape)
    for moments in [saved.firstMoments, saved.secondMoments] where moments.map(\.shape) != shapes {
      throw TorchError.argument(operation: "restore Adam", message: "the moments do not have the parameters' shapes")
    }
    state = saved
  }

  /// One update. `gradients` are in the order of the parameters.
  public func step(_ gradients: [Tensor]) throws {
    guard gradients.count == parameters.count else {
      throw TorchError.argument(
        operation: "Adam step", message: "\(parameters.count) parameters but \(gradients.count) gradients")
    }
    try Autograd.withoutTracking {
      state.step += 1
      let t = Double(state.step)
      let stepSize = settings.learningRate / (1 - pow(settings.beta1, t))
      let secondCorrection = (1 - pow(settings.beta2, t)).squareRoot()
      for (i, parameter) in parameters.enumerated() {
        var gradient = gradients[i]
        if settings.weightDecay != 0 { gradient = try gradient.add(parameter.value, alpha: settings.weightDecay) }
        let first = try Op.lerp(.tensor(state.firstMoments[i]), .tensor(gradient), .double(1 - settings.beta1))
        let size =
          parameter.isComplexPair
          ? try gradient.norm(dimensions: [-1], keeping: true).expanded(gradient.shape) : gradient
        let second = try Op.addcmul(
          .tensor(state.secondMoments[i] * settings.beta2), .tensor(size), .tensor(size), .double(1 - settings.beta2))
        let denominator = try second.sqrt() / secondCorrection + settings.epsilon
        try parameter.assign(
          Op.addcdiv(.tensor(parameter.value), .tensor(first), .tensor(denominator), .double(-stepSize)))
        state.firstMoments[i] = first
        state.secondMoments[i] = second
      }
    }
  }
}
