/// Name, unit and meaning of a measure of outputs.
public struct MeasureDescription: Equatable, Sendable {
  /// Name in files and pipeline files, for example `psnr`.
  public var name: String
  /// Unit of the values, "1" if they have none.
  public var units: String
  /// What it is, for axes and tables.
  public var longName: String

  /// A measure of this name, unit and meaning.
  public init(_ name: String, units: String, _ longName: String) {
    (self.name, self.units, self.longName) = (name, units, longName)
  }

  /// The meaning with its unit, for axes.
  public var label: String { units == "1" ? longName : "\(longName) (\(units))" }
}
