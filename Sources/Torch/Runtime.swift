import CTorch

/// The state of LibTorch in this process.
public enum Runtime {
  /// Version of LibTorch, for example "2.13.0".
  public static var version: String { String(cString: ct_version()) }

  /// Threads inside one operator.
  public static var threads: Int { Int(ct_threads()) }

  /// Sets the number of threads inside one operator, 1 to 4096.
  public static func setThreads(_ count: Int) throws {
    try checked("set threads") { ct_set_threads(Int64(count), &$0) }
  }

  /// Makes the number of threads inside one operator, which every thread keeps for itself, that of the process. A new thread of ours
  /// must begin with it: LibTorch does it at the thread's first loop, so matrix products before that would be split, and rounded,
  /// otherwise.
  public static func adoptThreads() {
    // at::get_num_threads does it when asked.
    _ = ct_threads()
  }

  /// Seeds LibTorch's own generators. Our random numbers do not come from them; some operators' do.
  public static func seed(_ seed: UInt64) throws { try checked("seed") { ct_seed(seed, &$0) } }

  /// Allows only deterministic kernels.
  public static func setDeterministic(_ enabled: Bool) throws {
    try checked("set deterministic") { ct_set_deterministic(enabled, &$0) }
  }

  /// Waits until the work queued on a device is done; time measurements on a GPU need it.
  public static func synchronize(_ device: Device) throws {
    try checked("synchronize") { ct_synchronize(device.code, &$0) }
  }

  /// Floating-point operations that `body` does in matrix products, convolutions, sparse products and FFTs on this thread; a
  /// multiply-add counts as two. Element-wise work is not counted, nor are gradients.
  public static func countingFlops<Result>(_ body: () throws -> Result) throws -> (result: Result, flops: Double) {
    var counter: OpaquePointer?
    try checked("count operations") { ct_flops_start(&counter, &$0) }
    var flops = 0.0
    let result: Result
    do {
      defer { flops = ct_flops_stop(counter) }
      result = try body()
    }
    return (result, flops)
  }

  /// The most bytes that tensors, gradients and temporaries take at one time while `body` runs, of those that this thread
  /// allocates meanwhile, on any device. Scratch space inside of kernels is not counted where it does not come from LibTorch.
  public static func measuringPeakMemory<Result>(_ body: () throws -> Result) throws -> (result: Result, bytes: Int) {
    var meter: OpaquePointer?
    try checked("measure memory") { ct_memory_start(&meter, &$0) }
    var bytes: Int64 = 0
    let result: Result
    do {
      defer { bytes = ct_memory_stop(meter) }
      result = try body()
    }
    return (result, Int(bytes))
  }
}
