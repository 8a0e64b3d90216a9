import Configuration
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

/// One kind of model: its name, how the section of such a model is read, and what weights say of its settings.
public struct Architecture<Batch: SampleBatch>: Sendable {
  /// The value of the key `architecture`, for example `implicit-gnn`.
  public let name: String
  /// Reads the keys of a model beside `architecture`. No tensor is made here.
  public let read: @Sendable (ConfigurationSection) throws -> ModelDescription<Batch>
  /// The settings of a model that has weights of these shapes, as a YAML map such as `{embedding: 8}`; nil if they do not follow from
  /// the shapes.
  public let settings: @Sendable (_ shapes: [String: [Int]]) -> String?

  /// - Parameter settings: leave it out where settings never follow from the shapes of weights.
  public init(
    _ name: String, settings: @escaping @Sendable ([String: [Int]]) -> String? = { _ in nil },
    read: @escaping @Sendable (ConfigurationSection) throws -> ModelDescription<Batch>
  ) {
    (self.name, self.settings, self.read) = (name, settings, read)
  }
}
