import Records

extension LinearProgramStudy {
  /// min c'x subject to A x <= b or = b, lower <= x <= upper, with A by its stored entries; float64.
  public static let layout = DatasetLayout(
    caseStudy: name, title: title, references: references,
    fields: [
      FieldSchema("c", ["variable"], .float64, role: .input, "costs"),
      FieldSchema("b", ["constraint"], .float64, role: .input, "right-hand side"),
      FieldSchema("lower", ["variable"], .float64, role: .input, "lower bounds"),
      FieldSchema("upper", ["variable"], .float64, role: .input, "upper bounds"),
      FieldSchema("is_equality", ["constraint"], .uint8, role: .input, "1: A x = b, 0: A x <= b"),
      FieldSchema("edge_constraint", ["edge"], .int64, role: .input, "row of each stored entry of A, from 0"),
      FieldSchema("edge_variable", ["edge"], .int64, role: .input, "column of each stored entry of A, from 0"),
      FieldSchema("edge_value", ["edge"], .float64, role: .input, "value of each stored entry of A"),
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
