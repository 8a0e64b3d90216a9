import Configuration
import Records
import StudyKit
import Support
import Synchronization
import Torch

/// A case study that is interrupted in the middle of its work, as by a signal: after so many blocks of samples, losses or errors.
enum Interrupting<Case: CaseStudy>: CaseStudy {
  typealias Batch = Case.Batch
  static var name: String { Case.name }
  static var title: String { Case.title }
  static var references: [String] { Case.references }
  static var layout: DatasetLayout { Case.layout }
  static var architectures: [Architecture<Batch>] { Case.architectures }
  static var qualities: [Measure<Batch>] { Case.qualities }

  static func generator(reading section: ConfigurationSection, seed: UInt64) throws -> any SampleGenerator {
    InterruptingGenerator(inner: try Case.generator(reading: section, seed: seed))
  }

  static func batch(_ reader: DatasetReader, _ split: Split, rows: [Int], options: TensorOptions) throws -> Batch {
    try Case.batch(reader, split, rows: rows, options: options)
  }

  static func losses(_ output: Tensor, _ batch: Batch) throws -> Tensor {
    Countdown.tick()
    return try Case.losses(output, batch)
  }

  static var error: Measure<Batch> {
    var measure = Case.error
    let values = measure.values
    measure.values = {
      Countdown.tick()
      return try values($0, $1)
    }
    return measure
  }

  static func perturbations(reading section: ConfigurationSection) throws -> [any InputPerturbation<Batch>] {
    try Case.perturbations(reading: section)
  }
}

extension Interrupting: HasDifficulty where Case: HasDifficulty {
  static var difficultyField: String { Case.difficultyField }
}

extension Interrupting: HasSymmetries where Case: HasSymmetries {
  static var symmetries: [String] { Case.symmetries }
  static func transformed(_ batch: Batch, by symmetries: [String], random: inout KeyedRandom) throws -> Batch {
    try Case.transformed(batch, by: symmetries, random: &random)
  }
}

extension Interrupting: HasRealInput where Case: HasRealInput {
  static func realInput(of batch: Batch) throws -> RealInput<Batch> { try Case.realInput(of: batch) }
}

extension Interrupting: HasPublishedModel where Case: HasPublishedModel {
  static func checkpointSweep(reading section: ConfigurationSection) throws -> any CheckpointSweep {
    try Case.checkpointSweep(reading: section)
  }
}

private struct InterruptingGenerator: SampleGenerator {
  let inner: any SampleGenerator
  var layout: DatasetLayout { get throws { try inner.layout } }
  var plans: [SplitPlan] { inner.plans }
  var drawsPerBlock: Int { inner.drawsPerBlock }

  func samples(of split: Split, draws: Range<Int>) throws -> SampleBlock {
    Countdown.tick()
    return try inner.samples(of: split, draws: draws)
  }

  func moved(to device: Device) throws -> any SampleGenerator { InterruptingGenerator(inner: try inner.moved(to: device)) }
}

/// Requests an interruption at its last tick.
enum Countdown {
  private static let left = Atomic<Int>(0)

  static func tick() {
    if left.subtract(1, ordering: .relaxed).newValue == 0 { Interruption.request() }
  }

  /// Runs the body, in which the tick of this number is the last one; the request is forgotten afterwards.
  static func after<Result>(_ ticks: Int, _ body: () throws -> Result) rethrows -> Result {
    left.store(ticks, ordering: .relaxed)
    defer {
      left.store(0, ordering: .relaxed)
      Interruption.reset()
    }
    return try body()
  }
}
