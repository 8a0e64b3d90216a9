import Records

/// Other programs may write its datasets: data/FORMAT.md describes the fields and has a Python program for it.
public protocol HasForeignDatasets: CaseStudy {
  /// The section of the page.
  static var foreignDataset: ForeignDataset { get }
}
