import Records
import StudyKit

/// One part of each program changed by a random direction of given norm, and the program solved again.
struct LinearProgramPerturbation: InputPerturbation {
  let perturbation: Perturbation
  var name: String { perturbation.kind.rawValue }
  var ratioMeaning: String { "solution over \(name), in the units of the program, as published" }

  func perturbed(
    _ reader: DatasetReader, _ split: Split, rows: [Int], seed: UInt64, options: TensorOptions
  ) throws -> PerturbedBatch<LinearProgramBatch> {
    let draws = try reader.draws(of: split)
    let programs = try LinearProgramStudy.programs(reader, split, rows: rows)
    let changed = try zip(programs, rows).map { program, row in
      try perturbation.applied(to: program, seed: seed, sample: UInt64(draws[row]))
    }
    let solutions = changed.map { Labeller().label($0).accepted?.optimum.x }
    let labels = zip(solutions, programs).flatMap { solution, program in
      solution ?? Array(repeating: 0, count: program.variables)
    }
    return PerturbedBatch(
      batch: try LinearProgramBatch(ProgramBatch(changed), solutions: labels, options: options),
      distances: Array(repeating: perturbation.norm, count: rows.count), isSolved: solutions.map { $0 != nil })
  }
}
