import Records

extension AveragesStudy {
  public static let layout = DatasetLayout(
    caseStudy: name, title: title, references: references,
    fields: [
      FieldSchema("x", ["number"], .float64, role: .input, "the numbers"),
      FieldSchema("y", [], .float64, role: .label, "their mean"),
    ])
}
