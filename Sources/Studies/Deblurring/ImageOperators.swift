import Torch

private enum Op {
  static let rfft2 = Operator("aten::fft_rfft2")
  static let irfft2 = Operator("aten::fft_irfft2")
  static let conj = Operator("aten::conj_physical")
  static let pad = Operator("aten::constant_pad_nd")
  static let replicate = Operator("aten::replication_pad2d")
  static let convolution = Operator("aten::conv2d")
  static let transposedConvolution = Operator("aten::conv_transpose2d.input")
}

/// What images need of LibTorch, `[B, C, H, W]`.
extension Tensor {
  /// The half-plane of Fourier coefficients of real images: `[..., H, W]` -> `[..., H, W/2 + 1]`, complex.
  func halfSpectrum() throws -> Tensor { try Op.rfft2(.tensor(self), .none, .ints([-2, -1]), .none) }

  /// Real images of a half-plane of coefficients, its inverse.
  func image(height: Int, width: Int) throws -> Tensor {
    try Op.irfft2(.tensor(self), .ints([height, width]), .ints([-2, -1]), .none)
  }

  func conjugate() throws -> Tensor { try Op.conj(.tensor(self)) }

  /// Zeros on the right and at the bottom.
  func padded(right: Int, bottom: Int) throws -> Tensor {
    try Op.pad(.tensor(self), .ints([0, right, 0, bottom]), .double(0))
  }

  /// The last column and row repeated on the right and at the bottom.
  func replicated(right: Int, bottom: Int) throws -> Tensor {
    try Op.replicate(.tensor(self), .ints([0, right, 0, bottom]))
  }

  /// Cross-correlation without bias, as neural networks call convolution; weight `[out, in / groups, h, w]`.
  func convolved(_ weight: Tensor, stride: Int = 1, padding: Int = 0, groups: Int = 1) throws -> Tensor {
    try Op.convolution(
      .tensor(self), .tensor(weight), .none, .ints([stride, stride]), .ints([padding, padding]), .ints([1, 1]),
      .int(groups))
  }

  /// The adjoint of `convolved`; weight `[in, out, h, w]`.
  func transposedConvolved(_ weight: Tensor, stride: Int) throws -> Tensor {
    try Op.transposedConvolution(
      .tensor(self), .tensor(weight), .none, .ints([stride, stride]), .ints([0, 0]), .ints([0, 0]), .int(1),
      .ints([1, 1]))
  }
}
