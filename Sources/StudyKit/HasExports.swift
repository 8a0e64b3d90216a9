/// Datasets can be written in formats of other programs (`implicit-inspect export`).
public protocol HasExports: CaseStudy {
  static var exports: [DatasetExport] { get }
}
