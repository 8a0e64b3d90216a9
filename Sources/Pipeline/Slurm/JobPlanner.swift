import HDF5
import Support

/// Cuts the tasks that are to be submitted into jobs: tasks of one kind become one array.
struct JobPlanner {
  /// Tasks of one kind, in the order of the graph.
  private struct Group {
    var name: String
    var stage: Stage
    var tasks: [String]
    /// Tasks that one element does one after the other.
    var tasksPerJob: Int
  }

  private let graph: TaskGraph
  private let tasks: [String: PipelineTask]
  private let live: [String: SlurmJob]
  /// Indices that an array may have.
  private let arraySize: Int
  private var groups: [Group] = []
  private let wanted: Set<String>

  /// - Parameters:
  ///   - wanted: the tasks to submit.
  ///   - live: tasks that were submitted before and are not over, with their jobs.
  init(
    _ graph: TaskGraph, submitting wanted: Set<String>, live: [String: SlurmJob], _ profile: SlurmProfile, arraySize: Int
  ) throws {
    (self.graph, self.wanted, self.live, self.arraySize) = (graph, wanted, live, max(1, arraySize))
    tasks = Dictionary(uniqueKeysWithValues: graph.tasks.map { ($0.id, $0) })
    for task in graph.tasks {
      let name = task.jobName
      if let known = groups.firstIndex(where: { $0.name == name }) {
        groups[known].tasks.append(task.id)
      } else {
        let packed = try profile.resources(for: task.stage).tasksPerJob
        groups.append(Group(name: name, stage: task.stage, tasks: [task.id], tasksPerJob: packed))
      }
    }
    try fit(into: profile.submitLimit, profile)
  }

  /// Gives the elements of the largest group more tasks each, until there are few enough of them.
  private mutating func fit(into limit: Int?, _ profile: SlurmProfile) throws {
    guard let limit else { return }
    let room = limit - Set(live.values).count
    while true {
      let counts = groups.indices.map { elements(of: $0).count }
      guard counts.reduce(0, +) > room else { return }
      guard let largest = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[largest] > 1 else {
        throw Failure(
          .usage, "expected room for at least \(counts.reduce(0, +)) jobs, found \(max(0, room)) of \(limit) left",
          at: "\(profile.path): submit_limit", remedy: "wait until jobs of this run have ended, then submit again")
      }
      groups[largest].tasksPerJob *= 2
    }
  }

  /// The elements with tasks to submit. The index of a task's element follows from its place among all tasks of its kind, done
  /// or not, so that it is the same in the next submission.
  private func elements(of group: Int) -> [JobElement] {
    let group = groups[group]
    let numbered = group.tasks.enumerated().filter { wanted.contains($0.element) }
    return Dictionary(grouping: numbered) { $0.offset / group.tasksPerJob }.sorted { $0.key < $1.key }
      .map { JobElement(index: $0.key, tasks: $0.value.map(\.element)) }
  }

  /// The jobs, each behind those it waits for.
  func drafts() -> [JobDraft] {
    var drafts: [JobDraft] = []
    /// Where each task is that is drafted.
    var positions: [String: (draft: Int, element: Int)] = [:]
    for (number, group) in groups.enumerated() {
      /// Elements of one array, which wait for the same jobs.
      struct Key: Hashable {
        var array: Int
        var parents: Set<String>
      }
      var order: [Key] = []
      var cut: [Key: [(element: JobElement, parents: [JobDraft.Parent], indices: Set<Int?>)]] = [:]
      for element in elements(of: number) {
        var parents: [JobDraft.Parent] = []
        var indices: Set<Int?> = []
        var jobs: Set<String> = []
        for task in waitedFor(by: element) {
          if let position = positions[task] {
            if !parents.contains(.draft(position.draft)) { parents.append(.draft(position.draft)) }
            indices.insert(drafts[position.draft].isArray ? position.element : nil)
            jobs.insert("draft \(position.draft)")
          } else if let job = live[task] {
            if !parents.contains(.live(job)) { parents.append(.live(job)) }
            indices.insert(job.element)
            jobs.insert(job.job)
          }
        }
        let key = Key(array: element.index / arraySize, parents: jobs)
        if cut[key] == nil { order.append(key) }
        let local = JobElement(index: element.index % arraySize, tasks: element.tasks)
        cut[key, default: []].append((local, parents, indices))
      }
      for (position, key) in order.enumerated() {
        let members = cut[key] ?? []
        let corresponds = key.parents.count == 1 && members.allSatisfy { $0.indices == [$0.element.index] }
        var all: [JobDraft.Parent] = []
        for parent in members.flatMap(\.parents) where !all.contains(parent) { all.append(parent) }
        let draft = JobDraft(
          name: order.count == 1 ? group.name : "\(group.name)-\(position + 1)", stage: group.stage,
          isArray: group.tasks.count > 1, elements: members.map(\.element),
          dependency: all.isEmpty
            ? .none : corresponds && group.tasks.count > 1 ? .corresponding(all[0]) : .all(all))
        for element in draft.elements { for task in element.tasks { positions[task] = (drafts.count, element.index) } }
        drafts.append(draft)
      }
    }
    return drafts
  }

  /// The tasks that an element has to wait for, without those that others among them wait for anyway.
  private func waitedFor(by element: JobElement) -> [String] {
    let direct = element.tasks.compactMap { tasks[$0] }.flatMap(graph.upstream).filter(isPending)
    let indirect = direct.reduce(into: Set<String>()) { $0.formUnion(ancestors(of: $1)) }
    var seen: Set<String> = []
    return direct.filter { !indirect.contains($0) && seen.insert($0).inserted }
  }

  private func isPending(_ task: String) -> Bool { wanted.contains(task) || live[task] != nil }

  private func ancestors(of id: String) -> Set<String> {
    guard let task = tasks[id] else { return [] }
    return graph.upstream(of: task).filter(isPending).reduce(into: Set()) { known, parent in
      if known.insert(parent).inserted { known.formUnion(ancestors(of: parent)) }
    }
  }
}

extension PipelineTask {
  /// The name of the job that does tasks like this one: `linear-programs.sweep-test`.
  var jobName: String {
    let prefix = id.split(separator: "/").dropLast().map { "\($0)." }.joined()
    return prefix + stage.rawValue + (settings["split"].map { "-\($0)" } ?? "")
  }
}
