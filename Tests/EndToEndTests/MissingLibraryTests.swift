import Foundation
import Testing

/// A program without `libimplicit-torch.so` beside it.
@Suite struct MissingLibraryTests {
  @Test func `A program that needs tensors says what is missing and how to get it, and leaves nothing behind`() async throws {
    let folder = try TemporaryFolder()
    let result = try await Executables.shell(
      """
      cp "$BIN/implicit-generate" $D/
      $D/implicit-generate steady-flows --config pipelines/steady-flows.yaml --preset smoke --out $D/out.h5
      """, ["BIN": Executables.folder, "D": folder.path])
    #expect(result.status == 66, "\(result.errors)")
    for text in ["LibTorch cannot be loaded", "libimplicit-torch.so", "\n  -> ", "pipelines/setup.sh", "LIBTORCH"] {
      #expect(result.errors.contains(text), "\(text) in:\n\(result.errors)")
    }
    #expect(result.output.isEmpty)
    #expect(try names(in: folder.path) == ["implicit-generate"])
  }

  @Test func `A program that needs none works all the same`() async throws {
    let folder = try TemporaryFolder()
    let result = try await Executables.shell(
      """
      cp "$BIN/implicit-pipeline" $D/
      $D/implicit-pipeline --version && $D/implicit-pipeline plan pipelines/scalar-maps.yaml --preset smoke --out $D/run
      """, ["BIN": Executables.folder, "D": folder.path])
    #expect(result.status == 0, "\(result.errors)")
  }
}
