import HDF5
import Support

/// What a model file holds beside its parameters, which are tensors: read without LibTorch.
public struct ModelRecord: Sendable {
  /// The file, as it was named.
  public let path: String
  /// What its root attributes say, as those of any kind of file.
  public let header: FileHeader
  /// What they say of the model.
  public let facts: ModelFacts
  /// Empty for imported weights.
  public let history: TrainingHistory

  /// - Throws: `Failure`: missing input, or bad data when it is no whole model file.
  public init(reading path: String) throws {
    self.path = path
    let file = try Failure.mapping { try File.open(path) }
    header = try FileHeader(of: file, expecting: [.model])
    facts = try ModelFacts(of: file, header)
    history = try Failure.mapping { try TrainingHistory(of: file) }
  }
}
