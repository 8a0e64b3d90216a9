import Support

/// A sample can be replaced by an equivalent one: `training.symmetries`.
public protocol HasSymmetries<Batch>: CaseStudy {
  /// Names of the symmetries of the problem.
  static var symmetries: [String] { get }
  /// The batch with each sample replaced by an equivalent one, by a random element of the named symmetries.
  static func transformed(_ batch: Batch, by symmetries: [String], random: inout KeyedRandom) throws -> Batch
}

extension CaseStudy {
  /// Names of the symmetries, none without any.
  package static var knownSymmetries: [String] { (Self.self as? any HasSymmetries.Type)?.symmetries ?? [] }
}
