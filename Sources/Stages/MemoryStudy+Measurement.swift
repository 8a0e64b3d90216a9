import Equilibrium
import Records
import StudyKit
import Support
import Torch

extension MemoryStudy {
  /// Peak memory of one model. An explicit one has one number, for its only pass.
  ///
  /// - Parameters:
  ///   - model: in the element type it is trained in.
  ///   - batch: of the same type.
  /// - Returns: nil for a model without parameters, which is not trained.
  func measured<Case: CaseStudy>(_ case: Case.Type, _ model: Model<Case.Batch>, on batch: Case.Batch) throws -> MemoryTable? {
    if model.module.parameters.isEmpty { return nil }
    guard case .implicit = model else {
      return MemoryTable(
        adjoints: ["backpropagation"], iterations: [1], peaks: [[try peak(Case.self, model, batch, .unrolled, 1)]])
    }
    return MemoryTable(
      adjoints: adjoints.map(\.rawValue), iterations: iterations,
      peaks: try adjoints.map { adjoint in
        try iterations.map { try peak(Case.self, model, batch, adjoint, $0) }
      })
  }

  /// Forward and adjoint equation by Picard steps, exactly so many: nothing but their number changes.
  private func peak<Case: CaseStudy>(
    _ case: Case.Type, _ model: Model<Case.Batch>, _ batch: Case.Batch, _ name: AdjointName, _ iterations: Int
  ) throws -> Int {
    let picard = SolverSettings(.picard(Picard()), stopping: .exactly(iterations))
    let adjoint = AdjointConfiguration(name, solver: picard, implicit: ImplicitAdjoint(solver: picard))
    let gradient = BatchGradient<Case>(
      model: model, adjoint: adjoint, iterations: iterations, threads: 1,
      probe: { _, state in state }, random: { KeyedRandom(seed: 0, stream: "memory", index: UInt64($0)) })
    return try Runtime.measuringPeakMemory { try gradient(batch) }.bytes
  }
}
