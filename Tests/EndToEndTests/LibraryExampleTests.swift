import Foundation
import Testing

@Suite struct LibraryExampleTests {
  @Test func `A package that names this one by its path uses its modules`() async throws {
    let folder = try TemporaryFolder()
    let result = try await Executables.shell(
      "swift build --package-path Tests/LibraryExample --scratch-path $D >$D/log 2>&1 || { cat $D/log >&2; exit 1; }; $D/debug/example",
      ["D": folder.path])
    try #require(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").compactMap { Double($0) } }
    try #require(lines.count == 3 && lines.allSatisfy { $0.count == 2 })
    for line in lines { #expect(abs(cos(line[0] * line[1]) - line[1]) < 1e-10) }
  }

  @Test func `Without a LibTorch the package says what to do, before anything is compiled`() async throws {
    let folder = try TemporaryFolder()
    let result = try await Executables.shell("LIBTORCH=/nowhere swift build --scratch-path $D 2>&1", ["D": folder.path])
    #expect(result.status != 0 && result.output.contains("run pipelines/setup.sh"), "\(result.output)")
    #expect(!result.output.contains("Backtrac"))
  }
}
