import Configuration

extension FourierNetworkSize {
  /// Reads the keys of a section that may have others.
  init(reading section: ConfigurationSection) throws {
    self.init()
    width = try section.integer("width", default: width, in: 1...4096, "channels of the state")
    modes = try section.integer("modes", default: modes, in: 1...4096, "modes along each axis, on either side of 0")
    depth = try section.integer("depth", default: depth, in: 1...1024, "blocks of three Fourier layers")
    padding = try section.integer(
      "padding", default: padding, in: 0...4096, "zeros at the end of both axes; 0 for periodic data")
    coordinates = try section.boolean(
      "coordinates", default: coordinates, "whether the coordinates of the points are input channels")
  }
}
