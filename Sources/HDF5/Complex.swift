/// A complex number, stored as h5py does: compound with members `r` and `i`.
public struct Complex<Part: NumericElement & BinaryFloatingPoint>: NumericElement, Hashable {
  /// The member `r`.
  public var real: Part
  /// The member `i`.
  public var imaginary: Part

  /// real + i imaginary.
  public init(_ real: Part, _ imaginary: Part) {
    self.real = real
    self.imaginary = imaginary
  }

  /// The compound of two numbers of `Part`.
  public static var elementType: ElementType { .complex(bits: 8 * MemoryLayout<Part>.size) }
}
