import Records

extension LoopedLanguageStudy {
  /// Prompts of tokens, padded at the end, their answers, and a contrast prompt for each.
  public static let layout = DatasetLayout(
    caseStudy: name, title: title, references: references,
    fields: [
      FieldSchema("prompt", ["position"], .int64, role: .input, "tokens of the prompt, padded at the end"),
      FieldSchema("length", [], .int64, role: .input, "tokens of the prompt without padding"),
      FieldSchema("answer", [], .int64, role: .label, "the token that answers the prompt"),
      FieldSchema("difficulty", [], .int64, role: .identifier, "steps that the solution takes: hops or operations"),
      FieldSchema("contrast_prompt", ["position"], .int64, role: .input, "a prompt that differs in few words"),
      FieldSchema("contrast_length", [], .int64, role: .input, "its tokens without padding"),
      FieldSchema("contrast_answer", [], .int64, role: .label, "its answer, another one"),
      FieldSchema("contrast_distance", [], .int64, role: .identifier, "words in which the two prompts differ"),
    ])
}
