/// A text that all samples of a dataset share, for example the tokenizer of their prompts.
public struct SharedText: Equatable, Sendable {
  /// The text itself.
  public var text: String
  /// What it is; stored as the attribute `long_name`.
  public var longName: String

  /// A text with its meaning.
  public init(_ text: String, _ longName: String) { (self.text, self.longName) = (text, longName) }
}
