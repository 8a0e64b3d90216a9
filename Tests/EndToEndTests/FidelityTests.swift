import Foundation
import HDF5
import TestSupport
import Testing

/// The outputs of the reference implementation, from its weights and its instances, by the executables alone.
@Suite struct FidelityTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Imports the weights, sweeps them over `dataset.h5`, and compares with what the reference computed.
  func compare(_ kind: String, width: Int) async throws {
    let reference = try ReferenceFiles(kind)
    try reference.writeWeights(width: width, to: "\(folder.path)/weights.safetensors")
    let result = try await Executables.shell(
      """
      set -e
      implicit-inspect import-weights --architecture $KIND-gnn --safetensors $D/weights.safetensors --out $D/model.h5
      implicit-sweep --config pipelines/linear-programs.yaml --preset smoke --model $D/model.h5 --dataset $D/dataset.h5 \
        --iterations 10 --save-outputs --out $D/model.sweep.h5
      """, ["D": folder.path, "KIND": kind])
    try #require(result.status == 0, "\(result.errors)")
    let sweep = try File.open("\(folder.path)/model.sweep.h5")
    #expect(
      try sweep.attribute("parameter_count", as: Int64.self)
        == reference.file.dataset("parameter_count/emb\(width)").readScalar(Int64.self))

    let found = try sweep.dataset("output")
    let shape = try found.shape
    let (samples, iterates, variables) = (shape[0], shape[1], shape[2])
    #expect(iterates == (kind == "implicit" ? 11 : 1) && variables == 50)
    // There, the iterate is the slowest dimension; here, the sample.
    let expected = try reference.file.dataset("emb\(width)/output").read(Float.self).map(Double.init)
    let expectedErrors = try reference.file.dataset("emb\(width)/relative_error").read(Double.self)
    try #require(expected.count == iterates * samples * variables && samples == 6)
    for k in 0..<iterates {
      let output = try found.read(Double.self, start: [0, k, 0], count: [samples, 1, variables])
      let size = samples * variables
      #expect(isClose(output, expected[(k * size)..<((k + 1) * size)]), "output at iteration \(k)")
      let errors = try sweep.dataset("error").read(Double.self, start: [0, k], count: [samples, 1])
      #expect(isClose(errors, expectedErrors[(k * samples)..<((k + 1) * samples)]), "error at iteration \(k)")
    }
  }

  /// Whether |a - b| < 1e-5 max |b| for every pair of values.
  func isClose(_ found: [Double], _ expected: ArraySlice<Double>) -> Bool {
    let scale = expected.map(abs).max() ?? 0
    return zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 * scale }
  }

  @Test(arguments: ["explicit", "implicit"], [4, 8])
  func `Imported weights give the reference's outputs at every iteration`(kind: String, width: Int) async throws {
    try ReferenceFiles(kind).writeDataset(to: "\(folder.path)/dataset.h5")
    try await compare(kind, width: width)
  }

  @Test(.enabled(if: ForeignPython.has("h5py"), "skipped: python3 has no h5py"))
  func `A dataset that h5py writes gives them too`() async throws {
    let program = "\(folder.path)/write.py"
    try Data(ReferenceFiles.datasetProgram.utf8).write(to: URL(filePath: program))
    let written = try await Executables.shell(
      "'\(ForeignPython.executable)' \(program) \(ReferenceFiles.path("implicit")) \(folder.path)/dataset.h5")
    try #require(written.status == 0, "\(written.errors)")
    try await compare("implicit", width: 8)
  }
}
