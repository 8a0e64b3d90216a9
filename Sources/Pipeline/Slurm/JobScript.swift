import Foundation
import Mustache
import Support

/// The script of a job, made from the template that the profile names.
struct JobScript {
  let profile: SlurmProfile
  private let library: MustacheLibrary
  private static let name = "job"

  /// - Throws: `.missingInput` or `.usage` for a template that cannot be read or is wrong.
  init(_ profile: SlurmProfile) throws {
    self.profile = profile
    let path = profile.template
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(
        .missingInput, "there is no such template of a job script", at: path,
        remedy: "the key `template` of \(profile.path) names it, relative to the folder of that file")
    }
    do {
      var library = MustacheLibrary()
      library.register(try MustacheTemplate(string: String(decoding: data, as: UTF8.self)), named: Self.name)
      self.library = library
    } catch let error as MustacheLibrary.ParserError {
      throw Failure(.usage, "the template is wrong: \(error)", at: path)
    } catch let error as MustacheTemplate.ParserError {
      throw Failure(.usage, "the template is wrong: \(error)", at: path)
    }
  }

  /// What the script of a job says.
  struct Facts {
    var draft: JobDraft
    var comment: String
    var log: String
    /// Where the job works; relative paths of its tasks start there.
    var folder: String
    /// The last line: what does the tasks.
    var command: [String]
  }

  func text(_ facts: Facts) throws -> String {
    let resources = try profile.resources(for: facts.draft.stage)
    func quoted(_ text: String) -> String { Self.quoted(text) }
    var context: [String: Any] = [
      "name": quoted(facts.draft.name), "comment": quoted(facts.comment), "log": quoted(facts.log),
      "folder": quoted(facts.folder), "profile": profile.path, "time": resources.time, "cpus": "\(resources.cpus)",
      "signal_seconds": "\(profile.signalSeconds)", "requeue": profile.requeue,
      "export": profile.export.isEmpty ? "NIL" : profile.export.joined(separator: ","), "setup": profile.setup,
      "options": resources.options, "command": shellCommand(facts.command),
    ]
    // The index of an element is the shell's to fill in.
    if facts.draft.isArray { context["index"] = "$SLURM_ARRAY_TASK_ID" }
    let optional = [
      "array": facts.draft.indices(limit: profile.arrayLimit), "partition": resources.partition,
      "account": resources.account, "qos": resources.qos, "constraint": resources.constraint,
      "memory": resources.memory, "memory_per_cpu": resources.memoryPerCPU,
      "gres": resources.gpus > 0
        ? (["gpu", resources.gpuType, "\(resources.gpus)"] as [String?]).compactMap { $0 }.joined(separator: ":") : nil,
    ]
    for (key, value) in optional { if let value { context[key] = value } }
    guard let text = library.render(context, withTemplate: Self.name) else {
      throw Failure(.bug, "the template of job scripts is not there", at: profile.template)
    }
    return text
  }

  /// As sbatch reads it in a line `#SBATCH`.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"\"'\\#".utf8.contains($0) }
    return isPlain && !text.isEmpty
      ? text : "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }
}
