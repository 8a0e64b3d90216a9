import Experiment
import Foundation
import HDF5

extension SweepCurves {
  /// Reads a sweep file.
  ///
  /// - Throws: `Failure`: missing input, or bad data when it is no whole sweep file, when its datasets do not fit each other, or
  ///   when its iterations are not ascending.
  public init(reading path: String) throws {
    let file = try Failure.mapping { try File.open(path) }
    let header = try FileHeader(of: file, expecting: [.sweep])
    let provenance = try FileProvenance(of: file)
    self = try Failure.mapping {
      func text(_ name: String) throws -> String { try file.attribute(name, as: String.self) }
      func optionalText(_ name: String) throws -> String { try file.hasAttribute(name) ? text(name) : "" }
      func integer(_ name: String) throws -> Int { Int(try file.attribute(name, as: Int64.self)) }
      let iterations = try file.dataset("iteration").read(Int64.self).map(Int.init)
      let samples = try file.dataset("sample").shape.first ?? 0
      let perturbations = try file.contains("perturbation") ? file.dataset("perturbation").read(String.self) : []
      let reader = CurveReader(file: file, samples: samples, iterations: iterations.count)
      guard !iterations.isEmpty, zip(iterations, iterations.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw Failure(
          .badData, "expected one or more ascending iterations, found \(iterations.count)", at: "\(path):/iteration",
          remedy: "sweep the model again")
      }
      guard samples > 0 else {
        throw Failure(.badData, "the sweep holds no samples", at: "\(path):/sample", remedy: "sweep the model again")
      }
      let modelHash = try optionalText("model_sha256")
      var curves = SweepCurves(
        caseStudy: header.caseStudy, model: try text("model"), architecture: try text("architecture"),
        isIterative: try file.attribute("is_iterative", as: UInt8.self) != 0,
        seed: UInt64(bitPattern: try file.attribute("seed", as: Int64.self)), split: try text("split"),
        solver: try text("solver"), parameters: try integer("parameter_count"),
        trainedIterations: try file.hasAttribute("trained_iterations") ? integer("trained_iterations") : nil,
        subject: try file.hasAttribute("subject") ? text("subject") : nil, iterations: iterations,
        errorName: try text("error_name"),
        error: try reader.curves("error"), residual: try file.contains("residual") ? reader.curves("residual") : nil,
        perturbations: perturbations,
        lipschitzRatio: try reader.curves("lipschitz_ratio", for: perturbations),
        perturbedError: try reader.curves("perturbed_error", for: perturbations),
        qualities: try reader.qualities(),
        seconds: try reader.numbers("seconds"), flops: try reader.numbers("flops"),
        source: InputFile(
          path: path, contentHash: header.contentHash ?? "", modelHash: modelHash,
          datasetHash: try optionalText("dataset_sha256"), modelPath: provenance?.path(ofInput: modelHash),
          configuration: provenance?.configuration ?? ""))
      curves.memory = try reader.memory()
      return curves
    }
  }
}

/// Reads the datasets of a sweep and checks their shapes against each other.
private struct CurveReader {
  let file: File
  let samples: Int
  let iterations: Int

  /// `[S, K]`
  func curves(_ name: String) throws -> SampleCurves {
    let values = try values(name, shape: [samples, iterations])
    return try curves(values, name)
  }

  /// One `[S, K]` for each perturbation; none when there is no such dataset.
  func curves(_ name: String, for perturbations: [String]) throws -> [SampleCurves] {
    guard try file.contains(name) else { return [] }
    let values = try values(name, shape: [perturbations.count, samples, iterations])
    let size = samples * iterations
    return try perturbations.indices.map { try curves(Array(values[($0 * size)..<(($0 + 1) * size)]), name) }
  }

  /// The measures below `/quality`.
  func qualities() throws -> [QualityCurves] {
    guard try file.contains("quality") else { return [] }
    return try file.group("quality").children().map { child in
      let dataset = try file.dataset(child.path)
      let units = try dataset.attribute("units", as: String.self)
      let meaning = try dataset.attribute("long_name", as: String.self)
      return QualityCurves(
        name: child.name, label: units == "1" ? meaning : "\(meaning) (\(units))",
        curves: try curves("quality/\(child.name)"))
    }
  }

  /// The curves below `/memory`.
  func memory() throws -> [MemoryCurve] {
    guard try file.contains("memory") else { return [] }
    let adjoints = try file.dataset("memory/adjoint").read(String.self)
    let iterations = try file.dataset("memory/iteration").read(Int64.self).map(Int.init)
    let peaks = try values("memory/peak", as: Int64.self, shape: [adjoints.count, iterations.count]).map(Double.init)
    return adjoints.enumerated().map { index, adjoint in
      MemoryCurve(
        adjoint: adjoint, iterations: iterations,
        peaks: Array(peaks[(index * iterations.count)..<((index + 1) * iterations.count)]))
    }
  }

  /// `[K]`
  func numbers(_ name: String) throws -> [Double] { try values(name, shape: [iterations]) }

  private func values<Number: Element>(_ name: String, as type: Number.Type = Double.self, shape: [Int]) throws -> [Number] {
    let dataset = try file.dataset(name)
    let found = try dataset.shape
    guard found == shape else {
      throw Failure(
        .badData, "expected shape \(shape), found \(found)", at: "\(file.filePath):/\(name)",
        remedy: "the sweep does not fit itself: sweep the model again")
    }
    return try dataset.read(type)
  }

  private func curves(_ values: [Double], _ name: String) throws -> SampleCurves {
    guard let curves = SampleCurves(samples: samples, iterations: iterations, values: values) else {
      throw Failure(.bug, "\(values.count) values for \(samples) samples and \(iterations) iterations", at: name)
    }
    return curves
  }
}

extension TrainingCurve {
  /// Reads the loss of the training from a model file.
  ///
  /// - Parameter hash: the content hash the file is expected to state.
  /// - Returns: nil when it is another file by now, or keeps no losses, as that of imported weights.
  public init?(reading path: String, contentHash hash: String) throws {
    let file = try Failure.mapping { try File.open(path) }
    guard try FileHeader(of: file, expecting: [.model]).contentHash == hash else { return nil }
    let curve: TrainingCurve? = try Failure.mapping {
      guard try file.contains("history/step"), try file.contains("history/loss") else { return nil }
      return TrainingCurve(
        model: try file.attribute("model", as: String.self),
        seed: try file.hasAttribute("seed") ? UInt64(bitPattern: file.attribute("seed", as: Int64.self)) : 0,
        steps: try file.dataset("history/step").read(Int64.self).map(Int.init),
        losses: try file.dataset("history/loss").read(Double.self))
    }
    guard let curve else { return nil }
    self = curve
  }
}
