import Foundation
import HDF5
import Support
import TestSupport
import Testing

@testable import Records

/// Files of every kind, opened by the libraries that people use.
@Suite(
  .enabled(
    if: ForeignPython.has("xarray", "h5netcdf", "netCDF4"),
    "skipped: python3 lacks xarray, h5netcdf or netCDF4; pipelines/setup.sh --with-slurm installs them"))
struct XarrayTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  static let engines = ["h5netcdf", "netcdf4"]

  /// Opens every group and the whole tree, reads all values, and prints for each variable outside /provenance its dimensions with
  /// their lengths, and whether they are coordinates. A warning, as that of dimensions without names, is an error.
  static let program = """
    import sys, warnings
    import xarray
    warnings.simplefilter("error", UserWarning)
    path, engine = sys.argv[1:]
    with xarray.open_datatree(path, engine=engine) as tree:
        tree.load()
        groups = [node.path for node in tree.subtree]
    for group in sorted(groups):
        with xarray.open_dataset(path, engine=engine, group=group) as data:
            data.load()
            for name in sorted(data.variables):
                if group.startswith("/provenance"):
                    continue
                own = data.coords.keys() & {name}
                sizes = " ".join(f"{d}={n}" for d, n in data[name].sizes.items())
                print(f"{group.rstrip('/')}/{name}{' *' if own else ''}: {sizes}")
    """

  func opened(_ path: String, _ engine: String) throws -> [String] {
    try ForeignPython.run(Self.program, [path, engine]).split(separator: "\n").map(String.init)
  }

  @Test(arguments: engines)
  func `The splits of a dataset and of a shard have named dimensions, and the numbers of the draws as coordinates`(
    engine: String
  ) throws {
    let path = folder.file("d.h5")
    try Toy.write(to: path)
    let split = ["attempt: index=40", "flag: index=40 point=3", "index *: index=40", "x: index=40 point=3", "y: index=40"]
    #expect(
      try opened(path, engine)
        == split.map { "/test/" + $0.replacing("40", with: "27") } + split.map { "/train/" + $0.replacing("40", with: "30") })
    let shard = folder.file("shard.h5")
    try Toy.write(to: shard, shard: Shard(1, of: 40))
    #expect(try opened(shard, engine).contains("/train/x: index=1 point=3"))
  }

  @Test(arguments: engines)
  func `A field with the name of a dimension, and texts that all samples share, do not hinder`(engine: String) throws {
    let path = folder.file("d.h5")
    let layout = DatasetLayout(
      caseStudy: "toy", title: "", dimensions: ["kernel": 2],
      fields: [FieldSchema("kernel", ["kernel", "kernel"], .float32, role: .input, "a square")],
      texts: ["tokenizer": SharedText("{}", "a text")])
    let writer = try DatasetWriter(
      creating: path, layout, plans: [SplitPlan(.train, draws: 1)], provenance: Toy.provenance)
    try writer.append(SampleBlock(draws: [0], fields: ["kernel": .single([1, 2, 3, 4])]), to: .train)
    try writer.finish()
    // Twice the same dimension: xarray warns, but opens it.
    let lines = try ForeignPython.run(
      Self.program.replacing("\"error\"", with: "\"ignore\""), [path, engine])
    #expect(lines.contains("/train/kernel: index=1 kernel_dimension=2"))
    #expect(try DatasetReader(path).layout.fields.map(\.name) == ["kernel"])
    #expect(try DatasetReader(path).layout.texts == ["tokenizer": SharedText("{}", "a text")])
  }

  @Test(arguments: engines)
  func `A sweep has samples, iterations and perturbations as coordinates, in its groups too`(engine: String) throws {
    let path = try sweep()
    let shape = "sample=3 iteration=2"
    #expect(
      try opened(path, engine)
        == [
          "/contraction_factor: sample=3", "/error: \(shape)", "/flops: iteration=2", "/iteration *: iteration=2",
          "/limit_period: sample=3",
          "/lipschitz_ratio: perturbation=2 \(shape)",
          "/local_lipschitz: local_lipschitz_sample=2 local_lipschitz_iteration=1",
          "/local_lipschitz_converged: local_lipschitz_sample=2 local_lipschitz_iteration=1",
          "/local_lipschitz_iteration *: local_lipschitz_iteration=1", "/output: \(shape) axis_2_of_4=4",
          "/perturbation *: perturbation=2", "/perturbed_error: perturbation=2 \(shape)", "/ratio_meaning: perturbation=2",
          "/relative_residual: \(shape)", "/residual: \(shape)",
          "/sample *: sample=3", "/seconds: iteration=2", "/status: sample=3",
          "/memory/adjoint *: adjoint=2", "/memory/iteration: memory_iteration=3",
          "/memory/peak: adjoint=2 memory_iteration=3",
          "/quality/psnr: \(shape)",
          "/solvers/error: solver=1 \(shape)", "/solvers/evaluations: solver=1 \(shape)",
          "/solvers/relative_residual: solver=1 \(shape)", "/solvers/solver *: solver=1",
          "/starts/error: start=2 start_sample=1 iteration=2", "/starts/relative_residual: start=2 start_sample=1 iteration=2",
          "/starts/spread: start_sample=1", "/starts/start *: start=2",
        ])
    let selection = """
      import sys, xarray
      sweep = xarray.open_dataset(sys.argv[1], engine=sys.argv[2])
      print(sweep.lipschitz_ratio.sel(perturbation="b", sample=7, iteration=4).item(), sweep.error.mean("sample").values.tolist())
      tree = xarray.open_datatree(sys.argv[1], engine=sys.argv[2])
      print(tree["memory"].peak.sel(adjoint="unrolled").values.tolist(), tree["quality"].psnr.sel(sample=7).iteration.values.tolist())
      """
    #expect(try ForeignPython.run(selection, [path, engine]) == "2.0 [0.5, 0.5]\n[3, 4, 5] [1, 4]")
  }

  @Test(arguments: engines)
  func `Parameters, optimizer and history of a training open`(engine: String) throws {
    let path = folder.file("c.h5")
    let content = try ContentFile(
      creating: path, FileHeader(.checkpoint, caseStudy: "toy", title: "c"), provenance: Toy.provenance)
    for name in ["model", "architecture", "configuration"] { try content.file.setAttribute(name, name) }
    for group in ["/parameters", "/optimizer/first_moment"] {
      try content.write("\(group)/a.weight", [Float](repeating: 0, count: 16), shape: [4, 4])
      try content.write("\(group)/a.bias", [Float](repeating: 0, count: 4))
      try content.write("\(group)/b.weight", [Float](repeating: 0, count: 8), shape: [2, 4])
    }
    try content.write("/counters/step", [Int64(3)], shape: [])
    var history = TrainingHistory()
    (history.loss, history.learningRate) = ([2, 1], [0.1, 0.1])
    try content.write(history)
    try content.finish()
    let weights = ["a.bias: axis_0_of_4=4", "a.weight: axis_0_of_4=4 axis_1_of_4=4", "b.weight: axis_0_of_2=2 axis_1_of_4=4"]
    #expect(
      try opened(path, engine)
        == ["/counters/step: ", "/history/learning_rate: step=2", "/history/loss: step=2", "/history/step *: step=2"]
        + weights.map { "/optimizer/first_moment/" + $0 } + weights.map { "/parameters/" + $0 })
    // Whoever lists the parameters finds parameters and nothing else.
    #expect(
      try File.open(path).group("parameters").children().map(\.name) == ["a.bias", "a.weight", "b.weight"])
  }

  @Test(arguments: engines)
  func `Tables of a summary have rows, with names as text and not as bytes`(engine: String) throws {
    let path = folder.file("s.h5")
    let rows = 3000
    try SummaryRecord(
      caseStudy: "toy", title: "s", references: [],
      tables: [
        SummaryTable(
          name: "models",
          columns: [
            .init("model", .text(["größer", ""]), "name"), .init("error", .real([1, .nan]), "error"),
            .init("seconds", .real([1, 2]), units: "s", measurement: true, "time"),
          ]),
        SummaryTable(
          name: "curves",
          columns: [
            .init("model", .text((0..<rows).map { "m\($0)" }), "name"), .init("t", .integer((0..<rows).map(Int64.init)), "t"),
          ]),
      ]
    ).write(to: path, provenance: Toy.provenance)
    #expect(
      try opened(path, engine) == [
        "/tables/curves/model: row=3000", "/tables/curves/t: row=3000", "/tables/models/error: row=2",
        "/tables/models/model: row=2", "/tables/models/seconds: row=2",
      ])
    let names = """
      import sys, xarray
      print(xarray.open_dataset(sys.argv[1], group="tables/models", engine=sys.argv[2]).model.values.tolist())
      """
    #expect(try ForeignPython.run(names, [path, engine]) == "['größer', '']")
  }

  @Test(arguments: engines)
  func `A kind of file that a case study adds follows the same rules`(engine: String) throws {
    let schema = FileSchema(
      kind: FileKind(rawValue: "poem"), purpose: "Lines.", attributes: [],
      objects: [
        ObjectSchema("/verse", [.int64], ["verse"], "number of the verse"),
        ObjectSchema("/line", [.string], ["verse", "side"], "two lines"),
      ])
    let path = folder.file("p.h5")
    let content = try ContentFile(
      creating: path, FileHeader(schema.kind, caseStudy: "toy", title: "p"), as: schema, provenance: Toy.provenance)
    try content.write("/verse", [Int64(1), 2, 3])
    try content.write("/line", ["a", "b", "c", "d", "e", "f"], shape: [3, 2])
    try content.finish()
    #expect(try opened(path, engine) == ["/line: verse=3 side=2", "/verse *: verse=3"])
    #expect(try FileValidation(of: path, in: SchemaCatalog([schema])).problems == [])
    #expect(try thrownFailure { _ = try FileValidation(of: path) }.problem.contains("implicit-h5/poem"))
  }

  /// A sweep with all that a sweep can have.
  private func sweep() throws -> String {
    let path = folder.file("s.h5")
    let facts = SweepFacts(
      caseStudy: "toy", title: "s", model: "m", architecture: "a", isIterative: true, solver: "picard", split: .test,
      errorName: "error", seed: 1, parameterCount: 2)
    var layout = SweepLayout(
      iterations: [1, 4], draws: [3, 5, 7], perturbations: ["A", "b"],
      qualities: [MeasureDescription("psnr", units: "dB", "peak signal-to-noise ratio")],
      localLipschitz: .init(iterations: [4], samples: 2))
    layout.ratioMeanings = ["x over A", "x over b"]
    layout.starts = .init(count: 2, samples: 1)
    layout.solvers = ["anderson"]
    let writer = try SweepWriter(
      creating: path, facts, layout,
      SweepCosts(flops: [1, 2], seconds: [1, 2]),
      memory: MemoryTable(adjoints: ["implicit", "unrolled"], iterations: [1, 2, 8], peaks: [[1, 1, 1], [3, 4, 5]]),
      provenance: Toy.provenance)
    let curves = [[Double]](repeating: [0.5, 0.5], count: 3)
    var samples = SweepSamples()
    (samples.error, samples.residual, samples.relativeResidual) = (curves, curves, curves)
    samples.limitPeriods = [.none, .none, LimitPeriod(rawValue: 2)]
    samples.lipschitzRatio = [curves, curves.map { $0.map { $0 * 4 } }]
    samples.perturbedError = [curves, curves]
    samples.qualities = [curves]
    samples.contractionFactors = [0.5, 0.5, .nan]
    (samples.starts.error, samples.starts.relativeResidual) = ([[[1, 2]], [[3, 4]]], [[[1, 2]], [[3, 4]]])
    samples.starts.spread = [0.1]
    (samples.solvers.error, samples.solvers.relativeResidual) = ([curves], [curves])
    samples.solvers.evaluations = [curves]
    (samples.localLipschitz, samples.localLipschitzConverged) = ([[1], [2]], [[1], [1]])
    samples.statuses = [.converged, .converged, .iterationLimit]
    samples.outputs = .init(shape: [3, 2, 4], values: .single([Float](repeating: 1, count: 24)))
    try writer.append(samples)
    _ = try writer.finish()
    return path
  }
}

/// The same through netCDF's own tool.
@Suite(
  .enabled(
    if: (try? ForeignPython.run("import shutil; assert shutil.which('ncdump')")) != nil,
    "skipped: there is no ncdump (Debian package netcdf-bin)"))
struct NetCDFDumpTests {
  @Test func `Ncdump shows dimensions by their names`() throws {
    let folder = try ScratchFolder()
    let path = folder.file("d.h5")
    try Toy.write(to: path)
    let text = try ForeignPython.run(
      "import subprocess, sys; print(subprocess.run(['ncdump', '-h', sys.argv[1]], check=True, capture_output=True, text=True).stdout)",
      [path])
    #expect(text.contains("point = 3 ;"))
    #expect(text.contains("float x(index, point) ;"))
  }
}
