import ArgumentParser

/// Where tensors are computed.
public struct DeviceOptions: ParsableArguments {
  /// As LibTorch calls it.
  @Option(name: .long, help: "Where to compute: cpu, cuda, cuda:N.")
  public var device: String = "cpu"

  public init() {}
}
