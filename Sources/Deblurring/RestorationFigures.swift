import Experiment
import Foundation
import Torch

/// Pictures: sharp, blurred, restored by the explicit networks and by the iterates of the implicit ones.
enum RestorationFigures {
  private static let samples = 3
  private static let iterates = [1, 2, 5, 20]

  /// One figure for each implicit model, one row for each of the first samples.
  static func figures(_ sweeps: [SweptModel<DeblurringStudy>]) throws -> [Figure] {
    guard let first = sweeps.first else { return [] }
    let rows = Array(first.rows.prefix(samples))
    let batch = try DeblurringStudy.batch(first.dataset, first.split, rows: rows, placement: Placement())
    return try Autograd.withoutTracking {
      let explicit = try sweeps.compactMap { sweep in
        if case .explicit(let network) = sweep.model { (sweep.name, try predicted(network, batch)) } else { nil }
      }
      return try sweeps.compactMap { sweep in
        guard case .implicit(let network) = sweep.model, let last = sweep.iterations.last else { return nil }
        let shown = iterates.filter { $0 < last } + [last]
        let restored = try zip(shown, states(network, batch, at: shown)).map { ("t = \($0)", $1) }
        let columns = [("sharp", batch.images), ("blurred", batch.measurements)] + explicit + restored
        return Figure(
          name: "pictures-\(Figure.fileName(sweep.name))", title: "Images restored by \(sweep.name), PSNR in dB",
          caption: "The first samples of the split \(first.split.rawValue): sharp, blurred, restored by the explicit networks, "
            + "and by \(sweep.name) after t iterations.",
          panels: try rows.indices.map { row in try columns.map { try panel($0.0, $0.1, batch, row) } })
      }
    }
  }

  private static func predicted<Network: ExplicitModel>(_ network: Network, _ batch: Network.Batch) throws -> Tensor {
    try network.predict(batch)
  }

  /// The iterates of these numbers, ascending.
  private static func states<Network: ImplicitModel>(
    _ network: Network, _ batch: Network.Batch, at numbers: [Int]
  ) throws -> [Tensor] {
    let context = try network.inject(batch)
    var state = try network.initialState(context)
    var found: [Tensor] = []
    for number in 1...(numbers.last ?? 1) {
      state = try network.step(state, context)
      if numbers.contains(number) { found.append(try network.readout(state, context)) }
    }
    return found
  }

  private static func panel(_ name: String, _ images: Tensor, _ batch: DegradedImages, _ row: Int) throws -> Figure.Panel {
    let image = try images.narrow(0, from: row, count: 1)
    let psnr = try ImageQuality.psnr(image, batch.images.narrow(0, from: row, count: 1)).scalar()
    let (channels, height, width) = (image.shape[1], image.shape[2], image.shape[3])
    let values = try image.doubles()
    func channel(_ number: Int) -> [[Double]] {
      (0..<height).map { y in (0..<width).map { x in values[(min(number, channels - 1) * height + y) * width + x] } }
    }
    let title = name == "sharp" ? name : "\(name): \(String(format: "%.1f", psnr))"
    return Figure.Panel(title, colours: (0..<3).map(channel))
  }
}
