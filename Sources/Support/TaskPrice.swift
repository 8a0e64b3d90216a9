/// What a task of a pipeline takes, judged before it runs.
public struct TaskPrice: Codable, Equatable, Sendable {
  /// Seconds of one thread.
  public var seconds: Double
  /// The most memory in use at a time, in bytes.
  public var memory: Int

  /// An estimate.
  public init(seconds: Double, memory: Int) { (self.seconds, self.memory) = (seconds, memory) }
}
