import Configuration
import Foundation
import StudyKit
import StudyRegistry
import Testing

@testable import TemplateStudy

/// One case study of the registry, or the template study, with its files in the repository.
struct StudyUnderTest: Sendable, CustomTestStringConvertible {
  let study: any CaseStudy.Type
  /// The template is no part of the product: it is in no list, and its files lie beside it.
  let isTemplate: Bool

  var name: String { study.name }
  var testDescription: String { isTemplate ? "\(name) (template)" : name }
  var pipeline: String { Self.root + (isTemplate ? "/Tests/TemplateStudy/\(name).yaml" : "/pipelines/\(name).yaml") }
  var card: String { Self.root + (isTemplate ? "/Tests/TemplateStudy/\(name).md" : "/data/cards/\(name).md") }

  static let template = StudyUnderTest(study: AveragesStudy.self, isTemplate: true)
  static let all = caseStudies.map { StudyUnderTest(study: $0, isTemplate: false) } + [template]

  /// The folder of the repository.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized.path

  static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}
