import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Support

/// What a console writes to a pipe.
private func captured(isTerminal: Bool, _ body: (Console) throws -> Void) throws -> String {
  let pipe = Pipe()
  try body(Console(descriptor: pipe.fileHandleForWriting.fileDescriptor, isTerminal: isTerminal))
  try pipe.fileHandleForWriting.close()
  return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
}

/// A clock that the test sets.
private final class ManualClock: Sendable {
  private let time = Mutex(1_000_000.0)
  var now: TimeInterval { time.withLock { $0 } }
  func pass(_ seconds: TimeInterval) { time.withLock { $0 += seconds } }
}

@Suite struct ProgressTests {
  private func meter(_ console: Console, _ clock: ManualClock, done: Int = 0, total: Int = 1000, record: String? = nil)
    -> ProgressMeter
  {
    ProgressMeter("train a", total: total, done: done, unit: "steps", record: record, console: console) { clock.now }
  }

  @Test func `A log gets a line every half minute and one at the end`() throws {
    let text = try captured(isTerminal: false) { console in
      let clock = ManualClock()
      let meter = meter(console, clock)
      for step in 0..<600 {
        clock.pass(0.125)
        meter.advance(note: "loss \(step)")
      }
      meter.finish()
    }
    #expect(
      text.split(separator: "\n") == [
        "train a  240/1000 steps  24%  8.0/s  1m35s left  loss 239",
        "train a  480/1000 steps  48%  8.0/s  1m05s left  loss 479",
        "train a  600/1000 steps  60%  8.0/s  50s left  loss 599",
      ])
  }

  @Test func `A terminal gets one live line, and messages go above it`() throws {
    let text = try captured(isTerminal: true) { console in
      let clock = ManualClock()
      let meter = meter(console, clock, total: 4)
      clock.pass(1)
      meter.advance()
      console.print("hello")
      clock.pass(0.01)
      meter.advance()  // too soon after the last one
      clock.pass(1.99)
      meter.advance(by: 2)
      meter.finish()
    }
    #expect(
      text
        == [
          "\r\u{1b}[Ktrain a  0/4 steps  0%", "\r\u{1b}[Ktrain a  1/4 steps  25%  1.0/s  3s left",
          "\r\u{1b}[Khello\ntrain a  1/4 steps  25%  1.0/s  3s left", "\r\u{1b}[Ktrain a  4/4 steps  100%  1.3/s",
          "\r\u{1b}[K",
          "train a  4/4 steps  100%  1.3/s\n",
        ].joined())
  }

  @Test func `The rate follows a change of pace`() throws {
    try withFolder { (folder) throws in
      let clock = ManualClock()
      let path = folder + "/p.json"
      let meter = meter(Console(descriptor: -1, isTerminal: false), clock, total: 100_000, record: path)
      for _ in 0..<100 {
        clock.pass(1)
        meter.advance(by: 100)
      }
      for _ in 0..<40 {
        clock.pass(1)
        meter.advance(by: 10)
      }
      #expect(try ProgressRecord.read(path).rate == 10)
    }
  }

  @Test func `Work done before an interruption counts as done but not for the rate`() throws {
    try withFolder { (folder) throws in
      let clock = ManualClock()
      let path = folder + "/p.json"
      let meter = meter(Console(descriptor: -1, isTerminal: false), clock, done: 500, record: path)
      #expect(try ProgressRecord.read(path).rate == nil)
      clock.pass(10)
      meter.advance(by: 20, note: "loss 1")
      let record = try ProgressRecord.read(path)
      #expect(record.done == 520 && record.total == 1000 && record.rate == 2 && record.secondsLeft == 240)
      #expect(record.stage == "train a" && record.note == "loss 1" && record.unit == "steps")
      #expect(record.updated.timeIntervalSince1970 == 1_000_010)
    }
  }

  @Test func `The record is replaced at most once a second, and at the end`() throws {
    try withFolder { (folder) throws in
      let clock = ManualClock()
      let path = folder + "/p.json"
      let meter = meter(Console(descriptor: -1, isTerminal: false), clock, record: path)
      clock.pass(0.5)
      meter.advance(by: 5)
      #expect(try ProgressRecord.read(path).done == 0)
      meter.finish()
      #expect(try ProgressRecord.read(path).done == 5)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["p.json"])
    }
  }

  @Test func `A progress file that cannot be written does not stop the work`() throws {
    let meter = meter(Console(descriptor: -1, isTerminal: false), ManualClock(), record: "/nonexistent/p.json")
    meter.advance()
    meter.finish()
  }

  @Test func `A record that is missing or spoilt is an error`() throws {
    try withFolder { (folder) throws in
      #expect(try thrownFailure { _ = try ProgressRecord.read(folder + "/p.json") }.status == .missingInput)
      try "{".write(toFile: folder + "/p.json", atomically: true, encoding: .utf8)
      #expect(try thrownFailure { _ = try ProgressRecord.read(folder + "/p.json") }.status == .badData)
    }
  }

  @Test func `The last record says how much memory the stage needed`() throws {
    try withFolder { (folder) throws in
      let path = folder + "/p.json"
      let meter = meter(Console(descriptor: -1, isTerminal: false), ManualClock(), record: path)
      #expect(try ProgressRecord.read(path).peakMemory == nil)
      meter.finish()
      let before = try #require(try ProgressRecord.read(path).peakMemory)
      let block = [UInt8](repeating: 1, count: 200_000_000)
      meter.finish()
      let after = try #require(try ProgressRecord.read(path).peakMemory)
      // The second number of `statm`: pages in memory, with those of the block.
      let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
      let resident = try #require(Int(pages)) * sysconf(Int32(_SC_PAGESIZE))
      #expect(before > 1_000_000 && after >= before)
      #expect(resident >= block.count && after >= resident - block.count / 10, "\(after) bytes at most, \(resident) now")
    }
  }

  @Test(arguments: [
    (0.2, "1s"), (59, "59s"), (60, "1m00s"), (3599, "59m59s"), (3600, "1h00m"), (7384, "2h03m"), (1e9, "over 100h"),
    (.infinity, "over 100h"),
  ])
  func `Durations are short`(_ seconds: Double, _ text: String) { #expect(durationText(seconds) == text) }

  @Test(arguments: [(0.04, "0.0s"), (0.36, "0.4s"), (12.4, "12s"), (61, "1m01s"), (7384, "2h03m")])
  func `What took its time is told more exactly`(_ seconds: Double, _ text: String) {
    #expect(durationText(seconds, tenths: true) == text)
  }

  @Test(arguments: [(1234.5, "1235/s"), (34.52, "34.5/s"), (0.25, "4s each")])
  func `Rates are short`(_ rate: Double, _ text: String) { #expect(ProgressRecord.rateText(rate) == text) }

  @Test func `Advancing from many threads loses nothing`() throws {
    try withFolder { (folder) throws in
      let path = folder + "/p.json"
      let meter = meter(Console(descriptor: -1, isTerminal: false), ManualClock(), total: 4000, record: path)
      _ = try concurrentMap(Array(0..<8), threads: 8, shouldStop: { false }) { _ in for _ in 0..<500 { meter.advance() }
      }
      meter.finish()
      #expect(try ProgressRecord.read(path).done == 4000)
    }
  }
}
