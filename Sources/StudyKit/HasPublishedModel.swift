import Configuration

/// There is a published model that can be measured without a dataset of ours (`implicit-sweep published`).
public protocol HasPublishedModel: CaseStudy {
  /// Reads the section `sweep.checkpoint`: how the published model is measured.
  static func checkpointSweep(reading section: ConfigurationSection) throws -> any CheckpointSweep
}
