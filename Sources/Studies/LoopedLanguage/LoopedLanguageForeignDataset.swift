import Records
import StudyKit

extension LoopedLanguageStudy: HasForeignDatasets {
  /// Sums modulo 7 as three tokens: two numbers and the sign =, which is token 7. The contrast differs in the second number.
  public static let foreignDataset = ForeignDataset(
    layout,
    "Sums modulo 7 as three tokens: two numbers and the sign =, which is token 7. The contrast differs in the second number.",
    samples: """
      modulus, sign = 7, 7

      def problem(first, second):
          return np.stack([first, second, np.full_like(first, sign)], axis=1), (first + second) % modulus

      def samples(count):
          first, second = random.integers(0, modulus, (2, count))
          prompt, answer = problem(first, second)
          contrast, other = problem(first, (second + random.integers(1, modulus, count)) % modulus)
          return dict(prompt=prompt, length=np.full(count, 3), answer=answer, difficulty=np.ones(count),
                      contrast_prompt=contrast, contrast_length=np.full(count, 3), contrast_answer=other,
                      contrast_distance=np.ones(count))
      """)
}
