import Records
import Support
import Torch

/// Draws samples by number: draw i of a split depends on the seed, the split and i only.
public protocol SampleGenerator: Sendable {
  /// All lengths of dimensions filled in.
  var layout: DatasetLayout { get throws }
  var plans: [SplitPlan] { get }
  /// How many draws one call of `samples` is given; results may not depend on it.
  var drawsPerBlock: Int { get }
  /// The accepted samples among the given draws; the others were rejected.
  func samples(of split: Split, draws: Range<Int>) throws -> SampleBlock
  /// Whether samples can be computed on another device than the CPU.
  var usesDevices: Bool { get }
  /// The same generator, computing there.
  func moved(to device: Device) throws -> any SampleGenerator
}

extension SampleGenerator {
  /// For generators that know the CPU only.
  public var usesDevices: Bool { false }

  /// For generators that know the CPU only.
  public func moved(to device: Device) throws -> any SampleGenerator {
    try device.requireCPU()
    return self
  }
}

extension Device {
  /// - Throws: `Failure` (usage) on any other device.
  public func requireCPU() throws {
    guard self == .cpu else {
      throw Failure(.usage, "these samples are computed on the CPU only, found \(self)", at: "--device", remedy: "leave it out")
    }
  }
}
