import Records

/// Numbers were published for models of this case study, to stand beside ours.
public protocol HasPublishedResults: CaseStudy {
  static var publishedResults: [PublishedResult] { get }
}
