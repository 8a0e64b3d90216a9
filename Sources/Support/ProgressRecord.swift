import Foundation

/// The state of a stage, as it stands in the JSON file.
public struct ProgressRecord: Codable, Equatable, Sendable {
  /// What is done, for example `train implicit-8`.
  public var stage: String
  /// The plural of what is counted.
  public var unit: String
  /// Units that are done.
  public var done: Int
  /// Units that there are to do.
  public var total: Int
  /// Units per second over about the last half minute; nil before anything was done.
  public var rate: Double?
  /// What else is worth knowing, for example the loss.
  public var note: String?
  /// When the record was written.
  public var updated: Date
  /// The most memory that the stage had in use, in bytes; in its last record.
  public var peakMemory: Int?

  /// Seconds until the end at this rate.
  public var secondsLeft: Double? { rate.map { Double(max(0, total - done)) / $0 } }

  /// `train implicit-8  1200/15002 steps  8%  34.5/s  6m40s left  loss 0.231`
  public var line: String {
    let percent = total > 0 ? "\(done * 100 / total)%" : nil
    let left = done < total ? secondsLeft.map { "\(durationText($0)) left" } : nil
    return [stage, "\(done)/\(total) \(unit)", percent, rate.map(Self.rateText), left, note].compactMap { $0 }
      .joined(separator: "  ")
  }

  /// `1235/s`, `34.5/s`, `4s each`
  package static func rateText(_ rate: Double) -> String {
    if rate >= 100 { return "\(Int(rate.rounded()))/s" }
    if rate >= 1 { return "\((rate * 10).rounded() / 10)/s" }
    return "\(durationText(1 / rate)) each"
  }

  /// Replaces the file at once, so that a reader never sees half of it.
  public func write(to path: String) throws {
    try writeAtomically(JSONText.compact(self), to: path)
  }

  /// - Throws: `.missingInput` if there is no file, `.badData` if it is not a progress record.
  public static func read(_ path: String) throws -> ProgressRecord {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(.missingInput, "there is no progress record", at: path)
    }
    do {
      return try JSONText.decode(ProgressRecord.self, from: data)
    } catch {
      throw Failure(
        .badData, "not a progress record: \(error)", at: path, remedy: "delete the file; the stage writes it anew")
    }
  }
}
