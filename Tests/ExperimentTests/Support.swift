import Foundation
import Testing

@testable import Experiment

/// The failure that the body must throw.
func thrownFailure(by body: () throws -> Void) throws -> Failure {
  try #require(throws: Failure.self) { try body() }
}

/// An empty folder that is removed at the end.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = NSTemporaryDirectory() + "experiment-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// A document with any top-level keys of the tests.
func document(_ text: String, preset: String? = nil, overrides: [String] = []) throws -> ConfigurationDocument {
  try ConfigurationDocument.parse(text, name: "a.yaml", preset: preset, overrides: overrides)
}

/// The section `dataset` of a document that has only this.
func dataset(_ lines: String) throws -> ConfigurationSection {
  try document("dataset:\n" + lines.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")).section("dataset")
}

enum Solver: String, CaseIterable { case picard, anderson, broyden }
