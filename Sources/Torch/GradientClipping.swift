/// Gradients shortened together to a Euclidean norm of at most `limit`, g <- g min(1, limit / (||g|| + 1e-6)), as by
/// torch.nn.utils.clip_grad_norm_; the norm is that of all of them joined.
///
///     let short = try clipped([Tensor([3, 4])], toNorm: 1)[0].doubles()  // [0.6, 0.8], nearly
///
/// - Parameter limit: above 0.
/// - Returns: the gradients themselves where they are short enough.
public func clipped(_ gradients: [Tensor], toNorm limit: Double) throws -> [Tensor] {
  let norms = try gradients.map { try $0.flattened().norm(dimensions: [0]).doubles()[0] }
  let factor = limit / (norms.reduce(0) { $0 + $1 * $1 }.squareRoot() + 1e-6)
  return factor < 1 ? try gradients.map { try $0 * factor } : gradients
}
