import CTorch

/// The state of LibTorch in this process.
///
///     let (y, flops) = try Runtime.countingFlops { try a.matmul(b) }  // 2 m n k for [m, k] x [k, n]
public enum Runtime {
  /// Version of LibTorch, for example "2.13.0"; "none" where it cannot be loaded.
  public static var version: String { LibTorch.apiIfLoaded?.pointee.version().map { String(cString: $0) } ?? "none" }

  /// Threads inside one operator.
  public static var threads: Int {
    get throws {
      var count: Int64 = 0
      try checked("threads") { $0.pointee.threads(&count, &$1) }
      return Int(count)
    }
  }

  /// Sets the number of threads inside one operator, 1 to 4096.
  ///
  /// - Throws: `TorchError` for another number.
  public static func setThreads(_ count: Int) throws {
    try checked("set threads") { $0.pointee.set_threads(Int64(count), &$1) }
  }

  /// Waits until the work queued on a device is done; time measurements on a GPU need it.
  public static func synchronize(_ device: Device) throws {
    try checked("synchronize") { $0.pointee.synchronize(device.code, &$1) }
  }

  /// Floating-point operations that `body` does on this thread in matrix products, convolutions, attention, sparse products, our own
  /// kernels, and FFTs (5 N log2 N, half of it where one side is real). A real multiply-add counts as two, a complex one as eight.
  /// Element-wise work is not counted, nor are factorisations and gradients.
  ///
  /// - Throws: what `body` throws; `TorchError` where a count is under way on this thread.
  public static func countingFlops<Result>(_ body: () throws -> Result) throws -> (result: Result, flops: Double) {
    var counter: OpaquePointer?
    try checked("count operations") { $0.pointee.flops_start(&counter, &$1) }
    let result = Swift.Result { try body() }
    var flops = 0.0
    try checked("count operations") { $0.pointee.flops_stop(counter, &flops, &$1) }
    return (try result.get(), flops)
  }

  /// The most bytes that tensors, gradients and temporaries take at one time while `body` runs, of those that this thread
  /// allocates meanwhile, on any device. Scratch space inside of kernels is not counted where it does not come from LibTorch.
  public static func measuringPeakMemory<Result>(_ body: () throws -> Result) throws -> (result: Result, bytes: Int) {
    var meter: OpaquePointer?
    try checked("measure memory") { $0.pointee.memory_start(&meter, &$1) }
    let result = Swift.Result { try body() }
    var bytes: Int64 = 0
    try checked("measure memory") { $0.pointee.memory_stop(meter, &bytes, &$1) }
    return (try result.get(), Int(bytes))
  }
}
