import Records

extension DeblurringStudy {
  /// y `[C, H, W]`, the kernel, the noise level, and the sharp image x `[C, H, W]` in [0, 1].
  public static let layout = DatasetLayout(
    caseStudy: name, title: title, references: references,
    fields: [
      FieldSchema(
        "measurement", ["channel", "row", "column"], .float32, role: .input,
        "blurred and noisy image y = A x + noise, of x in [0, 1]",
        in: -4...5, remedy: "divide pictures of 8 bits by 255, of 16 bits by 65535"),
      FieldSchema("kernel", ["kernel_row", "kernel_column"], .float64, role: .input, "blur kernel of A, a circular correlation"),
      FieldSchema(
        "noise_level", [], .float64, role: .input, "standard deviation of the noise", in: FieldSchema.notNegative),
      FieldSchema(
        "image", ["channel", "row", "column"], .float32, role: .label, "sharp image x, values in [0, 1]", in: 0...1,
        remedy: "divide pictures of 8 bits by 255, of 16 bits by 65535; clip what interpolation left outside"),
    ])

  /// What our own generator adds to each sample; a dataset from elsewhere need not have it.
  static let certificates = [
    FieldSchema("seed", [], .int64, role: .identifier, "seed of image, kernel and noise, together with the number of the draw"),
    FieldSchema("picture", [], .int64, role: .identifier, "number of the picture that the image was cut from, by path, from 0"),
    FieldSchema("crop_row", [], .int64, role: .identifier, "upper edge of the cut in the picture"),
    FieldSchema("crop_column", [], .int64, role: .identifier, "left edge of the cut in the picture"),
    FieldSchema("noise_residual", [], .float64, role: .certificate, "root mean square of y - A x, as stored"),
    FieldSchema("measurement_psnr", [], .float64, units: "dB", role: .certificate, "PSNR of the measurement as an image"),
  ]
}
