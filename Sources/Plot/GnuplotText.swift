/// How texts of a figure stand in gnuplot scripts and data files.
extension String {
  /// A gnuplot string in double quotes: backslash, quote and backquote (which would run a command) are escaped, line breaks become
  /// spaces.
  var quotedForGnuplot: String {
    let escaped = onOneLine.reduce(into: "") { result, character in
      if "\\\"`".contains(character) { result.append("\\") }
      result.append(character)
    }
    return "\"\(escaped)\""
  }

  /// The text with spaces for its line breaks.
  var onOneLine: String { split(whereSeparator: \.isNewline).joined(separator: " ") }
}

extension Figure {
  /// The name of one of its files, for example `"error-iteration.svg"`, quoted.
  func quotedFile(_ type: String) -> String { "\(name).\(type)".quotedForGnuplot }
}
