import Foundation
import HDF5
import Support

extension OutputClaim {
  /// A claim to the path of a file of this format.
  ///
  /// - Parameters:
  ///   - model: the name of the model that a model or a sweep is of; nil for files of no model.
  ///   - configuration: what the output will say in its provenance. Who replaces a file that was made otherwise is told; a model is not
  ///     replaced.
  public init(
    _ path: String, of kind: FileKind, caseStudy: String, model: String? = nil, inputs: [String], companions: [String] = [],
    configuration: String? = nil, replaces: Bool
  ) {
    /// When the file was made, if it was made with other settings.
    func madeOtherwise(_ target: String) throws -> String? {
      guard let configuration, let earlier = try FileProvenance(reading: target), earlier.configuration != configuration else {
        return nil
      }
      return earlier.run.started
    }
    self.init(path, inputs: inputs, companions: companions, replaces: replaces) { target in
      guard let found = try Occupant(at: target) else { return nil }
      guard found == Occupant(kind: kind.rawValue, caseStudy: caseStudy, model: model) else { return found.words }
      // A model may be hours of work.
      return try kind == .model ? madeOtherwise(target).map { "\(found.words), made with other settings at \($0)" } : nil
    }
    notice = { target in
      (try? madeOtherwise(target)).map { "replacing a file that was made with other settings, \($0)" }
    }
  }

  /// A claim to the path of a file of another program's format.
  ///
  /// - Parameter opening: whether the first bytes of a file are those of the format.
  public init(
    _ path: String, called format: String, inputs: [String], replaces: Bool, opening: @escaping (Data) -> Bool
  ) {
    self.init(path, inputs: inputs, replaces: replaces) { target in
      guard FileManager.default.fileExists(atPath: target) else { return nil }
      let file = try? FileHandle(forReadingFrom: URL(fileURLWithPath: target))
      defer { try? file?.close() }
      let first = (try? file?.read(upToCount: 64)) ?? Data()
      let occupant = try Occupant(at: target)
      if let occupant, occupant.kind != nil { return occupant.words }
      return opening(first) ? nil : "a file that is no \(format)"
    }
  }
}

/// What a file at the path of an output says that it is.
private struct Occupant: Equatable {
  /// Nil for a file that is not of this format.
  var kind: String?
  var caseStudy: String?
  var model: String?
  var isDamaged = false

  init(kind: String?, caseStudy: String?, model: String?) { (self.kind, self.caseStudy, self.model) = (kind, caseStudy, model) }

  /// Nil where there is no file. A file that was not finished, or is damaged behind its header, says what it is all the same.
  init?(at path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    self.init(kind: nil, caseStudy: nil, model: nil)
    let file: File
    do { file = try File.open(path) } catch let error as HDF5Error {
      switch error.kind {
      case .notHDF5: return
      case .truncated, .corrupt:
        isDamaged = true
        return
      default: throw error.failure
      }
    }
    defer { try? file.close() }
    func text(_ name: String) -> String? { try? file.hasAttribute(name) ? file.attribute(name, as: String.self) : nil }
    kind = text("schema").flatMap(FileKind.init(schema:))?.rawValue
    guard kind != nil else { return }
    (caseStudy, model) = (text("case_study"), text("model"))
  }

  var words: String {
    guard let kind else { return isDamaged ? "a damaged HDF5 file" : "a file that is none of this program" }
    let what = model.map { "\(kind) of `\($0)`" } ?? kind
    return "\(["a", "e", "i", "o", "u"].contains(what.prefix(1)) ? "an" : "a") \(what), \(caseStudy ?? "of no case study")"
  }
}
