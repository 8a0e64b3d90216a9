import Torch

/// One block of a plug-and-play iteration: a step towards the data, and a learned denoiser. The step s and the noise level sigma that
/// the denoiser is told are learned too. Names are those of deepinv's unfolded models.
struct PlugAndPlayBlock: Module {
  let denoiser: DRUNet
  /// sigma, `[]`.
  let noiseLevel: Parameter
  /// How the data are used, and s, `[]`; nil for a block that only denoises.
  let data: (splitting: Splitting, step: Parameter)?
  private let number: Int

  init(number: Int, _ settings: DRUNet.Settings, noiseLevel: Double, data: (splitting: Splitting, step: Double)?) throws {
    self.number = number
    denoiser = try DRUNet(settings)
    self.noiseLevel = try Parameter(Tensor(scalar: noiseLevel, type: .float32))
    self.data = try data.map { ($0.splitting, try Parameter(Tensor(scalar: $0.step, type: .float32))) }
  }

  var parameters: NamedParameters {
    var named = NamedParameters()
    named.add("init_params_algo.g_param.\(number)", noiseLevel)
    named.add("init_params_algo.stepsize.\(number)", data?.step)
    named.add("prior.\(number).denoiser", denoiser)
    return named
  }

  /// The step towards the data; nil for a block without one.
  func dataStep(_ batch: DeblurringBatch) throws -> AffineStep? {
    try data.map { splitting, step in
      switch splitting {
      case .proximalGradient: try .gradient(batch.blur, measurement: batch.measurements, step: step.value)
      case .halfQuadratic: try .halfQuadratic(batch.blur, measurement: batch.measurements, step: step.value)
      }
    }
  }

  func callAsFunction(_ state: Tensor, _ step: AffineStep?) throws -> Tensor {
    try denoiser(step.map { try $0(state) } ?? state, noiseLevel: noiseLevel.value)
  }
}
