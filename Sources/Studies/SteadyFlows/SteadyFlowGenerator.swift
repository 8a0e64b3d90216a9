import Logging
import Records
import StudyKit
import Support
import Torch

/// Draws steady flows with their certificates.
struct SteadyFlowGenerator: SampleGenerator {
  /// How samples are made, before there is anything to make them with.
  struct Recipe: Sendable {
    /// Channels of the input.
    var channels: Int
    /// Points of a stored field along each axis.
    var storedSize: Int
    /// Whether it can be made on another device than the CPU.
    var usesDevices = true
    var make: @Sendable (Device) throws -> any FlowMethod
  }

  let recipe: Recipe
  var method: Deferred<any FlowMethod>
  /// What the networks divide input and solution by.
  let scales: (input: Double, solution: Double)
  let noise: GradedNoise
  let plans: [SplitPlan]
  let seed: UInt64
  /// More share the cost of calling an operator, fewer stay in cache: measured at 16, 32 and 64.
  let drawsPerBlock = 32

  var usesDevices: Bool { recipe.usesDevices }

  func moved(to device: Device) throws -> any SampleGenerator {
    var moved = self
    moved.method = Deferred { [recipe] in try recipe.make(device) }
    _ = try moved.method.value
    return moved
  }

  var layout: DatasetLayout {
    var layout = SteadyFlowStudy.layout
    layout.fields += SteadyFlowStudy.certificates
    layout.dimensions = [
      "channel": recipe.channels, "x": recipe.storedSize, "y": recipe.storedSize,
      "ring": FlowCertificate.spectrumLength, "newton_step": FlowCertificate.historyLength,
    ]
    return layout
  }

  /// Rounding may depend on the mates in a batch, so whole blocks are computed, whatever part of them is asked for.
  func samples(of split: Split, draws: Range<Int>) throws -> SampleBlock {
    let first = draws.lowerBound / drawsPerBlock * drawsPerBlock
    let end = plans.first { $0.split == split }?.draws ?? draws.upperBound
    let block = Array(first..<max(draws.upperBound, min(first + drawsPerBlock, end)))
    let all = try method.value.samples(draws: block, seed: seed, stream: "steady-flows/\(split.rawValue)")
    let rows = block.indices.filter { draws.contains(block[$0]) && all.certificates[$0].rejection == nil }
    let log = Logger(label: "generate")
    for (draw, certificate) in zip(block, all.certificates) where draws.contains(draw) {
      if let reason = certificate.rejection { log.notice("draw \(draw) of \(split.rawValue) is left out: \(reason)") }
    }
    return try self.block(all, rows: rows, draws: rows.map { block[$0] }, split)
  }

  private func block(_ all: FlowSamples, rows: [Int], draws: [Int], _ split: Split) throws -> SampleBlock {
    guard !rows.isEmpty else { return SampleBlock(draws: [], fields: emptyFields) }
    let index = try Tensor(integers: rows.map(Int64.init), device: all.input.device)
    let certificates = rows.map { all.certificates[$0] }
    func real(_ value: (FlowCertificate) -> Double) -> FieldValues { .real(certificates.map(value)) }
    func integer(_ value: (FlowCertificate) -> Int) -> FieldValues { .integer(certificates.map { Int64(value($0)) }) }
    let histories = certificates.flatMap { certificate in
      let steps = certificate.history.residuals.prefix(FlowCertificate.historyLength)
      return steps + Array(repeating: .nan, count: FlowCertificate.historyLength - steps.count)
    }
    return SampleBlock(
      draws: draws,
      fields: [
        "input": .real(try noisy(all.input.indexSelect(index), .input, draws, split)),
        "solution": .real(try noisy(all.solution.indexSelect(index), .solution, draws, split)),
        "viscosity": real(\.viscosity), "input_scale": real { _ in scales.input },
        "solution_scale": real { _ in scales.solution }, "residual": real(\.residual), "divergence": real(\.divergence),
        "spectral_tail": real(\.spectralTail), "forcing_spectrum": .real(certificates.flatMap(\.forcingSpectrum)),
        "newton_residual": .real(histories), "newton_steps": integer(\.history.residuals.count),
        "jacobian_products": integer(\.history.products), "seed": integer { _ in Int(bitPattern: UInt(seed)) },
      ])
  }

  private var emptyFields: [String: FieldValues] {
    Dictionary(
      uniqueKeysWithValues: layout.fields.map { ($0.name, $0.type == .int64 ? .integer([]) : .real([])) })
  }

  /// The values of a field, with the noise of its draws.
  private func noisy(
    _ field: Tensor, _ name: GradedNoise.Field, _ draws: [Int], _ split: Split
  ) throws -> [Double] {
    var values = try field.doubles()
    guard split == .train, noise.level > 0, noise.field == name,
      let count = plans.first(where: { $0.split == split })?.draws
    else { return values }
    let size = values.count / draws.count
    let scale = name == .input ? scales.input : scales.solution
    for (position, draw) in draws.enumerated() {
      let deviation = noise.variance(draw: draw, of: count).squareRoot() * scale
      guard deviation > 0 else { continue }
      var random = KeyedRandom(seed: seed, stream: "steady-flows/noise", index: UInt64(draw))
      for index in (position * size)..<((position + 1) * size) { values[index] += deviation * random.normal() }
    }
    return values
  }
}
