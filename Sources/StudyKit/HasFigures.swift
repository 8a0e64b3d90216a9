import Plot

/// There are figures that only this case study has, for example outputs against inputs.
public protocol HasFigures: CaseStudy {
  /// - Parameter inputs: the sweeps of the main split, one for each model, in the order of their names.
  static func figures(_ inputs: [FigureInput<Self>]) throws -> [Figure]
}
