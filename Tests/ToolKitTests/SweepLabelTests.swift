import Testing

@testable import ToolKit

@Suite struct SweepLabelTests {
  @Test func `A label is that of the sweeps before it, up to the label before that`() {
    let sweeps = ["a.h5", "b.h5", "c.h5"]
    let all = SweepLabels.read(
      ["tool", "a.h5", "--label", "64 iterations", "--out", "x", "b.h5", "c.h5", "--label=128 iterations"], sweeps: sweeps)
    #expect(all == ["a.h5": "64 iterations", "b.h5": "128 iterations", "c.h5": "128 iterations"])
    #expect(SweepLabels.read(["tool", "a.h5", "--label", "x", "b.h5"], sweeps: sweeps) == ["a.h5": "x"])
    // A label may be called like a sweep.
    #expect(SweepLabels.read(["tool", "a.h5", "--label", "b.h5"], sweeps: sweeps) == ["a.h5": "b.h5"])
  }
}
