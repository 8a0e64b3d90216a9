import Records

extension GenerationFile {
  /// What a published language model writes: a kind of file that only this case study has.
  static let kind = FileKind(rawValue: "generation")

  /// The definition of such a file.
  static let schema = FileSchema(
    kind: kind, purpose: "What a published language model writes for pairs of prompts, over test-time recurrences.",
    attributes: [
      AttributeSchema("model", .string, "name of the folder of the model"),
      AttributeSchema("parameter_count", .int64, "numbers in the model"),
      AttributeSchema("element_type", .string, "type that the model was computed in"),
      AttributeSchema("seed", .int64, "random start states of the loop follow from it"),
      AttributeSchema("start_deviation", .float64, "of the start states before the scale of the embedding; 0: zeros"),
      AttributeSchema("templates", .string, array: true, "of the prompts; {word} and {field} are filled in"),
      AttributeSchema("maximum_length", .int64, "the most tokens of a text, its prompt included"),
      AttributeSchema("stop_tokens", .int64, array: true, "a text ends after one of these"),
      AttributeSchema("cleans_up", .uint8, "1 if spaces before punctuation were removed from the decoded texts"),
    ],
    objects: [
      ObjectSchema("/num_steps", [.int64], ["num_steps"], "recurrences of the core, ascending"),
      ObjectSchema("/prompt", [.string], ["pair", "side"], "two prompts that differ in few words"),
      ObjectSchema("/text", [.string], ["pair", "side", "num_steps"], "prompt and greedy continuation"),
      ObjectSchema("/length", [.int64], ["pair", "side", "num_steps"], "tokens of the text"),
      ObjectSchema("/input_distance", [.int64], ["pair"], "Levenshtein distance of the prompts, in words"),
      ObjectSchema("/output_distance", [.int64], ["pair", "num_steps"], "Levenshtein distance of the texts, in words"),
      ObjectSchema("/ratio", [.float64], ["pair", "num_steps"], "output_distance / input_distance"),
      ObjectSchema("/arithmetic_mean", [.float64], ["num_steps"], "of the ratios over the pairs"),
      ObjectSchema(
        "/geometric_mean", [.float64], ["num_steps"], allowsNaN: true, "of the ratios above zero; NaN if there are none"),
      ObjectSchema("/equal_texts", [.int64], ["num_steps"], "pairs whose texts are the same, with a ratio of zero"),
      ObjectSchema("/seconds", [.float64], ["num_steps"], units: "s", measurement: true, "wall time of all pairs"),
    ])
}
