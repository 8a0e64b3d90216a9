import Foundation
import Synchronization
import Torch

/// The stage `implicit-generate`: draws a dataset, or one shard of it, on all cores.
public struct GenerateStage {
  public var output: String
  /// Nil for the whole dataset.
  public var shard: Shard?
  public var threads: Int
  public var progress: String?

  public init(output: String, shard: Shard?, threads: Int, progress: String?) {
    self.output = output
    self.shard = shard
    self.threads = threads
    self.progress = progress
  }

  /// - Returns: the content hash of the file.
  public func run<Case: CaseStudy>(_ configuration: ExperimentConfiguration<Case>) throws -> String {
    let lock = try OutputLock(for: output)
    defer { withExtendedLifetime(lock) {} }
    let generator = configuration.generator
    // Blocks of draws are computed side by side, each by one thread.
    try Runtime.setThreads(1)
    let writer = try DatasetWriter(
      creating: output, generator.layout, plans: generator.plans, shard: shard,
      provenance: FileProvenance(
        configuration: configuration.document.resolved(only: ["case_study", "seed", "dataset"]), seed: configuration.seed))
    do {
      for plan in generator.plans { try draw(plan.split, generator, into: writer) }
      return try writer.finish()
    } catch {
      writer.cancel()
      throw error
    }
  }

  private func draw(_ split: Split, _ generator: any SampleGenerator, into writer: DatasetWriter) throws {
    let draws = try writer.draws(of: split)
    let size = generator.drawsPerBlock
    // Blocks start at multiples of their size, whatever the shard, so that a draw always has the same mates.
    let first = draws.lowerBound / size
    let count = draws.isEmpty ? 0 : (draws.upperBound - 1) / size - first + 1
    let meter = ProgressMeter("generate \(split.rawValue)", total: draws.count, unit: "draws", record: progress)
    defer { meter.finish() }
    let isFull = Flag()
    let done = try concurrentStream(
      count: count, threads: threads, shouldStop: { Interruption.isRequested || isFull.isSet },
      produce: { block in
        let range = ((first + block) * size..<(first + block + 1) * size).clamped(to: draws)
        return (range.count, try generator.samples(of: split, draws: range))
      },
      consume: { _, part in
        guard try !writer.isFull(split) else { return }
        try writer.append(part.1, to: split)
        meter.advance(by: part.0)
        if try writer.isFull(split) { isFull.set() }
      })
    if done < count, !isFull.isSet {
      throw Interruption.failure("no file was written", remedy: "run the same command again")
    }
  }
}

/// A flag that one thread raises and others see.
private final class Flag: Sendable {
  private let value = Atomic<Bool>(false)
  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
}
