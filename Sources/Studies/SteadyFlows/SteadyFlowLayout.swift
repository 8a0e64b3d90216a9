import Records

extension SteadyFlowStudy {
  private static let scale = "the networks divide the field by it; its root mean square over the dataset will do"

  /// Force `[2, N, N]` and vorticity `[N, N]`, or coefficient and pressure, with their scales.
  public static let layout = DatasetLayout(
    caseStudy: name, title: title, references: references,
    fields: [
      FieldSchema(
        "input", ["channel", "x", "y"], .float32, role: .input,
        "force (f_x, f_y) at x = 2 pi i / N, y = 2 pi j / N; or the coefficient of Darcy flow"),
      FieldSchema(
        "solution", ["x", "y"], .float32, role: .label,
        "vorticity d u_y / d x - d u_x / d y of the steady flow u . grad u + grad p = nu laplace u + f; or the pressure"),
      FieldSchema("viscosity", [], .float64, role: .input, "nu; 0 for Darcy flow", in: FieldSchema.notNegative),
      FieldSchema(
        "input_scale", [], .float64, role: .input, "networks see input / input_scale", in: FieldSchema.positive, remedy: scale),
      FieldSchema(
        "solution_scale", [], .float64, role: .input, "networks give solution / solution_scale", in: FieldSchema.positive,
        remedy: scale),
    ])

  /// What our own generator adds to each sample; a dataset from elsewhere need not have it.
  static let certificates = [
    FieldSchema("residual", [], .float64, role: .certificate, "relative residual of the discrete equation"),
    FieldSchema("divergence", [], .float64, role: .certificate, "largest divergence of the velocity / largest vorticity"),
    FieldSchema(
      "spectral_tail", [], .float64, role: .certificate, "share of the vorticity's norm in the outer quarter of the modes"),
    FieldSchema("newton_steps", [], .int64, role: .certificate, "Newton steps, over all amplitudes of the force"),
    FieldSchema("jacobian_products", [], .int64, role: .certificate, "products with the Jacobian"),
    FieldSchema(
      "newton_residual", ["newton_step"], .float64, role: .certificate,
      "relative residual after each Newton step; NaN beyond the last"),
    FieldSchema(
      "forcing_spectrum", ["ring"], .float64, role: .identifier,
      "mean square of the curl of the force in the rings |k| = 1, 2, ..."),
    FieldSchema("seed", [], .int64, role: .identifier, "seed that the draw belongs to"),
  ]
}
