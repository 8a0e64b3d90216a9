import Configuration

extension CasePipeline {
  /// The tasks of this case study, each behind those it needs.
  ///
  /// - Parameters:
  ///   - prefix: stands before the identifiers, for example `linear-programs/`.
  ///   - folder: the folder of the run that the tasks of a stage belong to, for the files of this case alone.
  func tasks(prefix: String = "", folder: (Stage) -> String) -> [PipelineTask] {
    let folders = Dictionary(uniqueKeysWithValues: Stage.allCases.map { ($0, RunDirectory(folder($0))) })
    let maker = TaskMaker(pipeline: self, folders: folders, prefix: prefix)
    let drawn = outline.settings.dataset == nil ? maker.dataset() : []
    let dataset = TaskMaker.Dataset(path: drawn.last?.output ?? outline.settings.dataset ?? "", producer: drawn.last)
    let models = maker.models(dataset)
    let sweeps = models.filter { !$0.isIntermediate }.flatMap { model in
      outline.splits.map { maker.sweep($0, of: model, on: dataset) }
    }
    return drawn + models.map(\.task) + sweeps + [maker.report(sweeps)]
  }
}

/// Writes the command lines of the tasks of one case study.
private struct TaskMaker {
  struct Model {
    var task: PipelineTask
    /// `implicit-8`, or `implicit-8-seed2` where there are several seeds.
    var label: String
    var seed: Int?
    var isIntermediate: Bool
    var iterates: Bool
  }

  /// What models are trained and swept on.
  struct Dataset {
    var path: String
    /// The task that writes it; nil for one that no task writes.
    var producer: PipelineTask?
  }

  let pipeline: CasePipeline
  let folders: [Stage: RunDirectory]
  let prefix: String

  private func directory(_ stage: Stage) -> RunDirectory { folders[stage] ?? RunDirectory(".") }

  /// The tasks that make the dataset; the last one writes it.
  func dataset() -> [PipelineTask] {
    let file = directory(.generate).dataset("dataset")
    guard pipeline.outline.settings.shards > 1 else {
      return [
        task(
          "generate", .generate, [pipeline.outline.caseStudy] + configuration(for: .generate) + option("--out", file), [], file)
      ]
    }
    let shards = (1...pipeline.outline.settings.shards).map { number in
      let part = directory(.generate).dataset("dataset-part-\(number)-of-\(pipeline.outline.settings.shards)")
      var shard = task(
        "generate-\(number)-of-\(pipeline.outline.settings.shards)", .generate,
        [pipeline.outline.caseStudy] + configuration(for: .generate)
          + ["--shard", "\(number)/\(pipeline.outline.settings.shards)"] + option("--out", part), [], part)
      shard.settings["shard"] = "\(number)/\(pipeline.outline.settings.shards)"
      return shard
    }
    let merge = task("merge", .merge, ["merge"] + shards.map(\.output) + option("--out", file), shards, file)
    return shards + [merge]
  }

  func models(_ dataset: Dataset) -> [Model] {
    var made: [Model] = []
    for model in pipeline.outline.models {
      for seed in pipeline.outline.settings.seeds.map({ $0.map(Optional.some) }) ?? [nil] {
        func label(_ name: String) -> String { seed.map { "\(name)-seed\($0)" } ?? name }
        let file = directory(.train).model(label(model.name))
        let initial = model.initial.flatMap { name in made.first { $0.label == label(name) }?.task }
        let arguments =
          configuration(for: .train, seed: seed)
          + option("--model", model.name) + option("--dataset", dataset.path)
          + (initial.map { option("--initial", $0.output) } ?? []) + option("--out", file)
        let task = task(
          "train-\(label(model.name))", .train, arguments, [dataset.producer, initial].compactMap(\.self), file, model: model,
          seed: seed)
        made.append(
          Model(task: task, label: label(model.name), seed: seed, isIntermediate: model.isIntermediate, iterates: model.iterates))
      }
    }
    return made
  }

  func sweep(_ split: String, of model: Model, on dataset: Dataset) -> PipelineTask {
    let name = "\(model.label)-\(split)"
    let file = directory(.sweep).sweep(name)
    let arguments =
      configuration(for: .sweep, seed: model.seed) + (model.iterates ? [] : withoutIterations)
      + option("--model", model.task.output) + option("--dataset", dataset.path) + ["--split", split] + option("--out", file)
    var task = task(
      "sweep-\(name)", .sweep, arguments, [model.task, dataset.producer].compactMap(\.self), file, seed: model.seed)
    task.settings["split"] = split
    if !model.iterates {
      task.settings = task.settings.filter { key, _ in !Self.ofIterations.contains { key == $0 || key.hasPrefix("\($0).") } }
    }
    return task
  }

  /// Settings of a sweep that only models with iterations take.
  private static let ofIterations = ["sweep.starts", "sweep.solvers"]

  /// What takes those back that the command line of the run asks for: a stage refuses them where they are asked of another model.
  private var withoutIterations: [String] {
    let asked = Self.ofIterations.filter { key in pipeline.document.overrides.contains { $0.hasPrefix(key) } }
    return asked.flatMap { option("--set", $0 == "sweep.starts" ? "\($0)=null" : "\($0)=[]") }
  }

  func report(_ sweeps: [PipelineTask]) -> PipelineTask {
    let folder = directory(.aggregate).report
    return task(
      "aggregate", .aggregate, sweeps.map(\.output) + option("--out", folder) + configuration(for: .aggregate), sweeps, folder)
  }

  private func task(
    _ name: String, _ stage: Stage, _ arguments: [String], _ inputs: [PipelineTask], _ output: String,
    model: PipelineOutline.Model? = nil, seed: Int? = nil
  ) -> PipelineTask {
    let sections = stage.settings(model: model)
    var settings = pipeline.document.resolvedValues(under: sections).filter { Stage.hasEffect($0.key) }
    if let model { settings["model"] = model.name }
    if let seed { settings["seed"] = "\(seed)" }
    return PipelineTask(
      id: prefix + name, stage: stage, folder: directory(stage).path, arguments: arguments,
      inputs: inputs.map { .init(producer: $0.id, path: $0.output) }, output: output, settings: settings,
      externalFiles: pipeline.document.externalFiles(
        under: sections + (stage == .train || stage == .sweep ? [PipelineTask.ownDataset] : [])),
      usesDevice: stage.usesDevice || (stage == .generate && pipeline.outline.generatesOnDevice))
  }

  /// The options that lead a stage to the same configuration.
  private func configuration(for stage: Stage, seed: Int? = nil) -> [String] {
    let document = pipeline.document
    let overrides = document.overrides + (seed.map { ["seed=\($0)"] } ?? [])
    return option("--config", document.name) + (document.preset.map { option("--preset", $0) } ?? [])
      + overrides.flatMap { option("--set", $0) }
  }
}

/// An option with its value, as one would type it; a value that begins with a dash is not taken for an option.
private func option(_ name: String, _ value: String) -> [String] {
  value.hasPrefix("-") ? ["\(name)=\(value)"] : [name, value]
}
