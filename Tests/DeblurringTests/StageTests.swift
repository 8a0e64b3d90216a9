import Foundation
import HDF5
import Records
import Stages
import StudyKit
import Support
import TestSupport
import Testing
import Torch

@testable import Deblurring

/// The stages of a small pipeline, from images to curves.
@Suite final class StageTests {
  let folder: ScratchFolder
  static let pipeline = """
    case_study: deblurring
    dataset:
      images: {size: 16}
      kernel: {size: 5, per_sample: true}
      train: {samples: 6}
      valid: {samples: 3}
      test: {samples: 3}
    models:
      denoiser:
        architecture: denoiser
        widths: [4, 5, 6, 7]
        blocks: 1
        training: {batch_size: 2, chunk: 2, phases: [{steps: 3, iterations: 1, learning_rate: 0.01}]}
      explicit: {architecture: explicit-drunet, widths: [4, 5, 6, 7], blocks: 1}
      implicit: {architecture: implicit-hqs, widths: [4, 5, 6, 7], blocks: 1, initial: denoiser}
      unfolded: {architecture: unfolded-pgd, widths: [4, 5, 6, 7], blocks: 1, iterations: 2, initial: denoiser}
    training:
      chunk: 3
      adjoint: {name: jacobian-free}
      phases: [{steps: 2, iterations: 3, learning_rate: 0.001}]
    sweep: {iterations: 4, perturbations: {frequencies: [0.3, 0.7]}}
    """

  init() throws {
    folder = try ScratchFolder()
    _ = try GenerateStage(output: "\(folder.path)/dataset.h5", shard: nil, threads: 2, progress: nil)
      .run(configuration(Self.pipeline))
  }

  var dataset: String { "\(folder.path)/dataset.h5" }

  /// Trains a model and returns its file.
  func train(_ name: String, _ overrides: [String] = [], initial: String? = nil) throws -> String {
    let output = "\(folder.path)/\(UUID().uuidString).h5"
    _ = try TrainStage(
      modelName: name, dataset: dataset, output: output, initial: initial, resumes: false, threads: 1, device: .cpu,
      progress: nil, replaces: true
    ).run(configuration(Self.pipeline, overrides))
    return output
  }

  /// The parameters of a model file.
  func parameters(_ file: String) throws -> NamedParameters {
    try ModelFile(file).model(of: DeblurringStudy.self, layout: DeblurringStudy.layout).module.parameters
  }

  func values(_ file: String) throws -> [Double] { try parameters(file).tensors.flatMap { try $0.doubles() } }

  @Test func `A dataset holds what was done to each image, and its certificates agree with it`() throws {
    let layout = DatasetLayout(
      caseStudy: DeblurringStudy.name, title: "", fields: DeblurringStudy.layout.fields + DeblurringStudy.certificates)
    let reader = try DatasetReader(dataset, layout)
    #expect(reader.splits == [.train, .valid, .test])
    let batch = try DeblurringStudy.batch(reader, .train, rows: [0, 3, 5], options: TensorOptions(type: .float64))
    let noise = try (batch.measurements - batch.blur.blurred(batch.images)).pow(2).mean(dimensions: [1, 2, 3]).sqrt()
    #expect(
      zip(try noise.doubles(), try reader.values("noise_residual", .train, rows: [0, 3, 5], as: Double.self)).allSatisfy {
        abs($0 - $1) < 1e-9 && abs($0 - 0.03) < 0.005
      })
    let psnr = try ImageQuality.psnr(batch.measurements, batch.images).doubles()
    #expect(
      zip(psnr, try reader.values("measurement_psnr", .train, rows: [0, 3, 5], as: Double.self)).allSatisfy {
        abs($0 - $1) < 1e-6
      })
    let kernels = try reader.values("kernel", .train, as: Double.self)
    let different = Set((0..<6).map { number in Array(kernels[(25 * number)..<(25 * number + 25)]) })
    #expect(different.count == 6)
    #expect(try reader.values("noise_level", .test, as: Double.self) == [0.03, 0.03, 0.03])
  }

  @Test func `Shards of a dataset hold the same samples`() throws {
    let parts = try (1...2).map { number in
      let part = "\(folder.path)/part-\(number).h5"
      _ = try GenerateStage(output: part, shard: Shard(number, of: 2), threads: 1, progress: nil)
        .run(configuration(Self.pipeline))
      return part
    }
    let merged = try DatasetMerger(shards: parts).write(to: "\(folder.path)/merged.h5")
    #expect(try DatasetReader(dataset).header.contentHash == merged)
  }

  @Test(arguments: [
    "dataset.images.smallest_radius=2", "dataset.images.largest_radius=6", "dataset.images.polygons=0",
    "dataset.images.saturation=0.3", "dataset.images.texture=0.2", "dataset.images.channels=1", "dataset.images.size=24",
    "dataset.kernel.size=7", "dataset.kernel.extent=2", "dataset.kernel.smoothness=0.5", "dataset.kernel.per_sample=false",
    "dataset.kernel={kind: gaussian, per_sample: null, size: 5}", "dataset.kernel={kind: disc, per_sample: null, size: 5}",
    "dataset.noise_level=0.1", "seed=2",
  ]) func `Every setting of the data changes the measurements`(override: String) throws {
    func measurement(_ overrides: [String]) throws -> FieldValues? {
      try configuration(Self.pipeline, overrides).generator.samples(of: .train, draws: 0..<2).fields["measurement"]
    }
    #expect(try measurement([override]) != measurement([]))
  }

  @Test(arguments: [
    ("denoiser", "lowest_noise=0.1"), ("denoiser", "highest_noise=0.5"), ("explicit", "noise_level=0.1"),
    ("explicit", "gain=0.5"), ("implicit", "step_size=1"), ("implicit", "start=zero"), ("implicit", "start=adjoint"),
    ("unfolded", "iterations=3"), ("unfolded", "step_size=0.5"), ("explicit", "widths=[4, 5, 6, 8]"), ("explicit", "blocks=2"),
    ("implicit", "architecture=implicit-pgd"), ("unfolded", "architecture=unfolded-hqs"),
  ]) func `Every setting of a model changes what is trained`(model: String, setting: String) throws {
    let alone = model == "implicit" || model == "unfolded" ? ["models.\(model).initial=null"] : []
    #expect(try values(train(model, alone + ["models.\(model).\(setting)"])) != values(train(model, alone)))
  }

  @Test func `Models start from the denoiser, in every block, and cannot start without it`() throws {
    let denoiser = try train("denoiser")
    let still = ["training.phases.0.learning_rate=1e-30"]
    let source = try parameters(denoiser)
    for (model, blocks) in [("implicit", 1), ("unfolded", 2)] {
      let trained = try parameters(train(model, still, initial: denoiser))
      for (name, parameter) in source {
        for block in 0..<blocks {
          let found = try #require(trained["prior.\(block).denoiser.\(name)"])
          #expect(try found.value.doubles() == parameter.value.doubles(), "\(name)")
        }
      }
    }
    #expect(try #require(throws: Failure.self) { try train("implicit") }.problem.contains("starts from `denoiser`"))
    #expect(try #require(throws: Failure.self) { try train("explicit", initial: denoiser) }.status == .usage)
    let other = try #require(throws: Failure.self) {
      try train("implicit", ["models.implicit.widths=[4, 5, 6, 8]"], initial: denoiser)
    }
    #expect(other.status == .badData && other.location?.contains(denoiser) == true)
    let unknown = try #require(throws: Failure.self) { _ = try configuration(Self.pipeline, ["models.implicit.initial=denoise"]) }
    #expect(unknown.remedy?.contains("denoiser") == true)
  }

  @Test(arguments: [
    ("kernel", 0.0, "sum 1"), ("kernel", -1, "at least 0"), ("kernel", .nan, "finite inputs"), ("image", 255, "from 0 to 1"),
    ("image", -0.5, "from 0 to 1"), ("measurement", .infinity, "from -4 to 5"), ("measurement", 120, "from -4 to 5"),
    ("noise_level", -1, "at least 0"),
  ]) func `Values that a picture or a kernel cannot have are refused with their sample`(
    field: String, value: Double, text: String
  )
    throws
  {
    let file = try File.open(dataset, .readWrite)
    let values = try file.dataset("train/\(field)")
    let shape = try values.shape
    let count = shape.dropFirst().reduce(1, *)
    let (start, size) = ([2] + shape.dropFirst().map { _ in 0 }, [1] + shape.dropFirst())
    if values.type == .float32 {
      try values.write([Float](repeating: Float(value), count: count), start: start, count: size)
    } else {
      try values.write([Double](repeating: value, count: count), start: start, count: size)
    }
    try file.close()
    let failure = try thrownFailure { _ = try train("explicit") }
    #expect(failure.status == .badData && failure.problem.contains(text), "\(failure)")
    #expect("\(failure)".contains("\(dataset):/train/\(field)") && "\(failure)".contains("sample 2"), "\(failure)")
  }

  @Test func `A model with given weights is not trained, and weights of other widths are refused with the file's name`() throws {
    let denoiser = try train("denoiser")
    let file = "\(folder.path)/weights.safetensors"
    try WeightExchange.exportWeights(DeblurringStudy.self, ModelFile(denoiser), to: file)
    let imported = try train("denoiser", ["models.denoiser.weights=\(file)"])
    #expect(try values(imported) == values(denoiser))
    let failure = try #require(throws: Failure.self) {
      try train("denoiser", ["models.denoiser.weights=\(file)", "models.denoiser.widths=[4, 5, 6, 8]"])
    }
    #expect(failure.status == .badData && failure.location?.contains(file) == true)
    let output = "\(folder.path)/imported.h5"
    try WeightExchange.importWeights(
      DeblurringStudy.self, architecture: "denoiser", settings: nil, name: "d", safetensors: file, to: output)
    #expect(try values(output) == values(denoiser))
  }

  @Test
  func `Validation keeps the parameters that did best on the split valid`() throws {
    // Steps too large for the last parameters to be the best ones.
    let rate = "training.phases.0.learning_rate=0.05"
    let many = try train("explicit", [rate, "training.validation={every: 1}", "training.phases.0.steps=3"])
    let errors = try File.open(many).dataset("history/validation_error").read(Double.self)
    let best = try #require(errors.indices.min { errors[$0] < errors[$1] })
    #expect(errors.count == 3 && best < 2)
    let stopped = try train(
      "explicit", [rate, "training.validation={every: \(best + 1)}", "training.phases.0.steps=\(best + 1)"])
    #expect(try values(many) == values(stopped))
    // The stored error is that of the model on the split.
    let reader = try DatasetReader(dataset, DeblurringStudy.layout)
    let batch = try DeblurringStudy.batch(reader, .valid, rows: [0, 1, 2], options: TensorOptions())
    guard case .explicit(let model) = try ModelFile(many).model(of: DeblurringStudy.self, layout: reader.layout) else { return }
    let output = try Autograd.withoutTracking { try (model as? UnfoldedRestoration)?.predict(batch) }
    let expected = try DeblurringStudy.error(#require(output), batch).reduce(0, +) / 3
    #expect(abs(errors[best] - expected) < 1e-4)
  }

  @Test func `Options of the validation act`() throws {
    func errors(_ validation: String) throws -> [Double] {
      let file = try train("implicit", ["models.implicit.initial=null", "training.validation=\(validation)"])
      return try File.open(file).dataset("history/validation_error").read(Double.self).filter { !$0.isNaN }
    }
    let base = try errors("{every: 1}")
    #expect(base.count == 2)
    #expect(try errors("{every: 2}").count == 1)
    #expect(try errors("{every: 1, iterations: 1}") != base)
    #expect(try errors("{every: 1, samples: 1}") != base)
  }

  @Test func `The loss may be taken at one more application`() throws {
    func trained(_ location: String) throws -> [Double] {
      try values(train("implicit", ["models.implicit.initial=null", "training.adjoint={name: implicit, loss_at: \(location)}"]))
    }
    #expect(try trained("application") != trained("equilibrium"))
  }

  @Test func `The local Lipschitz constant bounds the sampled ratios`() throws {
    let denoiser = try train("denoiser")
    let model = try train("implicit", initial: denoiser)
    let output = "\(folder.path)/local.h5"
    let settings = ["sweep.precision=float64", "sweep.perturbations.amplitude=1e-4", "sweep.lipschitz.iterations=[1, 4]"]
    _ = try SweepStage(
      model: model, dataset: dataset, split: .test, output: output, threads: 1, device: .cpu, progress: nil
    ).run(configuration(Self.pipeline, settings))
    let file = try File.open(output)
    #expect(try file.dataset("local_lipschitz").shape == [3, 2])
    let bounds = try file.dataset("local_lipschitz").read(Double.self)
    let ratios = try file.dataset("lipschitz_ratio").read(Double.self)
    for (position, t) in [1, 4].enumerated() {
      for sample in 0..<3 {
        for kind in 0..<2 { #expect(ratios[(kind * 3 + sample) * 5 + t] < 1.02 * bounds[sample * 2 + position]) }
      }
    }
  }

  @Test func `A sweep records PSNR and SSIM at every iterate, and ratios along the frequencies`() throws {
    let denoiser = try train("denoiser")
    let model = try train("implicit", initial: denoiser)
    let output = "\(folder.path)/sweep.h5"
    _ = try SweepStage(
      model: model, dataset: dataset, split: .test, output: output, threads: 1, device: .cpu, progress: nil
    ).run(configuration(Self.pipeline))
    let file = try File.open(output)
    let psnr = try file.dataset("quality/psnr").read(Double.self)
    #expect(try file.dataset("quality/psnr").attribute("units", as: String.self) == "dB")
    #expect(try file.dataset("error").read(Double.self).map { -$0 } == psnr)
    // The start is the measurement.
    let reader = try DatasetReader(dataset, DeblurringStudy.layout)
    let batch = try DeblurringStudy.batch(reader, .test, rows: [0, 1, 2], options: TensorOptions(type: .float64))
    let first = try ImageQuality.psnr(batch.measurements, batch.images).doubles()
    #expect(zip(first, stride(from: 0, to: 15, by: 5)).allSatisfy { abs($0 - psnr[$1]) < 1e-9 })
    let ssim = try file.dataset("quality/ssim").read(Double.self)
    #expect(ssim.count == 15 && ssim.allSatisfy { $0 > -1 && $0 < 1 })
    #expect(try file.dataset("perturbation").read(String.self) == ["frequency 0.3", "frequency 0.7"])
    let ratios = try file.dataset("lipschitz_ratio").read(Double.self)
    #expect(stride(from: 0, to: 30, by: 5).allSatisfy { abs(ratios[$0] - 1) < 1e-6 })  // of the start
    #expect(ratios.allSatisfy { $0.isFinite && $0 > 0 })
  }

  @Test func `The export for deepinv has the layout that deepinv writes`() throws {
    let path = "\(folder.path)/dinv_dataset0.h5"
    try DeepinvExport.format.write(DatasetReader(dataset, DeblurringStudy.layout), path)
    let (ours, theirs) = try (File.open(path), Fixture("dinv_dataset_tiny.h5").file)
    #expect(try ours.attribute("operator", as: String.self) == theirs.attribute("operator", as: String.self))
    let names = try theirs.children().map(\.name).filter { $0.hasPrefix("x_") || $0.hasPrefix("y_") }
    #expect(Set(names) == ["x_train", "y_train", "x_val", "y_val", "x_test", "y_test"])
    for name in names {
      #expect(try ours.dataset(name).type == theirs.dataset(name).type)
      #expect(try ours.dataset(name).shape.count == 4)
    }
    let reader = try DatasetReader(dataset, DeblurringStudy.layout)
    #expect(try ours.dataset("x_val").read(Float.self) == reader.values("image", .valid, as: Float.self))
    #expect(try ours.dataset("y_train").read(Float.self) == reader.values("measurement", .train, as: Float.self))
  }

  @Test func `A dataset of deepinv is the blur of its images by its kernel, up to noise`() throws {
    let fixture = try Fixture("dinv_dataset_tiny.h5")
    let x = try fixture.tensor("x_train")
    let blur = try fixture.blur("fixture_kernel", height: x.shape[2], width: x.shape[3])
    let noise = try fixture.tensor("y_train") - blur.blurred(x)
    #expect(try abs(noise.pow(2).mean().sqrt().scalar() - 0.03) < 0.002)
  }
}
