import Configuration
import Support

extension TargetMap {
  /// Reads the keys `map` and `level` of a section that may have others.
  init(reading section: ConfigurationSection) throws {
    let kind: Kind = try section.choice("map", "target map")
    let level = try section.optionalNumber("level", in: Self.levels, "Lipschitz constant of ramps and zigzag")
    do { try self.init(kind, level: level) } catch let failure as Failure {
      throw Failure(failure.status, "\(section.path): \(failure.problem)", at: section.location, remedy: failure.remedy)
    }
  }
}
