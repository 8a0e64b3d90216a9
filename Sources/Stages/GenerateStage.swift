import Foundation
import Logging
import Records
import StudyKit
import Support
import Synchronization
import Torch

/// The stage `implicit-generate`: draws a dataset, or one shard of it, on all cores.
///
///     let stage = GenerateStage(output: "dataset.h5", shard: nil, threads: 2, progress: nil)
///     let hash = try stage.run(ExperimentConfiguration<LinearProgramStudy>(document))
public struct GenerateStage {
  /// The file to write.
  public var output: String
  /// Nil for the whole dataset.
  public var shard: Shard?
  /// Go on behind the samples of an attempt that was stopped or killed, if there are any.
  public var resumes: Bool
  /// Cores that are used; the samples do not depend on it.
  public var threads: Int
  /// Samples of another device differ in their last digits.
  public var device: Device
  /// A file that says how far the stage is; nil for none.
  public var progress: String?
  /// Whether anything at the path of the output may be replaced, not only a dataset of this case study.
  public var replaces: Bool

  /// - Parameter shard: nil for the whole dataset.
  public init(
    output: String, shard: Shard?, resumes: Bool = false, threads: Int, device: Device = .cpu, progress: String?,
    replaces: Bool = false
  ) {
    self.replaces = replaces
    self.output = output
    self.shard = shard
    self.resumes = resumes
    self.threads = threads
    self.device = device
    self.progress = progress
  }

  /// - Returns: the content hash of the file.
  public func run<Case: CaseStudy>(_ configuration: ExperimentConfiguration<Case>) throws -> String {
    let claim = OutputClaim(
      output, of: shard == nil ? .dataset : .datasetShard, caseStudy: Case.name, inputs: configuration.externalPaths,
      companions: [ResumeLog.path(of: output)] + (progress.map { [$0] } ?? []),
      configuration: Self.settings(of: configuration), replaces: replaces)
    return try withOutputLock(claim) { try drawn(configuration) }
  }

  /// What a dataset depends on.
  private static func settings<Case: CaseStudy>(of configuration: ExperimentConfiguration<Case>) -> String {
    configuration.document.resolved(only: ["case_study", "seed", "dataset"])
  }

  private func drawn<Case: CaseStudy>(_ configuration: ExperimentConfiguration<Case>) throws -> String {
    let generator = try configuration.generator.moved(to: device)
    // Blocks of draws are computed side by side, each by one thread.
    try Runtime.setThreads(1)
    let files = try configuration.externalInputs(under: ["dataset"])
    let writer = try DatasetWriter(
      creating: output, generator.layout, plans: generator.plans, shard: shard,
      provenance: FileProvenance(configuration: Self.settings(of: configuration), seed: configuration.seed, inputs: files))
    do {
      let shard = shard.map { "\($0.index)/\($0.count)" } ?? ""
      let log = try ResumeLog(
        of: output, resumes: resumes,
        identity: ResumeIdentity(
          configuration.document, under: ["case_study", "seed", "dataset"], device: device,
          parts: [shard, "\(generator.drawsPerBlock)"] + files.compactMap(\.contentHash)
        ).hash)
      var done: [Split: (blocks: Int, draws: Int)] = [:]
      try log.restore { entry in
        let block = try GeneratedBlock(entry)
        try writer.append(block.samples, to: block.split)
        let before = done[block.split, default: (0, 0)]
        done[block.split] = (before.blocks + 1, before.draws + block.draws)
      }
      for plan in generator.plans {
        try draw(plan.split, generator, behind: done[plan.split, default: (0, 0)], log, into: writer)
      }
      let hash = try writer.finish()
      log.delete()
      return hash
    } catch {
      writer.cancel()
      ResumeLog.discard(of: output, after: error)
      throw error
    }
  }

  private func draw(
    _ split: Split, _ generator: any SampleGenerator, behind done: (blocks: Int, draws: Int), _ log: ResumeLog,
    into writer: DatasetWriter
  ) throws {
    let draws = try writer.draws(of: split)
    let size = generator.drawsPerBlock
    // Blocks start at multiples of their size, whatever the shard, so that a draw always has the same mates.
    let first = draws.lowerBound / size + done.blocks
    let end = draws.isEmpty ? first : (draws.upperBound - 1) / size + 1
    let count = try writer.isFull(split) ? 0 : end - first
    if done.blocks > 0 {
      Logger(label: "generate").notice("continuing split `\(split.rawValue)` at draw \(done.draws) of \(draws.count)")
    }
    let meter = ProgressMeter(
      "generate \(split.rawValue)", total: draws.count, done: done.draws, unit: "draws", record: progress)
    defer { meter.finish() }
    var drawn = done.draws
    let isFull = Flag()
    let consumed = try concurrentStream(
      count: count, threads: threads, shouldStop: { Interruption.isRequested || isFull.isSet },
      produce: { block in
        let range = ((first + block) * size..<(first + block + 1) * size).clamped(to: draws)
        return GeneratedBlock(split: split, draws: range.count, samples: try Self.samples(of: generator, split, range))
      },
      consume: { _, block in
        guard try !writer.isFull(split) else { return }
        try writer.append(block.samples, to: split)
        try log.append(block.entry)
        drawn += block.draws
        meter.advance(by: block.draws)
        if try writer.isFull(split) { isFull.set() }
      })
    // Enough samples were accepted: the other draws are not needed.
    if isFull.isSet { meter.setTotalToDone() }
    if consumed < count, !isFull.isSet {
      throw Interruption.failure(
        "the samples of \(drawn) of \(draws.count) draws of the split `\(split.rawValue)` are saved",
        remedy: "run the same command with --resume")
    }
  }
}

extension GenerateStage {
  /// The samples of a block; a failure that does not say where it happened says it now.
  private static func samples(of generator: any SampleGenerator, _ split: Split, _ draws: Range<Int>) throws -> SampleBlock {
    do { return try generator.samples(of: split, draws: draws) } catch var failure as Failure where failure.location == nil {
      failure.location = "split `\(split.rawValue)`, draws \(draws.lowerBound) to \(draws.upperBound - 1)"
      throw failure
    }
  }
}

/// A flag that one thread raises and others see.
private final class Flag: Sendable {
  private let value = Atomic<Bool>(false)
  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
}
