import Records

extension LinearProgramStudy {
  private static let numbers = -LinearProgram.largestMagnitude...LinearProgram.largestMagnitude
  private static let unbounded =
    "networks take the bounds in as numbers: where there is none, write one that no solution reaches, on the scale of the others"

  /// min c'x subject to A x <= b or = b, lower <= x <= upper, with A by its stored entries; float64.
  public static let layout = DatasetLayout(
    caseStudy: name, title: title, references: references,
    fields: [
      FieldSchema("c", ["variable"], .float64, role: .input, "costs", in: numbers),
      FieldSchema("b", ["constraint"], .float64, role: .input, "right-hand side", in: numbers),
      FieldSchema("lower", ["variable"], .float64, role: .input, "lower bounds", in: numbers, remedy: unbounded),
      FieldSchema("upper", ["variable"], .float64, role: .input, "upper bounds", in: numbers, remedy: unbounded),
      FieldSchema("is_equality", ["constraint"], .uint8, role: .input, "1: A x = b, 0: A x <= b", in: 0...1),
      FieldSchema("edge_constraint", ["edge"], .int64, role: .input, "row of each stored entry of A, from 0"),
      FieldSchema("edge_variable", ["edge"], .int64, role: .input, "column of each stored entry of A, from 0"),
      FieldSchema("edge_value", ["edge"], .float64, role: .input, "value of each stored entry of A", in: numbers),
      FieldSchema("solution", ["variable"], .float64, role: .label, "optimal solution"),
    ])

  /// What our own generator adds to each sample; a dataset from elsewhere need not have it.
  static let certificates = [
    FieldSchema("objective", [], .float64, role: .certificate, "optimal value c'x"),
    FieldSchema("primal_residual", [], .float64, role: .certificate, "largest violation of a constraint or bound"),
    FieldSchema("dual_residual", [], .float64, role: .certificate, "largest violation of dual feasibility"),
    FieldSchema("duality_gap", [], .float64, role: .certificate, "primal minus dual objective"),
  ]
}
