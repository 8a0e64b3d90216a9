import Foundation
import Plot
import StudyKit
import Torch

/// Pictures: sharp, blurred, restored by the explicit networks and by the iterates of the implicit ones.
enum DeblurringFigures {
  private static let samples = 3
  private static let iterates = [1, 2, 5, 20]

  /// One figure for each implicit model, one row for each of the first samples.
  static func figures(_ sweeps: [FigureInput<DeblurringStudy>]) throws -> [Figure] {
    guard let first = sweeps.first else { return [] }
    let rows = Array(first.rows.prefix(samples))
    let batch = try DeblurringStudy.batch(first.dataset, first.sweep.split, rows: rows, options: TensorOptions())
    let explicit = try sweeps.filter { !$0.model.isImplicit }.map {
      (name: $0.sweep.model, images: try $0.outputs(batch, at: [1])[0])
    }
    return try sweeps.compactMap { input in
      guard input.model.isImplicit, let last = input.sweep.iterations.last else { return nil }
      let (name, shown) = (input.sweep.model, iterates.filter { $0 < last } + [last])
      let restored = try zip(shown, input.outputs(batch, at: shown)).map { (name: "t = \($0)", images: $1) }
      let columns = [("sharp", batch.images), ("blurred", batch.measurements)] + explicit + restored
      return Figure(
        name: "pictures-\(Figure.fileName(name))", title: "Images restored by \(name), PSNR in dB",
        caption:
          "The first samples of the split \(first.sweep.split.rawValue): sharp, blurred, restored by the explicit networks, "
          + "and by \(name) after t iterations.",
        panels: try rows.indices.map { row in try columns.map { try panel($0.0, $0.1, batch, row) } })
    }
  }

  private static func panel(_ name: String, _ images: Tensor, _ batch: DeblurringBatch, _ row: Int) throws -> Figure.Panel {
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
