import Foundation

/// The clean-up of decoded text that tokenizers with `clean_up_tokenization_spaces` ask for: no space before punctuation and
/// English contractions, as in the Python library transformers.
enum TextCleanup {
  private static let replacements = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"),
    (" 've", "'ve"), (" 're", "'re"),
  ]

  static func applied(to text: String) -> String {
    replacements.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1, options: .literal) }
  }
}
