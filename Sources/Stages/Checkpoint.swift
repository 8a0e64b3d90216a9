import Foundation
import HDF5
import Records
import StudyKit
import Support
import Torch

/// The state of a training in a file beside its output, from which it continues bit for bit.
struct Checkpoint {
  let path: String

  /// `models/implicit-8.h5` has its checkpoint in `models/implicit-8.checkpoint.h5`.
  init(of output: String) {
    let name = output as NSString
    path = "\(name.deletingPathExtension).checkpoint.\(name.pathExtension.isEmpty ? "h5" : name.pathExtension)"
  }

  var exists: Bool { FileManager.default.fileExists(atPath: path) }

  /// Also removes what a training left that was killed while it wrote a checkpoint.
  func delete() {
    try? FileManager.default.removeItem(atPath: path)
    AtomicFile.removeLeftovers(of: path)
  }

  /// - Parameter identity: all that the continued training must have in common with the saved one.
  func write<Case: CaseStudy>(
    _ trainer: Trainer<Case>, _ facts: ModelFacts, identity: String, provenance: FileProvenance
  ) throws {
    let content = try ContentFile(
      creating: path, FileHeader(.checkpoint, caseStudy: Case.name, title: Case.title, references: Case.references),
      provenance: provenance)
    let names = trainer.parameters.names
    let (state, adam) = (trainer.state, trainer.optimizer.state)
    func named(_ tensors: [Tensor]) -> [(name: String, tensor: Tensor)] {
      zip(names, tensors).map { (name: $0, tensor: $1) }
    }
    try Failure.mapping {
      try facts.write(to: content.file)
      try content.file.setAttribute("identity", identity)
      try content.write(named(trainer.parameters.tensors), under: "/parameters")
      try content.write(named(adam.firstMoments), under: "/optimizer/first_moment")
      try content.write(named(adam.secondMoments), under: "/optimizer/second_moment")
      try content.write(named(state.bestParameters), under: "/best/parameters")
      if let average = state.average { try content.write(named(average), under: "/average/parameters") }
      for (name, value) in [
        ("step", state.step), ("phase", state.phase), ("phase_step", state.phaseStep), ("optimizer_step", adam.step),
      ] {
        try content.write("/counters/\(name)", [Int64(value)], shape: [])
      }
      try content.write("/counters/learning_rate", [state.learningRate], shape: [])
      try content.write("/best/counters/loss", [state.bestLoss], shape: [])
      try content.write("/best/counters/validation_error", [state.bestValidation], shape: [])
      try content.write(state.history)
    }
    try content.finish()
  }

  /// Continues `trainer` from this checkpoint.
  ///
  /// - Throws: `Failure` (bad data) when the checkpoint is of another training.
  func restore<Case: CaseStudy>(_ trainer: Trainer<Case>, identity: String) throws {
    do {
      let file = try File.open(path)
      let header = try FileHeader(of: file, expecting: [.checkpoint])
      guard header.caseStudy == Case.name, try file.attribute("identity", as: String.self) == identity else {
        throw Mismatch()
      }
      try restore(trainer, from: file)
    } catch is Mismatch {
      throw Failure(
        .badData, "the checkpoint is of a training with another configuration, seed, dataset or device, or of another version",
        at: path,
        remedy: "run without --resume to start anew, or restore the configuration it was made with")
    } catch {
      let failure = Failure(describing: error)
      guard [.badData, .missingInput].contains(failure.status) else { throw failure }
      throw Failure(
        .badData, "the checkpoint is damaged: \(failure.problem)", at: failure.location ?? path,
        remedy: "what it held is lost: delete \(path), and the same command starts the training anew")
    }
  }

  /// A checkpoint of something else.
  private struct Mismatch: Error {}

  private func restore<Case: CaseStudy>(_ trainer: Trainer<Case>, from file: File) throws {
    try Failure.mapping {
      let expected = trainer.parameters.entries.map { ($0.name, $0.parameter.value.shape) }
      func integer(_ name: String) throws -> Int { Int(try file.dataset("counters/\(name)").readScalar(Int64.self)) }
      var state = TrainingState(
        learningRate: try file.dataset("counters/learning_rate").readScalar(Double.self),
        bestParameters: try file.tensors(expected, under: "/best/parameters"))
      state.step = try integer("step")
      state.phase = try integer("phase")
      state.phaseStep = try integer("phase_step")
      state.bestLoss = try file.dataset("best/counters/loss").readScalar(Double.self)
      state.bestValidation = try file.dataset("best/counters/validation_error").readScalar(Double.self)
      if try file.contains("average") { state.average = try file.tensors(expected, under: "/average/parameters") }
      state.history = try TrainingHistory(of: file)
      let adam = Adam.State(
        step: try integer("optimizer_step"),
        firstMoments: try file.tensors(expected, under: "/optimizer/first_moment"),
        secondMoments: try file.tensors(expected, under: "/optimizer/second_moment"))
      try trainer.restore(state, parameters: file.tensors(expected, under: "/parameters"), adam)
    }
  }
}
