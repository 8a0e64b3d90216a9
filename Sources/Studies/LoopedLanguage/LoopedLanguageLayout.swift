import Records

extension LoopedLanguageStudy {
  private static let tokens = 0...0x1p31
  private static let steps = 0...0x1p31

  /// Prompts of tokens, padded at the end, their answers, and a contrast prompt for each.
  public static let layout = DatasetLayout(
    caseStudy: name, title: title, references: references,
    fields: [
      FieldSchema("prompt", ["position"], .int64, role: .input, "tokens of the prompt, padded at the end", in: tokens),
      FieldSchema("length", [], .int64, role: .input, "tokens of the prompt without padding", in: 1...0x1p31),
      FieldSchema("answer", [], .int64, role: .label, "the token that answers the prompt", in: tokens),
      FieldSchema("difficulty", [], .int64, role: .identifier, "steps that the solution takes: hops or operations", in: steps),
      FieldSchema("contrast_prompt", ["position"], .int64, role: .input, "a prompt that differs in few words", in: tokens),
      FieldSchema("contrast_length", [], .int64, role: .input, "its tokens without padding", in: 1...0x1p31),
      FieldSchema("contrast_answer", [], .int64, role: .label, "its answer, another one", in: tokens),
      FieldSchema("contrast_distance", [], .int64, role: .identifier, "words in which the two prompts differ", in: steps),
    ])
}
