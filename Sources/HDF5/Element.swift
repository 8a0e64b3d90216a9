/// A Swift type whose values can be stored in an HDF5 file.
///
/// The conforming types are those of this module: all integers of fixed width, Float16, Float, Double, Bool, String
/// (variable-length UTF-8) and `Complex`.
public protocol Element: Sendable {
  /// How values are stored in a file.
  static var elementType: ElementType { get }
  /// How values get from and to the library's memory.
  static var codec: ElementCodec<Self> { get }
}
