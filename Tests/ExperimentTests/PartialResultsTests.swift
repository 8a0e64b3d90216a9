import Equilibrium
import Foundation
import Testing
import Torch

@testable import Experiment

/// What a stage saves on its way.
@Suite struct PartialResultsTests {
  private let output = FileManager.default.temporaryDirectory.appending(path: "partial-\(UUID().uuidString).h5").path
  private var path: String { PartialResults.path(of: output) }

  private func chunk(_ numbers: [Double]) -> ChunkEncoder {
    var chunk = ChunkEncoder()
    chunk.add(numbers)
    return chunk
  }

  private func open(resumes: Bool = true, identity: String = "a") throws -> (PartialResults, [[UInt64]]) {
    let partial = try PartialResults(of: output, resumes: resumes, identity: identity)
    var found: [[UInt64]] = []
    try partial.restore { chunk in
      var chunk = chunk
      found.append(try chunk.array(of: Double.self).map(\.bitPattern))
    }
    return (partial, found)
  }

  @Test func `chunks come back in their order, every bit, and go on behind the last`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let values: [[Double]] = [[1, .nan, -0.0], [], [.infinity, .leastNonzeroMagnitude, 0.1]]
    let (first, nothing) = try open()
    #expect(nothing.isEmpty)
    for numbers in values.prefix(2) { try first.append(chunk(numbers)) }
    let (second, two) = try open()
    #expect(two == values.prefix(2).map { $0.map(\.bitPattern) })
    try second.append(chunk(values[2]))
    let (third, all) = try open()
    #expect(all == values.map { $0.map(\.bitPattern) })
    third.delete()
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `a file that was cut off anywhere gives the whole chunks before the cut and can go on`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (partial, _) = try open()
    try partial.append(chunk([1, 2]))
    try partial.append(chunk([3]))
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    // Length, hash, the count of the numbers, and the number.
    let ends = [whole.count - (8 + 64 + 8 + 8), whole.count]
    for length in 0...whole.count {
      try whole.prefix(length).write(to: URL(fileURLWithPath: path))
      let (partial, found) = try open()
      #expect(found.count == ends.count { $0 <= length }, "cut at \(length)")
      try partial.append(chunk([4]))
      #expect(try open().1.last == [Double(4).bitPattern], "cut at \(length)")
    }
  }

  @Test func `a damaged chunk ends what counts`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (partial, _) = try open()
    for number in 0..<3 { try partial.append(chunk([Double(number)])) }
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    data[data.count - 89] ^= 1  // The last byte of the second chunk.
    try data.write(to: URL(fileURLWithPath: path))
    #expect(try open().1 == [[Double(0).bitPattern]])
  }

  @Test func `chunks of something else are refused, and dropped where nothing is to be resumed`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    try open().0.append(chunk([1]))
    #expect { try open(identity: "b") } throws: { error in
      (error as? Failure)?.status == .badData && (error as? Failure)?.remedy?.contains("without --resume") == true
    }
    #expect(try open(resumes: false, identity: "b").1.isEmpty)
    #expect(try open(identity: "b").1.isEmpty)
  }

  @Test func `blocks of samples come back as they were`() throws {
    let block = GeneratedBlock(
      split: .test, draws: 32,
      samples: SampleBlock(
        draws: [3, 5], fields: ["c": .real([1, .nan]), "m": .single([1.5, -0.0]), "n": .integer([.min, .max])]))
    let again = try GeneratedBlock(ChunkDecoder(block.chunk.data, of: path))
    #expect(again.split == .test && again.draws == 32 && again.samples.draws == [3, 5])
    #expect(again.chunk.data == block.chunk.data && again.samples.fields["m"] == .single([1.5, -0.0]))
  }

  @Test func `curves come back as they were, with outputs`() throws {
    var curves = SweepCurvesOfSamples()
    curves.error = [[1, 2], [3, .nan]]
    curves.residual = [[], []]
    curves.lipschitzRatio = [[[4, 5], [6, .nan]]]
    curves.perturbedError = [[[7, 8], [9, 10]]]
    curves.statuses = [.converged, .nonFinite]
    curves.outputs = [try Tensor([1, 2, 3, 4], shape: [2, 2]), try Tensor(floats: [0.1, 0.2], shape: [2, 1])]
    let again = try SweepCurvesOfSamples(ChunkDecoder(curves.chunk.data, of: path))
    #expect(try again.chunk.data == curves.chunk.data)
    #expect(again.lipschitzRatio[0][1][0] == 6 && again.statuses == curves.statuses)
    #expect(again.outputs[1].type == .float32 && again.outputs[1].shape == [2, 1])
    #expect(try again.outputs[1].floats() == [0.1, 0.2])
    #expect(throws: Failure.self) { try SweepCurvesOfSamples(ChunkDecoder(curves.chunk.data.dropLast(1), of: path)) }
  }
}
