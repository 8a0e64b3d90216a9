import Foundation

/// Computes `count` values on worker threads and hands them in order to `consume`, on the calling thread.
///
/// The order, the values and the error do not depend on the number of threads: work is started in ascending order;
/// after an error nothing new is started, what is under way ends, and the error of the smallest index is thrown;
/// everything before it has been consumed. At most `window` values wait for `consume`, so memory stays bounded.
///
/// - Parameters:
///   - threads: worker threads, at least 1.
///   - window: how far workers may run ahead of `consume`; 4 per thread by default.
///   - shouldStop: asked before each new value. Once true, what is under way ends and is consumed, and the function
///     returns.
/// - Returns: how many values were consumed: `count`, or fewer after `shouldStop`.
@discardableResult
public func concurrentStream<Value: Sendable>(
  count: Int, threads: Int, window: Int? = nil,
  shouldStop: @escaping @Sendable () -> Bool = { Interruption.isRequested },
  produce: @escaping @Sendable (Int) throws -> Value, consume: (Int, Value) throws -> Void
) throws -> Int {
  guard count > 0 else { return 0 }
  let workers = min(max(1, threads), count)
  let queue = WorkQueue<Value>(count: count, window: max(workers, window ?? 4 * workers))
  for number in 0..<workers {
    let thread = Thread {
      while let index = queue.take(shouldStop) {
        queue.deliver(index, Result { try produce(index) })
      }
      queue.workerEnded()
    }
    thread.name = "worker \(number)"
    // The default of secondary threads, half a megabyte, is too small for recursive C libraries.
    thread.stackSize = 8 << 20
    thread.start()
  }
  queue.expect(workers: workers)
  defer { queue.stopAndWait() }
  for index in 0..<count {
    guard let result = queue.next(index) else { return index }
    try consume(index, try result.get())
  }
  return count
}

/// The values of `body` for each input, in the order of the inputs, computed on worker threads.
///
/// - Throws: the error of the first input, in their order, that has one; `.interrupted` if `shouldStop` became true
///   before the end.
public func concurrentMap<Input: Sendable, Output: Sendable>(
  _ inputs: [Input], threads: Int, shouldStop: @escaping @Sendable () -> Bool = { Interruption.isRequested },
  _ body: @escaping @Sendable (Input) throws -> Output
) throws -> [Output] {
  var outputs: [Output] = []
  outputs.reserveCapacity(inputs.count)
  let done = try concurrentStream(
    count: inputs.count, threads: threads, shouldStop: shouldStop, produce: { try body(inputs[$0]) },
    consume: { outputs.append($1) })
  guard done == inputs.count else {
    throw Interruption.failure("\(done) of \(inputs.count) parts were done", remedy: "run the same command again")
  }
  return outputs
}

/// What the workers and the consumer of one `concurrentStream` share.
private final class WorkQueue<Value: Sendable>: @unchecked Sendable {
  // Everything below is guarded by the condition's lock.
  private let condition = NSCondition()
  private let count: Int
  private let window: Int
  private var started = 0
  private var consumed = 0
  private var isStopped = false
  private var finished: [Int: Result<Value, any Error>] = [:]
  private var liveWorkers = 0

  init(count: Int, window: Int) { (self.count, self.window) = (count, window) }

  private func locked<Result>(_ body: () -> Result) -> Result {
    condition.lock()
    defer {
      condition.broadcast()
      condition.unlock()
    }
    return body()
  }

  func expect(workers: Int) { locked { liveWorkers += workers } }
  func workerEnded() { locked { liveWorkers -= 1 } }

  /// The next index to compute; nil if the worker shall end.
  func take(_ shouldStop: () -> Bool) -> Int? {
    locked {
      while !isStopped && started < count && started >= consumed + window { condition.wait() }
      if shouldStop() { isStopped = true }
      guard !isStopped && started < count else { return nil }
      started += 1
      return started - 1
    }
  }

  func deliver(_ index: Int, _ result: Result<Value, any Error>) {
    locked {
      finished[index] = result
      if case .failure = result { isStopped = true }
    }
  }

  /// Waits for a value; nil if it was never started.
  func next(_ index: Int) -> Result<Value, any Error>? {
    locked {
      while finished[index] == nil && !(isStopped && index >= started) { condition.wait() }
      consumed = index + 1
      return finished.removeValue(forKey: index)
    }
  }

  func stopAndWait() {
    locked {
      isStopped = true
      condition.broadcast()
      while liveWorkers > 0 { condition.wait() }
    }
  }
}
