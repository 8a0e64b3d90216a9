import Support

/// The networks of a case study.
public protocol StudyModels: SendableMetatype {
  associatedtype Batch: SampleBatch

  /// All kinds of model, by the name that configurations and files give them.
  static var architectures: [Architecture<Batch>] { get }
}

extension StudyModels {
  /// The architecture of a name.
  ///
  /// - Throws: `Failure` (usage) that names the architectures there are.
  public static func architecture(named name: String) throws -> Architecture<Batch> {
    guard let found = architectures.first(where: { $0.name == name }) else {
      throw Failure(
        .usage, "unknown architecture `\(name)`",
        remedy: suggestion(for: name, among: architectures.map(\.name), called: "architectures"))
    }
    return found
  }
}
