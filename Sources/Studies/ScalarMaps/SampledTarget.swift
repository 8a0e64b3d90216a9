import Configuration
import Support

/// One map of a dataset and where its samples lie.
struct SampledTarget: Sendable {
  let target: TargetMap
  /// The interval of s, the coordinate or the radius.
  let window: ClosedRange<Double>

  init(reading section: ConfigurationSection) throws {
    target = try TargetMap(reading: section)
    let from =
      try section.optionalNumber("from", "samples lie between this and `to`; where F is interesting, if missing")
      ?? target.window.lowerBound
    let to = try section.optionalNumber("to", "end of the window") ?? target.window.upperBound
    try section.finish()
    guard from < to else {
      throw Failure(
        .usage, "\(section.path): expected from < to, found \(from) and \(to)", at: section.location,
        remedy: "give an interval")
    }
    window = from...to
  }
}
