@testable import Configuration

/// A document with any top-level keys of the tests.
func document(_ text: String, preset: String? = nil, overrides: [String] = []) throws -> ConfigurationDocument {
  try ConfigurationDocument.parse(text, name: "a.yaml", preset: preset, overrides: overrides)
}

/// The section `dataset` of a document that has only this.
func dataset(_ lines: String) throws -> ConfigurationSection {
  try document("dataset:\n" + lines.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")).section("dataset")
}

enum Solver: String, CaseIterable { case picard, anderson, broyden }
