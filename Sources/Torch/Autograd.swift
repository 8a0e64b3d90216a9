import CTorch

/// Differentiation by vector-Jacobian products.
///
///     let x = try Tensor([1, 2]).tracked()
///     let gradient = try Autograd.gradients(of: [(x * x).sum()], withRespectTo: [x])[0].doubles()  // [2, 4]
public enum Autograd {
  /// Runs `body` without recording operations for differentiation, on this thread.
  public static func withoutTracking<Result>(_ body: () throws -> Result) rethrows -> Result {
    try tracking(false, body)
  }

  /// Runs `body` recording operations, also inside `withoutTracking`.
  public static func withTracking<Result>(_ body: () throws -> Result) rethrows -> Result {
    try tracking(true, body)
  }

  private static func tracking<Result>(_ isEnabled: Bool, _ body: () throws -> Result) rethrows -> Result {
    // Where LibTorch cannot be loaded there is nothing to track, and the first operation of the body says why.
    guard let api = LibTorch.apiIfLoaded?.pointee else { return try body() }
    var before = false
    _ = api.set_gradient_tracking(isEnabled, &before, nil)
    defer { _ = api.set_gradient_tracking(before, nil, nil) }
    return try body()
  }

  /// Vector-Jacobian products, one for each input: sum_i cotangents[i]^T (d outputs[i] / d input).
  ///
  /// - Parameters:
  ///   - cotangents: one for each output, of its shape; nil stands for 1 and needs a scalar output. All 1 when omitted.
  ///   - keepGraph: allows to differentiate the same graph again.
  ///   - createGraph: records the products themselves, for second derivatives.
  /// - Returns: a gradient for each input; zeros for an input that no output depends on.
  /// - Throws: `TorchError` where outputs or inputs are not tracked, where the graph is gone, for cotangents of other shapes, and for an
  ///   operator on the way that has no gradient.
  public static func gradients(
    of outputs: [Tensor], withRespectTo inputs: [Tensor], cotangents: [Tensor?]? = nil, keepGraph: Bool = false,
    createGraph: Bool = false
  ) throws -> [Tensor] {
    let seeds = cotangents ?? Array(repeating: nil, count: outputs.count)
    guard seeds.count == outputs.count else {
      throw TorchError.argument(
        operation: "gradients", message: "\(outputs.count) outputs but \(seeds.count) cotangents")
    }
    if inputs.isEmpty { return [] }
    var results = [OpaquePointer?](repeating: nil, count: inputs.count)
    try withExtendedLifetime((outputs, inputs, seeds)) {
      let outputHandles = outputs.map { Optional($0.handle) }
      let seedHandles = seeds.map { $0?.handle }
      let inputHandles = inputs.map { Optional($0.handle) }
      try checked("gradients") {
        $0.pointee.gradients(
          outputHandles, seedHandles, Int64(outputs.count), inputHandles, Int64(inputs.count), keepGraph, createGraph,
          true, &results, &$1)
      }
    }
    // Every handle gets its owner before anything can throw, so that none leaks.
    let owned = results.map { handle in handle.map { pointer in Result { try Tensor(owning: pointer) } } }
    return try zip(owned, inputs).map { result, input in try result?.get() ?? Tensor.zeros(like: input) }
  }
}

extension Tensor {
  /// The same values without history.
  public func detached() throws -> Tensor { try leaf(tracked: false) }

  /// The same values as the start of a new graph: gradients with respect to it can be taken. Throws for integers and Booleans.
  public func tracked() throws -> Tensor { try leaf(tracked: true) }

  private func leaf(tracked: Bool) throws -> Tensor {
    var out: OpaquePointer?
    try checked("leaf") { $0.pointee.tensor_leaf(handle, tracked, &out, &$1) }
    return try Tensor(owning: unwrapped(out, "leaf"))
  }
}
