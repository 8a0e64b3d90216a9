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
///
///     let weight = try Parameter(Tensor([1.0]))
///     var named = NamedParameters()
///     named.add("weight", weight)
///     let adam = try Adam(named, .init(learningRate: 0.1))
///     try adam.step([Tensor([2.0])])  // weight is 0.9 now, nearly
public final class Adam {
  /// The numbers of the equations above.
  public struct Settings: Equatable, Sendable {
    /// lr
    public var learningRate: Double
    /// Decay of the first moments, in 0 ..< 1.
    public var beta1: Double
    /// Decay of the second moments, in 0 ..< 1.
    public var beta2: Double
    /// Added to the root of the second moments.
    public var epsilon: Double
    /// Added to the gradient as weightDecay * parameter (L2 regularisation, not decoupled).
    public var weightDecay: Double

    /// Defaults are those of torch.optim.Adam.
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
    /// t, steps made so far.
    public var step: Int
    /// m
    public var firstMoments: [Tensor]
    /// v
    public var secondMoments: [Tensor]

    /// A state that was saved.
    public init(step: Int, firstMoments: [Tensor], secondMoments: [Tensor]) {
      self.step = step
      self.firstMoments = firstMoments
      self.secondMoments = secondMoments
    }
  }

  /// May change between steps, the learning rate above all.
  public var settings: Settings
  private let parameters: [Parameter]
  /// What the next step starts from.
  public private(set) var state: State

  private enum Op {
    static let lerp = Operator("aten::lerp.Scalar")
    static let addcmul = Operator("aten::addcmul")
    static let addcdiv = Operator("aten::addcdiv")
  }

  /// For these parameters, with moments of zero.
  public init(_ parameters: NamedParameters, _ settings: Settings) throws {
    self.parameters = parameters.entries.map(\.parameter)
    self.settings = settings
    let zeros = try self.parameters.map { try Tensor.zeros(like: $0.value.detached()) }
    state = State(step: 0, firstMoments: zeros, secondMoments: zeros)
  }

  /// Continues from a saved state. Throws for moments of other shapes than the parameters'.
  public func restore(_ saved: State) throws {
    let shapes = parameters.map(\.value.shape)
    for moments in [saved.firstMoments, saved.secondMoments] where moments.map(\.shape) != shapes {
      throw TorchError.argument(operation: "restore Adam", message: "the moments do not have the parameters' shapes")
    }
    state = saved
  }

  /// One update. `gradients` are in the order of the parameters. Throws for another number of them.
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
