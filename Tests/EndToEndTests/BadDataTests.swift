import Foundation
import HDF5
import Testing

extension SmokeRunTests {
  /// Input files that are missing, damaged, or not what they should be: exit status 65 or 66.
  @Suite struct BadDataTests {
    /// One thing that can be wrong with a file.
    struct Damage: Sendable, CustomTestStringConvertible {
      var testDescription: String
      /// What the message must name; `FILE` stands for the path.
      var named: [String]
      var change: @Sendable (String) throws -> Void

      /// Damages the file at a path.
      init(_ name: String, _ named: String..., path change: @escaping @Sendable (String) throws -> Void) {
        (testDescription, self.named, self.change) = (name, named, change)
      }

      /// Damages the content.
      init(_ name: String, _ named: String..., content change: @escaping @Sendable (File) throws -> Void) {
        (testDescription, self.named) = (name, named)
        self.change = { path in
          let file = try File.open(path, .readWrite)
          try change(file)
          try file.close()
        }
      }

      /// Checks that a line refuses a copy of this file of the smoke run, as `$IN/NAME`.
      func check(_ name: String, refusedBy line: String) async throws {
        var refusal = Refusal(line, 65)
        refusal.named = named.map { $0.replacing("FILE", with: "$IN/\(name)") }
        try await refusal.check { folder in
          let path = "\(folder)/\(name)"
          try FileManager.default.copyItem(atPath: "\(SmokeRun.folder)/\(name)", toPath: path)
          try change(path)
        }
      }
    }

    static func replace<T: Element>(
      _ name: String, _ values: [T], _ shape: [Int], _ storage: Storage = .standard, in file: File
    ) throws {
      try file.delete(name)
      try file.write(name, values, shape: shape, storage: storage)
    }

    static let anyFile = [
      Damage("truncated", "FILE: ", "the file is truncated", "copy the file again") { (path: String) in
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.truncate(atOffset: file.seekToEnd() / 2)
        try file.close()
      },
      Damage("empty", "FILE: ", "an empty file") { (path: String) in try Data().write(to: URL(filePath: path)) },
      Damage("text", "FILE: ", "not an HDF5 file") { (path: String) in
        try Data("a,b\n1,2\n".utf8).write(to: URL(filePath: path))
      },
      Damage("of a newer major version", "FILE: ", "expected format version 1.x, found 2.0", "update this program") {
        (file: File) in
        try file.setAttribute("schema_version", [Int64(2), 0])
      },
      Damage("of a foreign schema", "FILE: ", "`the-well`", "implicit-inspect") { (file: File) in
        try file.setAttribute("schema", "the-well")
      },
      Damage("unfinished", "FILE:/: ", "`complete`", "make the file again") { (file: File) in try file.removeAttribute("complete")
      },
    ]

    @Test(arguments: anyFile) func `A broken file is refused`(damage: Damage) async throws {
      try await damage.check(
        "dataset.h5",
        refusedBy: "implicit-train $CONFIG --model implicit-8 --dataset $IN/dataset.h5 --out $OUT/m.h5")
    }

    static let datasets = [
      Damage("a flipped byte in a chunk", "FILE:/train/solution: ", "the file is damaged", "copy it again") {
        (path: String) in
        let file = try File.open(path, .readWrite)
        let values = try file.dataset("train/solution").read(Double.self)
        // Not compressed, so that the values are found among the bytes; it is the checksum that counts.
        try replace("train/solution", values, [16, 12], Storage(deflate: nil), in: file)
        try file.close()
        var data = try Data(contentsOf: URL(filePath: path))
        let sample = values[12..<24].withUnsafeBytes { Data($0) }
        let location = try #require(data.range(of: sample))
        data[location.lowerBound + 6] ^= 0x10
        try data.write(to: URL(filePath: path))
      },
      Damage("a missing dataset", "FILE:/train: ", "`solution` (optimal solution) is missing", "float64", "(sample, variable)") {
        (file: File) in
        try file.delete("train/solution")
      },
      Damage("a wrong shape", "FILE:/train/lower: ", "(sample = 16, variable = 11), found [16, 12]", "compare with `c`") {
        (file: File) in
        try replace("train/c", [Double](repeating: 0, count: 176), [16, 11], in: file)
      },
      Damage("a wrong type", "FILE:/train/edge_value: ", "expected type float64, found int64", "as float64") { (file: File) in
        try replace("train/edge_value", [Int64](repeating: 1, count: 320), [16, 20], in: file)
      },
      Damage(
        "a NaN label", "FILE:/train/solution: ", "expected finite labels, found nan at sample 3, value 5", "remove the sample"
      ) { (file: File) in
        try file.dataset("train/solution").write([Double.nan], start: [3, 5], count: [1, 1])
      },
      Damage("a bound that stands for none", "FILE:/train/lower: ", "found -1e+30 at sample 1, value 2", "no solution reaches") {
        (file: File) in
        try file.dataset("train/lower").write([-1e30], start: [1, 2], count: [1, 1])
      },
      Damage("an infinite bound", "FILE:/train/upper: ", "found inf at sample 1, value 2", "no solution reaches") {
        (file: File) in
        try file.dataset("train/upper").write([Double.infinity], start: [1, 2], count: [1, 1])
      },
      Damage("bounds that exclude each other", "FILE:/train, sample 1, variable 2: ", "expected lower <= upper", "correct them") {
        (file: File) in
        let lower = try file.dataset("train/upper").read(Double.self)[14] + 1
        try file.dataset("train/lower").write([lower], start: [1, 2], count: [1, 1])
      },
      Damage("a third kind of constraint", "FILE:/train/is_equality: ", "expected numbers from 0 to 1, found 2") { (file: File) in
        try file.dataset("train/is_equality").write([UInt8(2)], start: [1, 2], count: [1, 1])
      },
      Damage("a negative draw", "FILE:/train/index: ", "expected numbers of draws from 0, found -1", "leave `index` out") {
        (file: File) in
        try file.dataset("train/index").write([Int64(-1)], start: [0], count: [1])
      },
      Damage("a draw that is there twice", "FILE:/train/index: ", "expected ascending numbers of draws", "leave `index` out") {
        (file: File) in
        let index = try file.dataset("train/index")
        try index.write([index.read(Int64.self)[4]], start: [5], count: [1])
      },
      Damage("an entry outside of the matrix", "FILE:/train, sample 2, edge_variable[7]", "12") { (file: File) in
        try file.dataset("train/edge_variable").write([Int64(12)], start: [2, 7], count: [1, 1])
      },
      Damage("another case study", "FILE: ", "expected a dataset of the case study `linear-programs`", "`deblurring`") {
        (file: File) in
        try file.setAttribute("case_study", "deblurring")
      },
      Damage("no samples to train on", "FILE: ", "the split `train` is missing", "the file has valid and test") { (file: File) in
        try file.delete("train")
      },
    ]

    @Test(arguments: datasets) func `A dataset that does not hold what it should is refused`(damage: Damage) async throws {
      try await damage.check(
        "dataset.h5", refusedBy: "implicit-train $CONFIG --model implicit-8 --dataset $IN/dataset.h5 --out $OUT/m.h5")
    }

    @Test func `A dataset of one's own that lacks what a run needs is refused before anything is trained`() async throws {
      let damage = Damage("without a test split", "FILE: ", "the split `test` is missing", "the file has train") { (file: File) in
        try file.delete("test")
      }
      try await damage.check(
        "dataset.h5",
        refusedBy: "implicit-pipeline run pipelines/linear-programs.yaml --preset smoke --set pipeline.dataset=$IN/dataset.h5 "
          + "--out $OUT/run")
    }

    @Test(arguments: datasets + models)
    func `What a stage refuses is not valid`(damage: Damage) async throws {
      let name = Self.datasets.contains { $0.testDescription == damage.testDescription } ? "dataset.h5" : "implicit-8.h5"
      // Only the stage knows which case study it is for, which model of which size, and which splits it reads.
      if ["another case", "for another", "no samples", "without a weight", "another shape"]
        .contains(where: damage.testDescription.contains)
      {
        return
      }
      let folder = try TemporaryFolder()
      let path = "\(folder.path)/\(name)"
      try FileManager.default.copyItem(atPath: "\(SmokeRun.folder)/\(name)", toPath: path)
      try damage.change(path)
      let result = try await Executables.shell("implicit-inspect validate $FILE", ["FILE": path])
      #expect(result.status == 65 && result.output.contains("not valid") || result.errors.contains(path), "\(result.errors)")
    }

    /// One run of `validate` on copies of the dataset of the smoke run.
    private func validate(_ changes: [(name: String, change: (File) throws -> Void)]) async throws -> (
      status: Int32, output: String
    ) {
      let folder = try TemporaryFolder()
      for (name, change) in changes {
        let path = "\(folder.path)/\(name)"
        try FileManager.default.copyItem(atPath: "\(SmokeRun.folder)/dataset.h5", toPath: path)
        let file = try File.open(path, .readWrite)
        try change(file)
        try file.removeAttribute("content_sha256")
        try file.close()
      }
      try Data("text".utf8).write(to: URL(filePath: "\(folder.path)/text"))
      let result = try await Executables.shell(
        "cd $IN && implicit-inspect validate \((["text"] + changes.map(\.name)).joined(separator: " "))", ["IN": folder.path])
      return (result.status, result.output)
    }

    @Test func `A validation names every field and split that is wrong, and goes on behind a file that cannot be read`()
      async throws
    {
      let (status, output) = try await validate([
        (
          "bad.h5",
          { file in
            try file.dataset("train/c").write([1e30], start: [1, 2], count: [1, 1])
            try file.dataset("train/b").write([Double.nan], start: [0, 0], count: [1, 1])
            try file.dataset("test/edge_variable").write([Int64(12)], start: [2, 7], count: [1, 1])
          }
        ), ("good.h5", { _ in }),
      ])
      #expect(status == 65)
      #expect(output.contains("text: not valid\n  problem: text: cannot open file: not an HDF5 file"))
      for problem in ["/train/c: expected numbers", "/train/b: expected", "/test, sample 2, edge_variable[7]"] {
        #expect(output.components(separatedBy: "problem: bad.h5:\(problem)").count == 2, "\(problem) in \(output)")
      }
      #expect(output.contains("good.h5: valid"))
    }

    @Test func `Inputs without labels are valid, and it is said which stages take them`() async throws {
      let (_, output) = try await validate([
        ("inputs.h5", { file in for split in ["train", "test"] { try file.delete("\(split)/solution") } }),
        ("training.h5", { try $0.delete("test") }), ("half.h5", { try $0.delete("test/b") }),
      ])
      #expect(output.contains("inputs.h5: valid"))
      #expect(output.contains("note: /test: has no `solution`, so that implicit-apply takes it, but no training and no sweep"))
      #expect(output.contains("training.h5: valid"))
      #expect(output.contains("note: /: there is no split `test`"))
      #expect(output.contains("problem: half.h5:/test: the field `b` (right-hand side) is missing"))
    }

    static let weight = "parameters/output_module.2.weight"
    static let models = [
      Damage("for another case study", "FILE: ", "expected a model of the case study `linear-programs`", "`deblurring`", "same") {
        (file: File) in
        try file.setAttribute("case_study", "deblurring")
      },
      Damage("without a weight", "FILE:/parameters: ", "`output_module.2.weight` of shape [1, 8] is missing", "another model") {
        (file: File) in
        try file.delete(weight)
      },
      Damage("with a weight of another shape", "FILE:/\(weight): ", "expected shape [1, 8], found [1, 4]", "another size") {
        (file: File) in
        try replace(weight, [Float](repeating: 0, count: 4), [1, 4], in: file)
      },
      Damage("with a weight that is NaN", "FILE:/\(weight): ", "expected finite numbers", "train the model") { (file: File) in
        try file.dataset(weight).write([Float.nan], start: [0, 3], count: [1, 1])
      },
      Damage(
        "of an unknown architecture", "FILE:/@configuration", "architecture: expected choice, one of explicit-gnn",
        "`transformer`"
      ) { (file: File) in
        try file.setAttribute("configuration", "models: {implicit-8: {architecture: transformer, embedding: 8}}")
      },
    ]

    @Test(arguments: models) func `A model that does not fit is refused`(damage: Damage) async throws {
      try await damage.check(
        "implicit-8.h5",
        refusedBy: "implicit-sweep $CONFIG --model $IN/implicit-8.h5 --dataset $SMOKE/dataset.h5 --out $OUT/s.h5")
    }

    static let imports = "implicit-inspect import-weights --architecture implicit-gnn --out $OUT/m.h5 --safetensors"
    static let others = [
      Refusal("implicit-train $CONFIG --model implicit-8 --dataset $IN/d.h5 --out $OUT/m.h5", 66, "$IN/d.h5: ", "no such file"),
      Refusal("implicit-train $CONFIG --model implicit-8 --dataset $IN --out $OUT/m.h5", 66, "$IN: ", "found a folder"),
      Refusal(
        "implicit-sweep $CONFIG --model $SMOKE/dataset.h5 --dataset $SMOKE/dataset.h5 --out $OUT/s.h5", 65,
        "$SMOKE/dataset.h5: ", "expected a file of schema implicit-h5/model, found `implicit-h5/dataset`"),
      Refusal("implicit-aggregate $IN/*.sweep.h5 --out $OUT/report", 66, "$IN/*.sweep.h5: ", "no such file"),
      Refusal("implicit-inspect diff $SMOKE/dataset.h5 $IN/none.h5", 66, "$IN/none.h5: ", "no such file"),
      Refusal(
        "implicit-generate merge $SMOKE/part-1.h5 --out $OUT/d.h5", 65, "$SMOKE/part-1.h5: ",
        "expected the shards 1/4 2/4 3/4 4/4, found 1/4", "draw those that are missing"),
      Refusal(
        "implicit-generate merge $SMOKE/dataset.h5 --out $OUT/d.h5", 65, "$SMOKE/dataset.h5: ",
        "implicit-h5/dataset-shard, found `implicit-h5/dataset`"),
      Refusal(
        "head -c 30000 $SMOKE/dataset.h5 >$IN/cut.h5; implicit-inspect validate $IN/cut.h5", 65, "$IN/cut.h5: ", "truncated"),
      Refusal("head -c 9000 $SMOKE/weights >$IN/cut; \(imports) $IN/cut", 65, "$IN/cut:", "do not fit"),
      Refusal(
        "sed s/output_module.2.weight/output_module.2.height/ $SMOKE/weights >$IN/x; \(imports) $IN/x", 65, "$IN/x: ",
        "unexpected array", "output_module.2.height`", "output_module.2.weight"),
      Refusal(
        "head -c -4 $SMOKE/weights >$IN/x; printf '\\000\\000\\200\\177' >>$IN/x; \(imports) $IN/x", 65, "$IN/x:",
        "expected finite numbers", "earlier checkpoint"),
      Refusal(
        "\(imports) $SMOKE/weights --settings '{embedding: 4}'", 65, "$SMOKE/weights:", "expected shape [4", "found [8",
        "check the settings"),
    ]

    @Test(arguments: others) func `A wrong or missing file is named`(refusal: Refusal) async throws {
      try await refusal.check()
    }
  }
}
