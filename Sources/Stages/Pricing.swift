import Foundation
import Records
import StudyKit
import Support
import Torch

/// What the tasks of a pipeline take, from a few blocks of draws, steps and samples, by one thread.
public enum Pricing {
  /// Seconds that are spent on drawing a split at most.
  private static let patience = 10.0

  /// Draws a few blocks of each split, times them, and writes them as a small dataset to price models with.
  public static func data<Case: CaseStudy>(_ configuration: ExperimentConfiguration<Case>, sampleTo path: String) throws
    -> DataPrice
  {
    let generator = configuration.generator
    try Runtime.setThreads(1)
    let trainings = [configuration.training] + configuration.models.compactMap(\.model.training)
    let wanted = trainings.map { max($0.batchSize ?? 0, $0.chunk) }.max() ?? 1
    var blocks: [(plan: SplitPlan, samples: [SampleBlock])] = []
    var seconds = 0.0
    var expected: [String: Int] = [:]
    for plan in generator.plans {
      let start = ContinuousClock.now
      var samples: [SampleBlock] = []
      var (drawn, accepted) = (0, 0)
      func elapsed() -> Double { (ContinuousClock.now - start) / .seconds(1) }
      while drawn < plan.draws, accepted < (plan.split == .train ? wanted : 1), samples.isEmpty || elapsed() < patience {
        let draws = drawn..<min(drawn + generator.drawsPerBlock, plan.draws)
        samples.append(try generator.samples(of: plan.split, draws: draws))
        (drawn, accepted) = (draws.upperBound, accepted + samples[samples.count - 1].draws.count)
      }
      let share = max(Double(accepted), 0.5) / Double(max(1, drawn))
      // Drawing ends where enough are accepted.
      let draws = plan.keep.map { min(Double(plan.draws), Double($0) / share) } ?? Double(plan.draws)
      seconds += elapsed() / Double(max(1, drawn)) * draws
      expected[plan.split.rawValue] = Int(draws * share)
      blocks.append((SplitPlan(plan.split, draws: max(1, drawn)), samples))
    }
    let writer = try DatasetWriter(
      creating: path, generator.layout, plans: blocks.map(\.plan), provenance: FileProvenance(configuration: "{}"))
    for (plan, samples) in blocks { for block in samples { try writer.append(block, to: plan.split) } }
    _ = try writer.finish()
    return DataPrice(generate: TaskPrice(seconds: seconds, memory: peakMemory()), samples: expected)
  }

  /// The samples of a dataset that is there, which costs nothing.
  public static func data<Case: CaseStudy>(_ path: String, _: Case.Type) throws -> DataPrice {
    let reader = try DatasetReader(path, Case.layout)
    let samples = try reader.splits.map { ($0.rawValue, try reader.count(of: $0)) }
    return DataPrice(generate: TaskPrice(seconds: 0, memory: 0), samples: Dictionary(uniqueKeysWithValues: samples))
  }

  /// Makes a few steps of each phase and sweeps a chunk.
  ///
  /// - Parameters:
  ///   - dataset: what `data` wrote.
  ///   - samples: that the training split is going to have.
  public static func model<Case: CaseStudy>(
    _ configuration: ExperimentConfiguration<Case>, model name: String, dataset: String, samples: Int
  ) throws -> ModelPrice {
    let reader = try DatasetReader(dataset, Case.layout)
    var setup = try TrainingSetup(configuration, model: name, reader, initial: nil, threads: 1, device: .cpu, isStrict: false)
    let there = setup.data.samplesPerStep
    // A step over all samples grows with them; one over a batch has the batch, or as much of it as was drawn.
    let planned = setup.plannedBatch.map { min($0, samples) } ?? samples
    let scale = Double(max(1, planned)) / Double(max(1, there))
    var seconds = 0.0
    if !setup.model.module.parameters.isEmpty, setup.configured.weights == nil {
      for phase in setup.training.phases {
        seconds += try StepBenchmark.secondsOfStep(setup, phase) * Double(phase.steps) * scale
      }
    }
    setup.training.phases = []
    let sweep = configuration.sweep
    let options = TensorOptions(type: sweep.precision.type)
    try setup.model.module.move(to: .cpu, type: options.type)
    let split = reader.splits.contains(.test) ? Split.test : reader.splits[0]
    // A few samples and iterations are enough: the time is the same for each.
    let rows = try Array(setup.configured.description.rows(reader, split).prefix(min(sweep.chunk, 4)))
    let iterations = min(sweep.iterations, 8)
    var solver = sweep.solver
    solver.stopping = .exactly(iterations)
    let training = TaskPrice(seconds: seconds, memory: peakMemory())
    let (cost, bytes) = try Runtime.measuringPeakMemory {
      try SampleCost(
        of: setup.model, case: Case.self, on: Case.batch(reader, split, rows: rows, options: options), solver: solver,
        device: .cpu)
    }
    let share = setup.model.isImplicit ? Double(sweep.iterations) / Double(iterations) : 1
    let ofOne = (cost.seconds.last ?? 0) * share * Double(1 + sweep.perturbations.count)
    // A chunk has more samples than were swept here.
    var ofSweep = TaskPrice(seconds: 0, memory: peakMemory() + bytes * max(0, sweep.chunk / max(1, rows.count) - 1))
    if let study = sweep.memory {
      let options = TensorOptions(type: setup.training.precision.type)
      try setup.model.module.move(to: .cpu, type: options.type)
      let batch = try Case.batch(reader, split, rows: Array(rows.prefix(study.samples)), options: options)
      let price = try study.price(Case.self, setup.model, on: batch)
      ofSweep = TaskPrice(seconds: price.seconds, memory: max(ofSweep.memory, peakMemory() + price.memory))
    }
    return ModelPrice(train: training, sweep: ofSweep, secondsOfSample: ofOne)
  }

  private static func peakMemory() -> Int { PeakMemory.ofThisProcess() ?? 0 }
}
