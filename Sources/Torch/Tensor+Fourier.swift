private enum Op {
  static let fft = Operator("aten::fft_fft")
  static let ifft = Operator("aten::fft_ifft")
  static let rfft = Operator("aten::fft_rfft")
  static let irfft = Operator("aten::fft_irfft")
  static let viewAsReal = Operator("aten::view_as_real")
  static let viewAsComplex = Operator("aten::view_as_complex")
}

/// Fourier transforms along one dimension. The forward transform carries the factor 1/N, so that its values are the coefficients
/// c_k of f(x_j) = sum_k c_k exp(2 pi i j k / N), and the mean of a field is its coefficient 0. Differentiable. float32 gives complex64,
/// float64 complex128, and back. 5 N log2 N floating-point operations for each transform, half of it for real ones.
///
///     let f = try Tensor([3, 1, -1, 1])  // 1 + 2 cos(2 pi j / 4)
///     let c = try f.realFourierCoefficients(dimension: 0).realView().doubles()  // [1, 0, 1, 0, 0, 0]
extension Tensor {
  /// Coefficients 0, 1, ..., -1 of complex values.
  public func fourierCoefficients(dimension: Int) throws -> Tensor {
    try Op.fft(.tensor(self), .none, .int(dimension), .text("forward"))
  }

  /// Complex values from the coefficients 0, 1, ..., -1.
  public func fourierSum(dimension: Int) throws -> Tensor {
    try Op.ifft(.tensor(self), .none, .int(dimension), .text("forward"))
  }

  /// Coefficients 0 ... N / 2 of real values.
  public func realFourierCoefficients(dimension: Int) throws -> Tensor {
    try Op.rfft(.tensor(self), .none, .int(dimension), .text("forward"))
  }

  /// `count` real values from the coefficients 0, 1, ...; those that are not given are zero.
  public func realFourierSum(dimension: Int, count: Int) throws -> Tensor {
    try Op.irfft(.tensor(self), .int(count), .int(dimension), .text("forward"))
  }

  /// Complex numbers `[...]` as pairs (real, imaginary), `[..., 2]`.
  public func realView() throws -> Tensor { try Op.viewAsReal(.tensor(self)) }

  /// Pairs (real, imaginary), `[..., 2]`, as complex numbers `[...]`.
  public func complexView() throws -> Tensor { try Op.viewAsComplex(.tensor(self)) }
}
