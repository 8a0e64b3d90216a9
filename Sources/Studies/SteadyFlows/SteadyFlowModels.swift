import StudyKit

/// The models of the case study, from their sections of a pipeline file.
enum SteadyFlowModels {
  private static let implicit = "fno-deq"

  /// The implicit Fourier network, FNO and FNO++.
  static let architectures = [
    architecture(implicit) { size, channels, points, seed in
      let network = try ImplicitFourierNetwork(size, channels: channels, points: points)
      try network.frame.initialize(seed: seed)
      return .implicit(network)
    },
    explicit("fno", .plain), explicit("fno-pp", .injected),
  ]

  private static func explicit(_ name: String, _ kind: ExplicitFourierNetwork.Kind) -> Architecture<SteadyFlowBatch> {
    architecture(name) { size, channels, points, seed in
      let network = try ExplicitFourierNetwork(kind, size, channels: channels, points: points)
      try network.frame.initialize(seed: seed)
      return .explicit(network)
    }
  }

  private static func architecture(
    _ name: String,
    build:
      @escaping @Sendable (FourierNetworkSize, _ channels: Int, _ points: (x: Int, y: Int), _ seed: UInt64) throws
      -> Model<SteadyFlowBatch>
  ) -> Architecture<SteadyFlowBatch> {
    Architecture(name, iterates: name == implicit, settings: settings(shapes:)) { section in
      var size = try FourierNetworkSize(reading: section)
      if name == implicit {
        size.varianceFloor = try section.number(
          "variance_floor", default: size.varianceFloor, in: .above(0, through: 1e6),
          "added to the variance where fields are normalised; bounds the gain of the iteration, by 1 / sqrt of it")
      }
      return ModelDescription { [size] layout, seed in
        try build(size, layout.length("channel"), (layout.length("x"), layout.length("y")), seed)
      }
    }
  }

  @Sendable private static func settings(shapes: [String: [Int]]) -> String? {
    guard let weights = shapes["conv.weights1"], weights.count == 5 else { return nil }
    let depth = Set(shapes.keys.compactMap { $0.split(separator: ".").dropFirst(2).first.flatMap { Int($0) } }).count
    return "{width: \(weights[0]), modes: \(weights[2]), depth: \(max(depth, 1))}"
  }
}
