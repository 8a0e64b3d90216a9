import Records

extension ScalarMapStudy {
  /// Which map it is, the point x, and y = F(x); float64.
  public static let layout = DatasetLayout(
    caseStudy: name, title: title, references: references,
    fields: [
      FieldSchema(
        "map", [], .uint8, role: .input,
        "target map: "
          + TargetMap.Kind.allCases.enumerated().map { "\($0) \($1.rawValue)" }.joined(separator: ", ")),
      FieldSchema("level", [], .float64, role: .input, "Lipschitz constant of ramps and zigzag; 0 for the other maps"),
      FieldSchema("x", ["coordinate"], .float64, role: .input, "point; 0 in the coordinates that its map does not have"),
      FieldSchema("y", [], .float64, role: .label, "F(x)"),
    ])

  /// What our own generator adds to each sample.
  static let certificate = FieldSchema(
    "local_lipschitz", [], .float64, role: .certificate, "local Lipschitz constant of F at x")
}
