/// Version of the format. Readers accept any minor version of their own major one.
public struct FormatVersion: Equatable, Sendable, CustomStringConvertible {
  /// Grows when older readers can no longer read the files.
  public var major: Int
  /// Grows when there is more to read.
  public var minor: Int

  /// The version that this program writes.
  public static let current = FormatVersion(major: 1, minor: 0)

  /// `major.minor`, as in messages.
  public var description: String { "\(major).\(minor)" }
}
