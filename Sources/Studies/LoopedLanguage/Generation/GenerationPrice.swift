import Foundation
import Support
import Torch

/// What this machine does: operations of large matrix products, and bytes of weights read by products with few rows.
struct MachineRates: Equatable {
  var flopsPerSecond: Double
  var bytesPerSecond: Double

  init(flopsPerSecond: Double, bytesPerSecond: Double) {
    self.flopsPerSecond = flopsPerSecond
    self.bytesPerSecond = bytesPerSecond
  }

  /// Measures both in a second or so.
  init(type: DType, device: Device) throws {
    let width = device == .cpu ? 2048 : 8192
    let weight = try Tensor.full([2 * width, width], 0.01, type: type, device: device)
    func seconds(rows: Int) throws -> Double {
      let x = try Tensor.full([rows, width], 0.01, type: type, device: device)
      return try (0..<3).map { _ in
        let start = ContinuousClock.now
        _ = try x.linear(weight, nil)
        try Runtime.synchronize(device)
        return (ContinuousClock.now - start) / .seconds(1)
      }.min() ?? .nan
    }
    flopsPerSecond = 2 * 128 * Double(weight.count) / (try seconds(rows: 128))
    bytesPerSecond = Double(weight.count * type.size) / (try seconds(rows: 1))
  }
}

/// Memory and time of a generation sweep, from the sizes of the model alone.
struct GenerationPrice {
  let sizes: TransformerSizes
  let type: DType
  let sequences: Int
  let recurrences: [Int]
  /// Tokens of each text; all are counted as if none ended early.
  let length: Int
  let batch: Int
  let machine: MachineRates

  var weightBytes: Int { sizes.parameterCount * type.size }

  /// Keys and values of one batch: two vectors for each position and slot.
  func cacheBytes(recurrences: Int) -> Int {
    (sizes.prelude + sizes.coda + recurrences * sizes.core) * 2 * sizes.width * type.size * length * batch
  }

  /// Weights that one token passes through: the loop's count once for each recurrence, the embedding as the head.
  func weightsPassed(recurrences: Int) -> Double {
    let adapter = 2 * sizes.width * sizes.width
    return Double((sizes.prelude + sizes.coda) * sizes.blockParameters)
      + Double(recurrences) * Double(sizes.core * sizes.blockParameters + adapter) + Double(sizes.vocabulary * sizes.width)
  }

  /// Each token costs two operations for each weight it passes, and reads the weights once for its batch; the slower counts.
  func seconds(recurrences: Int) -> Double {
    let passed = weightsPassed(recurrences: recurrences)
    let perToken = max(
      2 * passed * Double(batch) / machine.flopsPerSecond, passed * Double(type.size) / machine.bytesPerSecond)
    return perToken * Double(length) * (Double(sequences) / Double(batch)).rounded(.up)
  }

  var text: String {
    func gigabytes(_ bytes: Int) -> String { String(format: "%.2f GiB", Double(bytes) / 1_073_741_824) }
    var lines = [
      "parameters        \(sizes.parameterCount)",
      "weights           \(gigabytes(weightBytes)) in \(type.rawValue)",
      "texts             \(sequences) of up to \(length) tokens, \(batch) side by side",
      String(
        format: "this machine      %.1f GFLOP/s, %.1f GB/s", machine.flopsPerSecond / 1e9, machine.bytesPerSecond / 1e9),
    ]
    let table = recurrences.map { count in
      [
        "\(count)", gigabytes(cacheBytes(recurrences: count)), gigabytes(weightBytes + cacheBytes(recurrences: count)),
        durationText(seconds(recurrences: count)),
      ]
    }
    lines +=
      TextTable(
        [["recurrences", "key-value cache", "memory in all", "time"]] + table, rightAligned: [0, 1, 2, 3]
      ).lines
    lines.append(
      "all together      \(durationText(recurrences.reduce(0) { $0 + seconds(recurrences: $1) })), if no text ends early")
    return lines.joined(separator: "\n")
  }
}
