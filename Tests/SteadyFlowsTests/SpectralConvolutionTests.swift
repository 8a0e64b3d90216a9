import HDF5
import Support
import TestSupport
import Testing
import Torch

@testable import SteadyFlows

@Suite struct SpectralConvolutionTests {
  static let methods = SpectralBasis.Method.allCases

  static func convolution(_ group: String, _ file: File) throws -> SpectralConvolution {
    let first = try file.tensor("\(group)/weights1")
    let shape = first.shape
    let convolution = try SpectralConvolution(shape[0], shape[1], rows: shape[2], columns: shape[3])
    try convolution.weights1.assign(first)
    try convolution.weights2.assign(file.tensor("\(group)/weights2"))
    return convolution
  }

  @Test(arguments: ["even_width", "odd_width", "nyquist", "overlap"], methods)
  func `Output and gradients are the reference's`(name: String, method: SpectralBasis.Method) throws {
    let file = try File.open(fixturePath("fno_layers.h5"))
    defer { try? file.close() }
    let group = "spectral/\(name)"
    let convolution = try Self.convolution(group, file)
    let input = try file.tensor("\(group)/input").tracked()
    let basis = try SpectralBasis(
      height: input.shape[2], width: input.shape[3], rows: convolution.weights1.value.shape[2],
      columns: convolution.weights1.value.shape[3], method: method)
    let output = try basis.convolved(input, convolution.prepared(basis))
    #expect(try relativeDifference(output.detached(), file.tensor("\(group)/output")) < 1e-5)
    let gradients = try Autograd.gradients(
      of: [output], withRespectTo: [input] + convolution.parameters.tensors,
      cotangents: [file.tensor("\(group)/cotangent")])
    for (gradient, field) in zip(gradients, ["grad_input", "grad_weights1", "grad_weights2"]) {
      #expect(try relativeDifference(gradient, file.tensor("\(group)/\(field)")) < 1e-5, "\(field)")
    }
  }

  @Test(arguments: [(64, 12), (41, 20), (137, 12)]) func `Matrix products and FFTs agree`(size: Int, modes: Int) throws {
    var random = KeyedRandom(seed: 1, stream: "spectral")
    let input = try Tensor(random.normals(2 * 3 * size * size), shape: [2, 3, size, size], type: .float32)
    let convolution = try SpectralConvolution(3, 4, rows: modes, columns: modes)
    for parameter in convolution.parameters.entries.map(\.parameter) {
      try parameter.assign(
        Tensor(random.normals(parameter.value.count), shape: parameter.value.shape, type: .float32))
    }
    let outputs = try Self.methods.map { method in
      let basis = try SpectralBasis(height: size, width: size, rows: modes, columns: modes, method: method)
      return try basis.convolved(input, convolution.prepared(basis)).detached()
    }
    #expect(try relativeDifference(outputs[0], outputs[1]) < 1e-5)
  }

  @Test func `Few modes go by matrix products, many by FFT`() throws {
    #expect(try SpectralBasis(height: 137, width: 137, rows: 12, columns: 12).method == .matrices)
    #expect(try SpectralBasis(height: 512, width: 512, rows: 200, columns: 200).method == .fft)
  }
}
