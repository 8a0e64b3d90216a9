import Foundation
import HDF5
import Testing

extension SmokeRunTests {
  /// Outputs that would destroy something: an input, a device, a file of another kind.
  @Suite struct OutputTests {
    private static let generate = "implicit-generate linear-programs $CONFIG"
    private static let train = "implicit-train $CONFIG --model implicit-8"
    private static let sweep = "implicit-sweep $CONFIG"

    /// Lines that write `$FILE`, a copy of a file of the smoke run that they also read.
    private static let inputs = [
      ("dataset.h5", "\(train) --dataset $FILE --out $FILE"),
      ("dataset.h5", "\(sweep) --model $SMOKE/implicit-8.h5 --dataset $FILE --out $FILE"),
      ("implicit-8.h5", "\(sweep) --model $FILE --dataset $SMOKE/dataset.h5 --out $FILE"),
      ("implicit-8.h5", "implicit-inspect export-weights $FILE --safetensors $FILE"),
      ("dataset.h5", "ln $FILE $IN/other; \(train) --dataset $FILE --out $IN/other"),
      ("dataset.h5", "ln -s $FILE $IN/other; \(train) --dataset $FILE --out $IN/other"),
      ("dataset.h5", "ln $FILE $IN/m.checkpoint.h5; \(train) --dataset $FILE --out $IN/m.h5"),
      ("dataset.h5", "ln $FILE $IN/p.json; \(train) --dataset $FILE --out $IN/m.h5 --progress $IN/p.json"),
    ]

    @Test(arguments: inputs, ["", " --replace"])
    func `An output that is an input is refused, by whatever name and whatever may be replaced`(
      input: (file: String, line: String), option: String
    ) async throws {
      let refusal = Refusal("FILE=$IN/\(input.file); \(input.line)\(option)", 64, "is the input", "another name")
      let original = try Data(contentsOf: URL(filePath: "\(SmokeRun.folder)/\(input.file)"))
      var path = ""
      try await refusal.check { folder in
        path = "\(folder)/\(input.file)"
        try original.write(to: URL(filePath: path))
      } after: {
        let left = try Data(contentsOf: URL(filePath: path))
        #expect(left == original)
      }
    }

    /// What must not be replaced by a file, each made as `$IN/x`.
    private static let strangers = [
      "mkfifo $IN/x": "a named pipe", "ln -s /dev/null $IN/x": "a device", "ln -s none $IN/x": "a link",
    ]

    @Test(
      arguments: strangers.keys,
      [
        "\(generate) --out $IN/x --replace", "\(generate) --out $OUT/d.h5 --progress $IN/x",
        "implicit-inspect export-weights $SMOKE/implicit-8.h5 --safetensors $IN/x --replace",
        "implicit-aggregate $SMOKE/implicit-8.sweep.h5 --out $IN/x --replace",
      ])
    func `A pipe, a device and a link to nothing are not replaced by a file`(make: String, line: String) async throws {
      let words = line.contains("aggregate") ? "cannot create" : try #require(Self.strangers[make])
      var folder = ""
      try await Refusal("\(make); \(line)", 73, "$IN/x", words).check {
        folder = $0
      } after: {
        let isFile = try URL(filePath: "\(folder)/x").resourceValues(forKeys: [.isRegularFileKey]).isRegularFile
        #expect(isFile != true)
      }
    }

    @Test func `A link stays a link, and the file that it names is replaced`() async throws {
      let folder = try TemporaryFolder()
      let result = try await Executables.shell(
        """
        mkdir $D/far; ln -s far/d.h5 $D/d.h5; cp $SMOKE/dataset.h5 $D/far/d.h5
        \(Self.generate) --set seed=5 --out $D/d.h5 && implicit-inspect diff $SMOKE/dataset.h5 $D/far/d.h5 >$D/diff
        ln -s far/w $D/w; touch $D/far/w
        implicit-inspect export-weights $SMOKE/implicit-8.h5 --safetensors $D/w --replace
        cmp $D/far/w $SMOKE/weights && readlink $D/d.h5 $D/w
        """, ["D": folder.path].merging(SmokeRun.variables) { $1 })
      #expect(result.status == 0 && result.output.hasSuffix("far/d.h5\nfar/w\n"), "\(result.errors)")
      #expect(try names(in: folder.path + "/far") == ["d.h5", "w"])
    }

    /// Lines that write `$FILE`, with a file of the smoke run or a text that is there, and what it is called.
    private static let occupants = [
      ("dataset.h5", "\(train) --dataset $SMOKE/dataset.h5 --out $FILE", "a dataset, linear-programs"),
      ("implicit-8.h5", "\(generate) --out $FILE", "a model of `implicit-8`, linear-programs"),
      (
        "implicit-8.h5", "implicit-train $CONFIG --model explicit-8 --dataset $SMOKE/dataset.h5 --out $FILE",
        "a model of `implicit-8`, linear-programs"
      ),
      (
        "dataset.h5", "implicit-generate scalar-maps --config pipelines/scalar-maps.yaml --preset smoke --out $FILE",
        "a dataset, linear-programs"
      ),
      ("dataset.h5", "implicit-inspect export-weights $SMOKE/implicit-8.h5 --safetensors $FILE", "a dataset, linear-programs"),
      ("notes.txt", "\(generate) --out $FILE", "a file that is none of this program"),
      ("notes.txt", "implicit-inspect export-weights $SMOKE/implicit-8.h5 --safetensors $FILE", "no safetensors file"),
    ]

    @Test(arguments: occupants)
    func `What is something else than an earlier version of the output is not replaced unless that is said`(
      file: String, line: String, words: String
    ) async throws {
      let original =
        file == "notes.txt" ? Data("mine\n".utf8) : try Data(contentsOf: URL(filePath: "\(SmokeRun.folder)/\(file)"))
      var path = ""
      try await Refusal("FILE=$IN/\(file); \(line)", 73, "$IN/\(file): ", words, "--replace").check { folder in
        path = "\(folder)/\(file)"
        try original.write(to: URL(filePath: path))
      } after: {
        let left = try Data(contentsOf: URL(filePath: path))
        #expect(left == original)
        let result = try await Executables.shell("\(line) --replace", ["FILE": path].merging(SmokeRun.variables) { $1 })
        #expect(result.status == 0, "\(result.errors)")
        let now = try Data(contentsOf: URL(filePath: path))
        #expect(now != original)
      }
    }

    @Test func `A report leaves files that it did not write where they are`() async throws {
      let folder = try TemporaryFolder()
      func report(_ line: String) async throws -> (status: Int32, output: String, errors: String) {
        let result = try await Executables.shell(line, ["D": folder.path].merging(SmokeRun.variables) { $1 })
        return (result.status, result.output, result.errors)
      }
      let aggregate = "implicit-aggregate $SMOKE/implicit-8.sweep.h5 --out $D"
      let first = try await report("mkdir $D/figures; echo mine >$D/figures/photo.png; echo mine >$D/notes.txt; \(aggregate)")
      #expect(first.status == 0, "\(first.errors)")
      // Again, with a model less: the figure of the other one goes, what is the user's stays.
      let both = try await report(
        "implicit-aggregate $SMOKE/*.sweep.h5 --out $D && \(aggregate) && cat $D/figures/photo.png $D/notes.txt")
      #expect(both.output.hasSuffix("mine\nmine\n"), "\(both.errors)")
      let figures = try names(in: folder.path + "/figures")
      #expect(figures.contains { $0.hasPrefix("lipschitz-implicit") } && !figures.contains { $0.hasPrefix("lipschitz-explicit") })
      // A file of the user's in the way of one of the report's.
      let other = try await report(
        "mkdir $D/paper; echo mine >$D/paper/table.csv; implicit-aggregate $SMOKE/implicit-8.sweep.h5 --out $D/paper")
      #expect(other.status == 73 && other.errors.contains("table.csv") && other.errors.contains("--replace"), "\(other.errors)")
      #expect(try String(contentsOfFile: folder.path + "/paper/table.csv", encoding: .utf8) == "mine\n")
    }
  }
}
