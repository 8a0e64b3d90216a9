import Foundation
import Testing

@testable import Pipeline
@testable import Support

/// What Slurm prints and what profiles say.
@Suite struct SlurmStateTests {
  @Test func `An element is named by its array and index, not by the number of its own`() {
    // The last element to start has the number of the array: requeueing that would requeue all.
    let element = [
      "SLURM_JOB_ID": "17", "SLURM_ARRAY_JOB_ID": "17", "SLURM_ARRAY_TASK_ID": "2",
    ]
    #expect(SlurmJob(environment: element)?.id == "17_2")
    #expect(SlurmJob(environment: ["SLURM_JOB_ID": "17"])?.id == "17")
    #expect(SlurmJob(environment: [:]) == nil)
  }

  @Test func `The queue is read, elements and plain jobs`() {
    let text = "17|2|RUNNING|None\n17|3|PENDING|BeginTime\n18|N/A|PENDING|(Nodes required | DOWN)\nnoise\n"
    #expect(
      SlurmJobState.fromQueue(text) == [
        SlurmJob("17", element: 2): SlurmJobState("RUNNING"),
        SlurmJob("17", element: 3): SlurmJobState("PENDING", reason: "BeginTime"),
        SlurmJob("18"): SlurmJobState("PENDING", reason: "(Nodes required | DOWN)"),
      ])
  }

  @Test func `Accounting is read, where there is one`() {
    let text = """
      17_2|TIMEOUT|0:0
      17_3|CANCELLED by 1000|0:0
      17_[4-9]|PENDING|0:0
      18|OUT_OF_MEMORY|0:125
      19|FAILED|65:0
      """
    let states = SlurmJobState.fromAccounting(text)
    #expect(states.count == 4)
    #expect(states[SlurmJob("17", element: 2)]?.end == "it ran into its time limit")
    #expect(states[SlurmJob("17", element: 3)]?.end == "it was cancelled")
    #expect(states[SlurmJob("18")]?.end == "it used more memory than it asked for")
    #expect(states[SlurmJob("19")]?.end == "Slurm says it failed: exit code 65:0")
  }

  @Test(arguments: [
    ("PENDING", true), ("RUNNING", true), ("SUSPENDED", true), ("REQUEUED", true), ("REQUEUE_HOLD", true),
    ("COMPLETING", false), ("COMPLETED", false), ("FAILED", false), ("CANCELLED", false), ("TIMEOUT", false),
    ("NODE_FAIL", false), ("OUT_OF_MEMORY", false), ("PREEMPTED", false), ("BOOT_FAIL", false), ("DEADLINE", false),
  ])
  func `A state says whether the job is to come or running, and else how it ended`(state: String, isLive: Bool) {
    let job = SlurmJobState(state)
    #expect(job.isLive == isLive)
    #expect((job.end != nil) == !(isLive || job.isEnding || state == "COMPLETED"))
  }

  @Test func `A job that waits for a failed one is not to come`() {
    #expect(!SlurmJobState("PENDING", reason: "DependencyNeverSatisfied").isLive)
  }

  @Test func `Stages ask for what the defaults say unless they say otherwise`() throws {
    let profile = try JobPlannerTests.profile(
      "stages: {train: {gpus: 2, gpu_type: a100, time: \"1-00:00:00\", memory: null}, sweep: {device: cuda}}",
      defaults: ", memory: 4G, cpus: 3")
    let train = try profile.resources(for: .train)
    #expect(train.cpus == 3 && train.gpus == 2 && train.memory == nil && train.time == "1-00:00:00")
    let merge = try profile.resources(for: .merge)
    #expect(merge.memory == "4G" && merge.gpus == 0 && merge.time == "1:00:00")
    let graph = try JobPlannerTests.graph()
    func device(_ task: String) throws -> String? { try profile.device(for: #require(graph[task])) }
    #expect(try device("train-implicit-8") == "cuda" && device("sweep-implicit-8-test") == "cuda")
    #expect(try device("merge") == nil && device("generate-1-of-2") == nil)
  }

  @Test(arguments: [
    ("signal: 3", "", "signal_seconds"), ("stages: {trian: {}}", "", "train"), ("", ", tiem: 3", "time"),
    ("stages: {train: {time: \"90\"}}", "", "hours:minutes:seconds"),
    ("stages: {train: {time: \"0:02:50\"}}", "", "signal_seconds"), ("", ", memory: lots", "4G"),
    ("", ", memory: 4G, memory_per_cpu: 1G", "found both"), ("", ", options: [x]", "--exclusive"),
    ("", ", partition: \"a b\"", "without spaces"), ("export: [A-B]", "", "names of variables"),
    ("setup: [\"a\\nb\"]", "", "single lines"),
  ])
  func `A profile is closed`(text: String, defaults: String, hint: String) throws {
    #expect { try JobPlannerTests.profile(text, defaults: defaults) } throws: { error in
      guard let failure = error as? Failure else { return false }
      return failure.status == .usage && failure.description.contains(hint)
    }
  }

  @Test func `A path is called from the folder of the run`() {
    #expect(relativePath(from: "runs/a", to: "runs/a/models/x.h5") == "models/x.h5")
    #expect(relativePath(from: "/r/reruns/b/lp", to: "/r/lp/models/x.h5") == "../../../lp/models/x.h5")
    #expect(relativePath(from: "/a", to: "/b/c") == "/b/c")
  }

  @Test func `A moved run is the same run`() async throws {
    let bench = try Workbench()
    _ = try await bench.execute()
    let copy = "\(bench.folder)/moved run"
    try FileManager.default.moveItem(atPath: bench.run, toPath: copy)
    let plan = try PipelinePlan(ofRun: copy)
    #expect(plan.graph.tasks.allSatisfy { $0.output.hasPrefix(copy) && !$0.arguments.contains { $0.contains(bench.run) } })
    #expect(plan.graph.assess(inspector: ByteInspector()).allSatisfy { $0.assessment.isDone })
  }

  @Test func `The list of a job's tasks is read back, and a missing index is an error`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "tasks-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try JobTasks.write([JobElement(index: 1, tasks: ["a", "b/c d"]), JobElement(index: 11, tasks: ["e"])], to: path)
    #expect(try JobTasks.read(path, index: 1) == ["a", "b/c d"])
    #expect(try JobTasks.read(path, index: 11) == ["e"])
    #expect(throws: Failure.self) { try JobTasks.read(path, index: 2) }
  }
}
