/// Peak memory of one gradient of the training loss, by adjoint and by iterations of the forward pass.
public struct MemoryTable: Equatable, Sendable {
  /// Names of the adjoints, `[A]`; `backpropagation` of an explicit network, whose only pass is its one column.
  public var adjoints: [String]
  /// Forward iterations, ascending, `[I]`.
  public var iterations: [Int]
  /// In bytes, `[A][I]`.
  public var peaks: [[Int]]

  /// `peaks` has a row for each adjoint and a column for each number of iterations.
  public init(adjoints: [String], iterations: [Int], peaks: [[Int]]) {
    (self.adjoints, self.iterations, self.peaks) = (adjoints, iterations, peaks)
  }

  func write(to content: ContentFile) throws {
    try content.write("/memory/adjoint", adjoints)
    try content.write("/memory/iteration", iterations.map(Int64.init))
    try content.write(
      "/memory/peak", peaks.flatMap { $0.map(Int64.init) }, shape: [adjoints.count, iterations.count])
  }

  /// - Returns: nil for a sweep that did not measure it.
  init?(of file: CheckedFile) throws {
    guard try file.contains("memory") else { return nil }
    adjoints = try file.texts("memory/adjoint")
    iterations = try file.integers("memory/iteration")
    let width = iterations.count
    let values = try file.integers("memory/peak", shape: [adjoints.count, width])
    peaks = adjoints.indices.map { Array(values[($0 * width)..<(($0 + 1) * width)]) }
  }
}
