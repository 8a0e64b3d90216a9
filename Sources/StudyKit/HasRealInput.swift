/// The solution map is a function of a real vector: `sweep.lipschitz` differentiates by it.
public protocol HasRealInput<Batch>: CaseStudy {
  static func realInput(of batch: Batch) throws -> RealInput<Batch>
}
