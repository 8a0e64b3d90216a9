import Configuration
import Foundation
import Testing
import Torch

@testable import Deblurring
@testable import StudyKit

@Suite struct DRUNetTests {
  static func network(_ fixture: Fixture, _ blocks: Int) throws -> DRUNet {
    let network = try DRUNet(.init(widths: [4, 8, 16, 32], blocks: blocks))
    try fixture.load("drunet/nb\(blocks)/params", into: network)
    return network
  }

  @Test(arguments: [1, 2]) func `Names and sizes of the parameters are those of deepinv`(blocks: Int) throws {
    let fixture = try Fixture("drunet.h5")
    let network = try Self.network(fixture, blocks)
    let expected = try fixture.file.group("drunet/nb\(blocks)").attribute("n_parameters", as: Int64.self)
    #expect(network.parameters.count == Int(expected))
  }

  @Test func `The published network has 32,640,960 parameters under the published names, in their order`() throws {
    let fixture = try Fixture("drunet.h5")
    let network = try DRUNet(.init())
    #expect(network.parameters.count == 32_640_960)
    #expect(try network.parameters.count == fixture.integers("drunet/full_size/n_parameters")[0])
    let listed = try fixture.file.group("drunet/full_size").attribute("parameter_names", as: String.self)
    let found = network.parameters.entries.map { name, parameter in
      "\(name) (\(parameter.value.shape.map(String.init).joined(separator: ", ")))"
    }
    #expect(found == listed.split(separator: "\n").map(String.init))
  }

  @Test(arguments: [1, 2]) func `Outputs are those of deepinv in training, for all image sizes`(blocks: Int) throws {
    let fixture = try Fixture("drunet.h5")
    let network = try Self.network(fixture, blocks)
    let sizes = try fixture.names("drunet/nb\(blocks)").filter { $0.first?.isNumber ?? false }
    #expect(sizes.count >= 2)
    for size in sizes {
      let group = "drunet/nb\(blocks)/\(size)"
      let found = try network(fixture.tensor("\(group)/x"), noiseLevel: Tensor(scalar: 0.03))
      // Where training and evaluation differ, the mode of training is meant.
      let isStored = try fixture.file.contains("\(group)/output_train")
      #expect(try fixture.excess(found, over: "\(group)/output_\(isStored ? "train" : "eval")") < 1, "\(size)")
    }
  }

  @Test(arguments: [1, 2]) func `The noise level may differ from image to image`(blocks: Int) throws {
    let fixture = try Fixture("drunet.h5")
    let network = try Self.network(fixture, blocks)
    let group = "drunet/nb\(blocks)/sigma"
    let x = try fixture.tensor("\(group)/x")
    #expect(try fixture.excess(network(x, noiseLevel: fixture.tensor("\(group)/value")), over: "\(group)/output") < 1)
    #expect(try fixture.excess(network(x, noiseLevel: Tensor(scalar: 0.1)), over: "\(group)/output_scalar") < 1)
  }

  @Test(
    arguments: [1, 2])
  func `Gradients with respect to weights, image and noise level are those of deepinv`(blocks: Int)
    throws
  {
    let fixture = try Fixture("drunet.h5")
    let network = try Self.network(fixture, blocks)
    let group = "drunet/nb\(blocks)/backward"
    let x = try fixture.tensor("\(group)/x").tracked()
    let sigma = try Tensor(scalar: 0.05).tracked()
    let output = try network(x, noiseLevel: sigma)
    #expect(try fixture.excess(output, over: "\(group)/output") < 1)
    let gradients = try Autograd.gradients(
      of: [output], withRespectTo: [x, sigma] + network.parameters.tensors,
      cotangents: [fixture.tensor("\(group)/cotangent")])
    #expect(try fixture.excess(gradients[0], over: "\(group)/grad_x") < 5)
    let expected = try fixture.tensor("\(group)/grad_sigma").scalar()
    #expect(try abs(gradients[1].scalar() - expected) < 1e-4 * abs(expected))
    try fixture.expectGradients("\(group)/grads", Array(gradients[2...]), of: network)
  }

  @Test func `The network is homogeneous in image and noise level`() throws {
    let fixture = try Fixture("drunet.h5")
    let network = try Self.network(fixture, 1)
    let x = try normal([1, 3, 32, 40], "x")
    let once = try network(x, noiseLevel: Tensor(scalar: 0.1))
    let scaled = try network(x * 3, noiseLevel: Tensor(scalar: 0.3))
    #expect(try (scaled - once * 3).abs().maximum().scalar() < 1e-10 * once.abs().maximum().scalar())
  }

  @Test(arguments: ["denoiser", "explicit-drunet", "implicit-hqs", "unfolded-pgd"])
  func `The settings of a model follow from the shapes of its weights`(architecture: String) throws {
    let description = "{architecture: \(architecture), widths: [3, 4, 5, 6], blocks: 2}"
    let section = try ConfigurationDocument.parse("models: {m: \(description)}", name: "test")
      .root.namedSections("models", "")[0].section
    let parameters = try ConfiguredModel<DeblurringStudy>(reading: section).description.build(DeblurringStudy.layout, 1).module
      .parameters
    let shapes = Dictionary(uniqueKeysWithValues: parameters.entries.map { ($0.name, $0.parameter.value.shape) })
    let expected =
      "{widths: [3, 4, 5, 6], blocks: 2" + (architecture.hasPrefix("unfolded") ? ", iterations: 4}" : "}")
    #expect(try DeblurringStudy.architecture(named: architecture).settings(shapes) == expected)
  }
}
