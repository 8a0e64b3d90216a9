import Foundation

/// How complete outputs are told from missing, unfinished and damaged ones.
public protocol OutputInspector: Sendable {
  /// The hash that an output states about itself, quickly.
  ///
  /// - Throws: `Failure` if the output is missing or unfinished.
  func statedHash(of task: PipelineTask) throws -> String
  /// The hash of everything that is really in the output.
  ///
  /// - Throws: `Failure` if the output is missing, unfinished or damaged.
  func verifiedHash(of task: PipelineTask) throws -> String
}
