import CHDF5

/// Shapes and selections in the library's form.
enum Dataspace {
  /// The shape of a dataspace; `[]` for a scalar, `[0]` for the null space.
  static func shape(of space: hid_t, _ call: CallContext) throws -> [Int] {
    if H5Sget_simple_extent_type(space) == H5S_NULL { return [0] }
    let rank = Int(try call.check(H5Sget_simple_extent_ndims(space)))
    var lengths = [hsize_t](repeating: 0, count: rank)
    try call.check(H5Sget_simple_extent_dims(space, &lengths, nil))
    return try lengths.map { try call.size($0) }
  }

  /// Whether the first dimension may grow.
  static func isExtensible(_ space: hid_t, _ call: CallContext) throws -> Bool {
    guard H5Sget_simple_extent_type(space) == H5S_SIMPLE else { return false }
    let rank = Int(try call.check(H5Sget_simple_extent_ndims(space)))
    var limits = [hsize_t](repeating: 0, count: rank)
    try call.check(H5Sget_simple_extent_dims(space, nil, &limits))
    return limits.first == chdf5_unlimited()
  }

  /// A new dataspace, which the caller closes. An extensible one may grow along its first dimension.
  static func make(shape: [Int], extensible: Bool = false, _ call: CallContext) throws -> hid_t {
    // A dimension of length 0 counts as 1, because the others are multiplied for the size of a chunk.
    _ = try call.elementCount(shape.map { $0 == 0 ? 1 : $0 } + [16])
    if shape.isEmpty { return try call.check(H5Screate(H5S_SCALAR)) }
    let lengths = shape.map { hsize_t($0) }
    // A chunk may not be longer than the limit of a dimension, and not of length 0: so the limit is at least 1.
    var limits = lengths.map { extensible ? max(1, $0) : $0 }
    if extensible { limits[0] = chdf5_unlimited() }
    return try call.check(H5Screate_simple(Int32(shape.count), lengths, limits))
  }

  /// Selects the box of `count` elements at `start` after checking that it lies inside `shape`.
  static func select(_ space: hid_t, shape: [Int], start: [Int], count: [Int], _ call: CallContext) throws {
    let inside =
      start.count == shape.count && count.count == shape.count
      && zip(shape, zip(start, count)).allSatisfy { length, box in
        box.0 >= 0 && box.1 >= 0 && box.0 <= length && box.1 <= length - box.0
      }
    guard inside else {
      throw call.failure(
        .shapeMismatch, expected: "a selection inside shape \(shape)", found: "start \(start), count \(count)")
    }
    guard !shape.isEmpty, !count.contains(0) else { return }
    try call.check(
      H5Sselect_hyperslab(space, H5S_SELECT_SET, start.map { hsize_t($0) }, nil, count.map { hsize_t($0) }, nil))
  }
}
