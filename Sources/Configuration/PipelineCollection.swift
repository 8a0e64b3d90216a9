extension ConfigurationDocument {
  /// The pipeline files that a file stands for: those that its key `pipelines` lists, relative to its folder, or the
  /// file itself.
  ///
  ///     title: All case studies
  ///     pipelines: [linear-programs.yaml, steady-flows.yaml]
  ///
  /// Presets and overrides belong to the listed files, not to the list.
  public static func pipelineFiles(_ path: String) throws -> [String] {
    let document = try load(path, keys: pipelineKeys + ["pipelines"])
    guard document.root.contains("pipelines") else { return [path] }
    let list = try load(path, keys: ["title", "pipelines"]).root
    _ = try list.optionalText("title", "what the files have in common")
    return try list.paths("pipelines", "the pipeline files, relative to the folder of this one")
  }
}
