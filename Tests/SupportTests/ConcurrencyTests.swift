import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Support

private struct Broken: Error, Equatable { var index: Int }

@Suite struct ConcurrencyTests {
  @Test(arguments: [1, 2, 3, 8, 100])
  func `Results keep the order of the inputs, whatever the number of threads`(_ threads: Int) throws {
    let outputs = try concurrentMap(Array(0..<200), threads: threads, shouldStop: { false }) { index in
      var random = KeyedRandom(seed: 1, stream: "work", index: UInt64(index))
      usleep(UInt32(random.integer(below: 200)))
      return random.next()
    }
    #expect(
      outputs
        == (0..<200 as Range<UInt64>).map {
          var random = KeyedRandom(seed: 1, stream: "work", index: $0); _ = random.next(); return random.next()
        })
  }

  @Test func `No input gives no output and zero threads still work`() throws {
    #expect(try concurrentMap([Int](), threads: 4, shouldStop: { false }) { $0 } == [])
    #expect(try concurrentMap([1, 2], threads: 0, shouldStop: { false }) { $0 + 1 } == [2, 3])
  }

  @Test func `Work really runs side by side`() throws {
    // Each of the four waits for all four: with fewer threads this would not end.
    let arrived = Mutex(0)
    _ = try concurrentMap(Array(0..<4), threads: 4, shouldStop: { false }) { _ in
      arrived.withLock { $0 += 1 }
      while arrived.withLock({ $0 < 4 }) { usleep(100) }
    }
  }

  @Test(arguments: [1, 2, 7])
  func `The error of the first failing input wins, everything before it is consumed, and the rest is not started`(
    _ threads: Int
  ) throws {
    for seed in 0..<20 as Range<UInt64> {
      let started = Mutex(Set<Int>())
      var consumed: [Int] = []
      let error = #expect(throws: Broken.self) {
        try concurrentStream(
          count: 1000, threads: threads, shouldStop: { false },
          produce: { index in
            started.withLock { _ = $0.insert(index) }
            var random = KeyedRandom(seed: seed, stream: "delay", index: UInt64(index))
            usleep(UInt32(random.integer(below: 300)))
            if [23, 24, 29].contains(index) { throw Broken(index: index) }
            return index
          }, consume: { index, _ in consumed.append(index) })
      }
      #expect(error == Broken(index: 23))
      #expect(consumed == Array(0..<23))
      #expect(started.withLock { $0.count } < 100)
    }
  }

  @Test func `An error of the consumer stops the workers`() throws {
    let started = Mutex(0)
    #expect(throws: Broken.self) {
      try concurrentStream(
        count: 10_000, threads: 4, shouldStop: { false }, produce: { _ in started.withLock { $0 += 1 } },
        consume: { index, _ in if index == 5 { throw Broken(index: index) } })
    }
    #expect(started.withLock { $0 } < 100)
  }

  @Test func `Workers run ahead of the consumer no further than the window`() throws {
    let started = Mutex(0)
    var farthest = 0
    try concurrentStream(
      count: 100, threads: 2, window: 5, shouldStop: { false }, produce: { _ in started.withLock { $0 += 1 } },
      consume: { index, _ in
        usleep(500)
        farthest = max(farthest, started.withLock { $0 } - index)
      })
    #expect(farthest <= 6)
  }

  @Test func `An interruption ends what is under way and consumes it without a gap`() throws {
    let isStopped = Atomic(false)
    var consumed: [Int] = []
    let done = try concurrentStream(
      count: 10_000, threads: 3, shouldStop: { isStopped.load(ordering: .relaxed) },
      produce: { index in
        if index == 40 { isStopped.store(true, ordering: .relaxed) }
        return index
      }, consume: { index, _ in consumed.append(index) })
    #expect(done >= 41 && done < 100)
    #expect(consumed == Array(0..<done))
  }

  @Test func `An interrupted map is an interrupted failure`() throws {
    let failure = try thrownFailure { _ = try concurrentMap([1, 2], threads: 2, shouldStop: { true }) { $0 } }
    #expect(failure.status == .interrupted)
    #expect(failure.problem.contains("0 of 2 parts"))
  }
}
