import Configuration

/// One kind of model: its name, how the section of such a model is read, and what weights say of its settings.
public struct Architecture<Batch: SampleBatch>: Sendable {
  /// The value of the key `architecture`, for example `implicit-gnn`.
  public let name: String
  /// Whether its models are implicit: what only iterations have is not asked of the others.
  public let iterates: Bool
  /// Reads the keys of a model beside `architecture`. No tensor is made here.
  public let read: @Sendable (ConfigurationSection) throws -> ModelDescription<Batch>
  /// The settings of a model that has weights of these shapes, as a YAML map such as `{embedding: 8}`; nil if they do not follow from
  /// the shapes.
  public let settings: @Sendable (_ shapes: [String: [Int]]) -> String?

  /// - Parameters:
  ///   - iterates: whether `read` describes implicit models.
  ///   - settings: leave it out where settings never follow from the shapes of weights.
  public init(
    _ name: String, iterates: Bool = true, settings: @escaping @Sendable ([String: [Int]]) -> String? = { _ in nil },
    read: @escaping @Sendable (ConfigurationSection) throws -> ModelDescription<Batch>
  ) {
    (self.name, self.iterates, self.settings, self.read) = (name, iterates, settings, read)
  }
}
