import Support

/// The tasks of a run, in an order in which each stands behind those it needs.
///
/// The position of a task in `tasks` is its index: it does not change while the pipeline file does not.
public struct TaskGraph: Codable, Equatable, Sendable {
  /// Each behind those it needs.
  public let tasks: [PipelineTask]

  /// - Throws: `.bug` if two tasks have the same identifier or output, or if one stands before a task it needs.
  public init(_ tasks: [PipelineTask]) throws {
    var known: Set<String> = []
    var outputs: Set<String> = []
    for task in tasks {
      for input in task.inputs where !known.contains(input.producer) {
        throw Failure(.bug, "the task `\(task.id)` stands before `\(input.producer)`, which it needs")
      }
      guard known.insert(task.id).inserted else { throw Failure(.bug, "there are two tasks `\(task.id)`") }
      guard outputs.insert(task.output).inserted else {
        throw Failure(.bug, "two tasks write the same output", at: task.output)
      }
    }
    self.tasks = tasks
  }

  /// The task of an identifier; nil if there is none.
  public subscript(id: String) -> PipelineTask? { tasks.first { $0.id == id } }

  /// The tasks whose outputs this one reads, each once.
  public func upstream(of task: PipelineTask) -> [String] {
    var seen: Set<String> = []
    return task.inputs.map(\.producer).filter { seen.insert($0).inserted }
  }

  /// The tasks that read the output of this one, directly or through others, in order.
  public func downstream(of id: String) -> [String] {
    var reached: Set<String> = [id]
    return tasks.filter { task in
      guard task.inputs.contains(where: { reached.contains($0.producer) }) else { return false }
      reached.insert(task.id)
      return true
    }.map(\.id)
  }

  /// The folders of the run, one per case study.
  public var folders: [String] {
    var seen: Set<String> = []
    return tasks.map(\.folder).filter { seen.insert($0).inserted }
  }

  /// The graph in the language of Graphviz: `implicit-pipeline plan ... --graph | dot -Tsvg`.
  public var dot: String {
    func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\\\""))\"" }
    let nodes = tasks.map { "  \(quoted($0.id));\n" }
    let edges = tasks.flatMap { task in upstream(of: task).map { "  \(quoted($0)) -> \(quoted(task.id));\n" } }
    return "digraph pipeline {\n  rankdir=LR;\n  node [shape=box];\n\((nodes + edges).joined())}\n"
  }
}
