import Foundation
import HDF5
import Testing

extension SmokeRunTests {
  /// A trained model on inputs of one's own.
  @Suite struct ApplyTests {
    private static let apply = "implicit-apply --model $SMOKE/implicit-8.h5"

    @Test func `The outputs are those whose errors the sweep measures`() async throws {
      let folder = try TemporaryFolder()
      let result = try await Executables.shell(
        "\(Self.apply) --inputs $SMOKE/dataset.h5 --iterations 5 --out $D/o.h5",
        ["D": folder.path].merging(SmokeRun.variables) { $1 })
      try #require(result.status == 0 && result.output == "\(folder.path)/o.h5\n", "\(result.errors)")
      let outputs = try File.open("\(folder.path)/o.h5")
      let (x, shape) = try (outputs.dataset("output").read(Double.self), outputs.dataset("output").shape)
      #expect(try outputs.attribute("iterations", as: Int64.self) == 5 && outputs.attribute("split", as: String.self) == "test")
      #expect(try outputs.dataset("output").attributeArray("dims", as: String.self) == ["sample", "variable"])
      let solutions = try File.open("\(SmokeRun.folder)/dataset.h5").dataset("test/solution").read(Double.self)
      let sweep = try File.open("\(SmokeRun.folder)/implicit-8.sweep.h5")
      let column = try #require(try sweep.dataset("iteration").read(Int64.self).firstIndex(of: 5))
      let (errors, count) = try (sweep.dataset("error").read(Double.self), sweep.dataset("iteration").shape[0])
      for sample in 0..<shape[0] {
        let row = sample * shape[1]..<(sample + 1) * shape[1]
        func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let error = norm(zip(x[row], solutions[row]).map { $0 - $1 }) / (norm(Array(solutions[row])) + 1)
        // The sweep computes in float64, the model is applied in float32.
        #expect(abs(error - errors[sample * count + column]) < 1e-4)
      }
    }

    @Test func `A model is iterated as in its training, and who did not settle is counted`() async throws {
      let folder = try TemporaryFolder()
      let result = try await Executables.shell(
        """
        implicit-train $CONFIG --set training.adjoint.damping=0.25 --model implicit-8 --dataset $SMOKE/dataset.h5 --out $D/m.h5
        for solver in "" "--solver anderson"; do
          implicit-apply --model $D/m.h5 --inputs $SMOKE/dataset.h5 --iterations 1 $solver --out $D/o.h5 >&2
          h5dump -a /solver $D/o.h5 | grep name
        done
        """, ["D": folder.path].merging(SmokeRun.variables) { $1 })
      #expect(result.output.contains("{name: picard, damping: 0.25}") && result.output.contains("{name: anderson, "))
      #expect(
        result.errors.contains("8 of 8 samples have not come to a fixed point in 1 iterations of {name: picard, damping: 0.25}"))
    }

    private static let refusals = [
      Refusal("\(apply) --inputs $SMOKE/implicit-8.h5 --out $OUT/o.h5", 65, "$SMOKE/implicit-8.h5", "schema implicit-h5/dataset"),
      Refusal("\(apply) --inputs $SMOKE/dataset.h5 --iterations 0 --out $OUT/o.h5", 64, "--iterations must be from 1 to 100000"),
      Refusal("\(apply) --inputs $SMOKE/dataset.h5 --iterations 100001 --out $OUT/o.h5", 64, "found 100001"),
      Refusal("cp $SMOKE/dataset.h5 $IN/x; \(apply) --inputs $IN/x --out $IN/x", 64, "is the input"),
      Refusal(
        "touch $IN/a.png; implicit-apply picture $IN/a.png --model $SMOKE/implicit-8.h5 --kernel disc:2 --out $OUT/b.png", 64,
        "has no pictures"),
    ]

    @Test(arguments: refusals) func `What cannot be applied is said`(refusal: Refusal) async throws { try await refusal.check() }

    @Test func `A picture of any size is restored to a picture of its size`() async throws {
      let folder = try TemporaryFolder()
      // A colour gradient with an edge, in 45 x 38 pixels, as a PPM that becomes a PNG by our own hands: the fixture is tiny.
      try FileManager.default.copyItem(
        atPath: "\(Executables.repository)/Tests/Fixtures/pictures/sixteen-bit.png", toPath: "\(folder.path)/a.png")
      let result = try await Executables.shell(
        """
        C="--config pipelines/deblurring.yaml --preset smoke"
        implicit-generate deblurring $C --out $D/d.h5 >$D/log 2>&1
        implicit-train $C --model denoiser --dataset $D/d.h5 --out $D/denoiser.h5 >>$D/log 2>&1
        implicit-train $C --model implicit-hqs --initial $D/denoiser.h5 --dataset $D/d.h5 --out $D/m.h5 >>$D/log 2>&1 || cat $D/log >&2
        implicit-apply picture $D/a.png --model $D/m.h5 --kernel gaussian:1.2 --iterations 2 --out $D/b.png || exit 1
        for kernel in gaussian:0 gaussian:x $D/none.npy; do
          implicit-apply picture $D/a.png --model $D/m.h5 --kernel $kernel --out $D/c.png 2>>$D/refusals; echo $?
        done
        """, ["D": folder.path])
      #expect(result.output == "\(folder.path)/b.png\n64\n64\n66\n", "\(result.output) \(result.errors)")
      func size(_ name: String) throws -> Data {
        try Data(contentsOf: URL(filePath: "\(folder.path)/\(name)")).dropFirst(16).prefix(8)
      }
      #expect(try size("a.png") == size("b.png"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/c.png"))
    }
  }
}
