import Foundation
import Testing

@testable import Records
@testable import Support

/// What a stage saves on its way.
@Suite struct ResumeLogTests {
  private let output = FileManager.default.temporaryDirectory.appending(path: "partial-\(UUID().uuidString).h5").path
  private var path: String { ResumeLog.path(of: output) }

  private func entry(_ numbers: [Double]) -> ResumeEncoder {
    var entry = ResumeEncoder()
    entry.add(numbers)
    return entry
  }

  private func open(resumes: Bool = true, identity: String = "a") throws -> (ResumeLog, [[UInt64]]) {
    let log = try ResumeLog(of: output, resumes: resumes, identity: identity)
    var found: [[UInt64]] = []
    try log.restore { entry in
      var entry = entry
      found.append(try entry.array(of: Double.self).map(\.bitPattern))
    }
    return (log, found)
  }

  @Test func `Entries come back in their order, every bit, and go on behind the last`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let values: [[Double]] = [[1, .nan, -0.0], [], [.infinity, .leastNonzeroMagnitude, 0.1]]
    let (first, nothing) = try open()
    #expect(nothing.isEmpty)
    for numbers in values.prefix(2) { try first.append(entry(numbers)) }
    let (second, two) = try open()
    #expect(two == values.prefix(2).map { $0.map(\.bitPattern) })
    try second.append(entry(values[2]))
    let (third, all) = try open()
    #expect(all == values.map { $0.map(\.bitPattern) })
    third.delete()
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `A file that was cut off anywhere gives the whole entries before the cut and can go on`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (log, _) = try open()
    try log.append(entry([1, 2]))
    try log.append(entry([3]))
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    // Length, hash, the count of the numbers, and the number.
    let ends = [whole.count - (8 + 64 + 8 + 8), whole.count]
    for length in 0...whole.count {
      try whole.prefix(length).write(to: URL(fileURLWithPath: path))
      let (log, found) = try open()
      #expect(found.count == ends.count { $0 <= length }, "cut at \(length)")
      try log.append(entry([4]))
      #expect(try open().1.last == [Double(4).bitPattern], "cut at \(length)")
    }
  }

  @Test func `A damaged entry ends what counts`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (log, _) = try open()
    for number in 0..<3 { try log.append(entry([Double(number)])) }
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    data[data.count - 89] ^= 1  // The last byte of the second entry.
    try data.write(to: URL(fileURLWithPath: path))
    #expect(try open().1 == [[Double(0).bitPattern]])
  }

  @Test func `Entries of something else are refused, and dropped where nothing is to be resumed`() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    try open().0.append(entry([1]))
    #expect { try open(identity: "b") } throws: { error in
      (error as? Failure)?.status == .badData && (error as? Failure)?.remedy?.contains("without --resume") == true
    }
    #expect(try open(resumes: false, identity: "b").1.isEmpty)
    #expect(try open(identity: "b").1.isEmpty)
  }

  @Test func `Curves come back as they were, with outputs`() throws {
    var curves = SweepSamples()
    curves.error = [[1, 2], [3, 4]]
    curves.residual = [[], []]
    curves.relativeResidual = [[0.5], [0.25]]
    curves.limitPeriods = [.none, LimitPeriod(rawValue: 2)]
    curves.contractionFactors = [0.5, 0.25]
    (curves.starts.error, curves.starts.relativeResidual, curves.starts.spread) = ([[[1]], [[2]]], [[[3]], [[4]]], [5])
    (curves.solvers.error, curves.solvers.relativeResidual) = ([[[6]]], [[[7]]])
    curves.solvers.evaluations = [[[8]]]
    curves.lipschitzRatio = [[[4, 5], [6, 7]]]
    curves.perturbedError = [[[7, 8], [9, 10]]]
    curves.localLipschitz = [[0.5, 1.5]]
    curves.localLipschitzConverged = [[1, 0]]
    curves.statuses = [.converged, .nonFinite]
    for values in [FieldValues.single([0.1, 0.2, 0.3, 0.4]), .real([0.1, -0.0, .infinity, 1])] {
      curves.outputs = .init(shape: [2, 2], values: values)
      #expect(try SweepSamples(ResumeDecoder(curves.entry.data, of: path)) == curves)
    }
    curves.outputs = nil
    #expect(try SweepSamples(ResumeDecoder(curves.entry.data, of: path)) == curves)
    curves.error[1][1] = .nan
    let again = try SweepSamples(ResumeDecoder(curves.entry.data, of: path))
    #expect(again.error[1][1].bitPattern == curves.error[1][1].bitPattern && again.entry.data == curves.entry.data)
    #expect(throws: Failure.self) { try SweepSamples(ResumeDecoder(curves.entry.data.dropLast(1), of: path)) }
  }
}
