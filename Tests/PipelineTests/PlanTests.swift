import Foundation
import StudyRegistry
import Support
import Testing

@testable import Pipeline

/// From pipeline files to tasks.
@Suite struct PlanTests {
  @Test func `The commands of a run are those one would type`() throws {
    let bench = try Workbench()
    let plan = try bench.plan("seed=7")
    let source = "--config \(bench.pipeline) --set seed=7"
    let data = "\(bench.run)/datasets/dataset.h5"
    let (models, sweeps) = ("\(bench.run)/models", "\(bench.run)/sweeps")
    var expected = ["implicit-generate linear-programs \(source) --out \(data)"]
    for model in ["explicit-8", "implicit-8"] {
      expected.append("implicit-train \(source) --model \(model) --dataset \(data) --out \(models)/\(model).h5")
    }
    var files: [String] = []
    for model in ["explicit-8", "implicit-8"] {
      for split in ["test", "train"] {
        files.append("\(sweeps)/\(model)-\(split).sweep.h5")
        let inputs = "--model \(models)/\(model).h5 --dataset \(data) --split \(split)"
        expected.append("implicit-sweep \(source) \(inputs) --out \(files[files.count - 1])")
      }
    }
    expected.append("implicit-aggregate \(files.joined(separator: " ")) --out \(bench.run)/report \(source)")
    #expect(plan.graph.tasks.map { shellCommand([$0.stage.executable] + $0.arguments) } == expected)
  }

  @Test func `What only iterations have is asked of implicit models alone, and does not concern the others`() throws {
    let bench = try Workbench()
    let plan = try bench.plan("sweep.starts.count=4", "sweep.solvers=[{name: anderson}]")
    let (explicit, implicit) = (
      try #require(plan.graph["sweep-explicit-8-test"]), try #require(plan.graph["sweep-implicit-8-test"])
    )
    #expect(explicit.arguments.contains("sweep.starts=null") && explicit.arguments.contains("sweep.solvers=[]"))
    #expect(!implicit.arguments.contains("sweep.starts=null") && implicit.settings["sweep.starts.count"] == "4")
    #expect(try bench.plan().graph["sweep-explicit-8-test"]?.settings == explicit.settings)
  }

  @Test func `Names that begin with a dash are not taken for options`() throws {
    let bench = try Workbench(Workbench.configuration.replacing("explicit-8:", with: "-x:"))
    let plan = try PipelinePlan(bench.pipeline, preset: nil, folder: "-run", reader: pipelineOutline)
    let train = try #require(plan.graph["train--x"])
    #expect(train.arguments.contains("--model=-x") && train.output == "./-run/models/-x.h5")
    for task in plan.graph.tasks {
      let values = task.arguments.filter { $0.hasPrefix("-") && !$0.hasPrefix("--") }
      #expect(values.isEmpty, "\(task.arguments)")
    }
  }

  @Test func `A claim about a model that the file does not have is found before anything runs`() throws {
    let claim = "aggregate: {expect: [{name: good, model: implict-8, at_most: 1}]}\n"
    let bench = try Workbench(Workbench.configuration + "\n" + claim)
    let failure = try #require(throws: Failure.self) { try bench.plan() }
    #expect(failure.status == .usage && failure.problem.contains("`implict-8`"))
    #expect(failure.remedy?.contains("did you mean `implicit-8`") == true)
  }

  @Test func `A claim about a measure that the case study does not have is found before anything runs`() throws {
    let claim = "aggregate: {expect: [{name: good, model: implicit-8, metric: residal, at_most: 1}]}\n"
    let bench = try Workbench(Workbench.configuration + "\n" + claim)
    let failure = try #require(throws: Failure.self) { try bench.plan() }
    #expect(failure.status == .usage && failure.problem.contains("`residal`"))
    #expect(failure.remedy?.contains("did you mean `residual`") == true)
    // What only these settings do not measure is no mistake: the report says so.
    _ = try bench.plan("aggregate.expect=[{name: late, model: implicit-8, iteration: 99, at_most: 1}]", "aggregate.iteration=70")
  }

  @Test func `Models are trained and swept on a dataset of one's own, which no task draws and whose content counts`() async throws
  {
    let bench = try Workbench()
    try bench.write("mine", to: "mine.h5")
    let own = "pipeline.dataset=\(bench.folder)/mine.h5"
    let plan = try bench.plan(own)
    #expect(plan.graph.tasks.map(\.stage).filter { $0 == .generate }.isEmpty)
    for task in plan.graph.tasks where task.stage != .aggregate {
      #expect(task.arguments.contains("\(bench.folder)/mine.h5"), "\(task.arguments)")
      #expect(task.externalFiles.map(\.path) == ["\(bench.folder)/mine.h5"])
    }
    #expect(try await bench.execute(plan).exitStatus == 0)
    try bench.forgetEvents()
    #expect(try await bench.execute(bench.plan(own)).exitStatus == 0 && bench.started.isEmpty)
    try bench.write("another", to: "mine.h5")
    let changed = try bench.plan(own).graph.assess(inspector: ByteInspector()).filter { $0.task.stage == .train }
    #expect(changed.count == 2 && changed.allSatisfy { "\($0.assessment)".contains("pipeline.dataset") })
    try bench.write(Workbench.configuration, to: "second.yaml")
    try bench.write("pipelines: [case.yaml, second.yaml]\n", to: "both.yaml")
    let failure = try #require(throws: Failure.self) {
      try PipelinePlan("\(bench.folder)/both.yaml", preset: nil, overrides: [own], folder: bench.run, reader: pipelineOutline)
    }
    #expect(failure.status == .usage && failure.remedy?.contains("case.yaml") == true)
  }

  @Test func `Files of the user's own in the folder of a run are not lost`() async throws {
    let bench = try Workbench()
    try FileManager.default.createDirectory(atPath: "\(bench.run)/models", withIntermediateDirectories: true)
    try bench.write("precious", to: "run/models/implicit-8.h5")
    let failure = try await #require(throws: Failure.self) { try await bench.execute(replaces: false) }
    #expect(failure.status == .cannotCreate && failure.problem.contains("\(bench.run)/models/implicit-8.h5"))
    #expect(try String(contentsOfFile: "\(bench.run)/models/implicit-8.h5", encoding: .utf8) == "precious")
    #expect(bench.started.isEmpty)
    try FileManager.default.removeItem(atPath: "\(bench.run)/models/implicit-8.h5")
    #expect(try await bench.execute().exitStatus == 0)
  }

  @Test func `Shards are drawn one by one and merged`() async throws {
    let bench = try Workbench()
    let plan = try bench.plan("pipeline.shards=3")
    let tasks = plan.graph.tasks.prefix(4)
    #expect(tasks.map(\.id) == ["generate-1-of-3", "generate-2-of-3", "generate-3-of-3", "merge"])
    #expect(tasks[1].arguments.contains("2/3") && tasks[0].inputs.isEmpty)
    #expect(plan.graph.upstream(of: tasks[3]) == ["generate-1-of-3", "generate-2-of-3", "generate-3-of-3"])
    #expect(
      tasks[3].arguments == ["merge"] + tasks.prefix(3).map(\.output) + ["--out", "\(bench.run)/datasets/dataset.h5"])
    #expect(try await bench.execute(plan).exitStatus == 0)
  }

  @Test func `Several seeds train and sweep every model once for each`() throws {
    let plan = try Workbench().plan("pipeline.seeds=[1, 5]")
    let models = plan.graph.tasks.filter { $0.stage == .train }
    #expect(
      models.map(\.id) == [
        "train-explicit-8-seed1", "train-explicit-8-seed5", "train-implicit-8-seed1", "train-implicit-8-seed5",
      ])
    #expect(models[1].arguments.contains("seed=5") && models[1].settings["seed"] == "5")
    #expect(models[1].arguments.contains("explicit-8"))
    #expect(plan.graph.tasks.count { $0.stage == .sweep } == 8)
    // The data are those of the one seed of the file.
    #expect(plan.graph["generate"]?.settings["seed"] == "1")
  }

  @Test func `A list of pipelines gives each its own folder in the run`() async throws {
    let bench = try Workbench()
    try bench.write(Workbench.configuration, to: "other.yaml")
    try bench.write("pipelines: [case.yaml, other.yaml]", to: "all.yaml")
    let plan = try PipelinePlan("\(bench.folder)/all.yaml", preset: nil, folder: bench.run)
    let summary = try await bench.execute(plan)
    #expect(summary.exitStatus == 0)
    #expect(summary.reports == ["\(bench.run)/case/report/report.html", "\(bench.run)/other/report/report.html"])
    #expect(summary.states.keys.contains("other/train-implicit-8"))
    // Such a folder is the folder of a run of its pipeline alone.
    try bench.forgetEvents()
    let alone = try PipelinePlan("\(bench.folder)/case.yaml", preset: nil, folder: "\(bench.run)/case")
    #expect(try await bench.execute(alone).states.values.allSatisfy { $0 == .upToDate })
  }

  @Test func `Two pipelines of one name cannot stand in one list`() throws {
    let bench = try Workbench()
    try FileManager.default.createDirectory(atPath: "\(bench.folder)/more", withIntermediateDirectories: true)
    try bench.write(Workbench.configuration, to: "more/case.yaml")
    try bench.write("pipelines: [case.yaml, more/case.yaml]", to: "all.yaml")
    #expect(throws: Failure.self) { try PipelinePlan("\(bench.folder)/all.yaml", preset: nil, folder: bench.run) }
  }

  @Test func `A folder that holds a run of another pipeline is left alone`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    try bench.write(Workbench.configuration, to: "other.yaml")
    let other = try PipelinePlan("\(bench.folder)/other.yaml", preset: nil, folder: bench.run)
    await #expect {
      _ = try await bench.execute(other)
    } throws: {
      ($0 as? Failure)?.problem == "expected a run of other.yaml, found one of case.yaml"
    }
  }

  @Test(arguments: [
    ("sweep.iteration=3", "iterations"), ("training.phases.0.step=3", "steps"), ("aggregate.expects=[]", "expect"),
    ("pipeline.seed=3", "seeds"), ("dataset.variable=3", "variables"),
    ("models.new={architecture: gnn}", "explicit-gnn"),
    ("pipeline.seeds=[1, 1]", "once"), ("sweep.splits=[test, test]", "once"), ("case_study=lines", "linear-programs"),
  ])
  func `A mistake in any section is found before anything runs`(override: String, hint: String) throws {
    let bench = try Workbench()
    #expect {
      try bench.plan(override)
    } throws: { error in
      (error as? Failure)?.status == .usage && "\(error)".contains(hint)
    }
  }

  @Test func `A preset that removes all models is refused`() throws {
    let bench = try Workbench()
    #expect(throws: Failure.self) { try bench.plan("models.explicit-8=null", "models.implicit-8=null") }
  }

  @Test func `The graph knows what stands before and behind a task`() throws {
    let graph = try Workbench().plan().graph
    #expect(
      graph.downstream(of: "train-implicit-8") == ["sweep-implicit-8-test", "sweep-implicit-8-train", "aggregate"])
    #expect(graph.upstream(of: try #require(graph["sweep-implicit-8-test"])) == ["train-implicit-8", "generate"])
    #expect(graph.dot.contains("\"generate\" -> \"train-implicit-8\";"))
  }

  @Test func `A graph in the wrong order or with twice the same task is refused`() throws {
    let tasks = try Workbench().plan().graph.tasks
    #expect(throws: Failure.self) { try TaskGraph(tasks.reversed()) }
    #expect(throws: Failure.self) { try TaskGraph(tasks + [tasks[0]]) }
  }

  @Test func `Commands are quoted so that a shell reads them back`() throws {
    let words = ["a b", "it's", "", "$HOME", "plain-word_1.h5", "k=[1, 2]", "*"]
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "printf '%s\\n' \(shellCommand(words))"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(text == words.joined(separator: "\n") + "\n")
    #expect(shellCommand(["implicit-train", "--out", "a/b.h5"]) == "implicit-train --out a/b.h5")
  }
}

/// Which tasks are told where to compute.
@Suite struct DeviceTests {
  private func plan(generatesOnDevice: Bool) throws -> PipelinePlan {
    let bench = try Workbench()
    return try PipelinePlan(bench.pipeline, preset: nil, folder: bench.run) { document in
      var outline = try pipelineOutline(of: document)
      outline.generatesOnDevice = generatesOnDevice
      return outline
    }
  }

  @Test(arguments: [false, true])
  func `A device is for the tasks that can use it: generate does where its case study does`(can: Bool) throws {
    let plan = try plan(generatesOnDevice: can)
    let told = Set(
      plan.graph.tasks.filter { $0.arguments(threads: 1, device: "cuda", resume: false).contains("--device") }.map(\.stage))
    #expect(told == (can ? [.generate, .train, .sweep] : [.train, .sweep]))
    // And so it is from a profile, where the device follows from the GPUs of a job.
    let profile = try JobPlannerTests.profile(defaults: ", gpus: 1")
    #expect(Set(try plan.graph.tasks.filter { try profile.device(for: $0) == "cuda" }.map(\.stage)) == told)
  }

  @Test func `The case studies say themselves whether their samples need the CPU`() throws {
    func generates(_ file: String, _ overrides: String...) throws -> Bool {
      let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized.path
      return try pipelineOutline(
        of: .load("\(repository)/pipelines/\(file).yaml", preset: "smoke", overrides: overrides)
      ).generatesOnDevice
    }
    #expect(try generates("steady-flows"))
    #expect(try !generates("linear-programs"))
  }

  @Test func `A device that a profile wants for tasks that know the CPU only is refused before anything is submitted`() throws {
    let profile = try JobPlannerTests.profile("stages: {generate: {device: cuda}}")
    func rehearse(_ plan: PipelinePlan) throws -> String {
      var profile = profile
      profile.template = "slurm/job.sh.mustache"
      return try SlurmSubmission(plan, profile, executables: .init(folder: "/bin"), program: "implicit-pipeline").rehearse()
    }
    let failure = try #require(throws: Failure.self) {
      _ = try profile.device(for: plan(generatesOnDevice: false).graph.tasks[0])
    }
    #expect(failure.status == .usage && failure.location == profile.path)
    #expect(
      failure.problem == "stages.generate.device: expected cpu, the only device that generate can use, found `cuda`")
    #expect(throws: failure) { try rehearse(plan(generatesOnDevice: false)) }
    #expect(try profile.device(for: plan(generatesOnDevice: true).graph.tasks[0]) == "cuda")
  }
}
