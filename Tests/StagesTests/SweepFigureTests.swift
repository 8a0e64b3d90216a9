import StudyKit
import Testing
import Torch

/// Figures of iterates are made again from model and dataset; they must show what the sweep measured.
@Suite struct SweepFigureTests {
  @Test(arguments: ["{damping: 0.5}", "{name: anderson, window: 3}", "{name: broyden}", "{}"])
  func `A figure shows the iterates whose errors the sweep has, whatever its solver`(solver: String) throws {
    let bench = try SweepBench(gains: [0.5, -0.9, 0.2])
    let sweep = try bench.sweep("iteration", "sweep.solver=\(solver)")
    let stored = try #require(try sweep.outputs())
    let input = try FigureInput<GainStudy>(sweep)
    let batch = try GainStudy.batch(input.dataset, .test, rows: input.rows, options: TensorOptions(type: .float64))
    let outputs = try input.outputs(batch, at: sweep.iterations)
    for (k, output) in outputs.enumerated() {
      #expect(try output.doubles() == (0..<3).map { stored[$0 * sweep.iterations.count + k] }, "t = \(k)")
    }
    defer { withExtendedLifetime(bench) {} }
    // Plain steps are other iterates, so the solver mattered.
    let plain = try bench.sweep().outputs()
    #expect((plain == stored) == (solver == "{}"))
  }

  @Test func `A figure shows nothing of a sample whose iteration has failed`() throws {
    let bench = try SweepBench(gains: [0.5, 1e60])
    defer { withExtendedLifetime(bench) {} }
    let sweep = try bench.sweep()
    let stored = try #require(try sweep.outputs())
    let input = try FigureInput<GainStudy>(sweep)
    let batch = try GainStudy.batch(input.dataset, .test, rows: input.rows, options: TensorOptions(type: .float64))
    let last = try input.outputs(batch, at: [8])[0].doubles()
    #expect(last[0] == stored[8] && last[1].isNaN && stored[17].isNaN)
  }
}
