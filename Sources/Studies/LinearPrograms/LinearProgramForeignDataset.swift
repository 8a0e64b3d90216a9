import Records
import StudyKit

extension LinearProgramStudy: HasForeignDatasets {
  /// Linear programs whose solution is known: the right-hand side and the costs are chosen for it.
  public static let foreignDataset = ForeignDataset(
    layout, "Linear programs whose solution is known: the right-hand side and the costs are chosen for it.",
    samples: """
      m, n, nonzeros = 10, 50, 100          # constraints, variables, non-zeros of A

      def linear_program():
          edges = np.sort(random.choice(m * n, nonzeros, replace=False))
          row, column = edges // n, edges % n
          value = random.normal(size=nonzeros)
          lower, upper = -random.random(n) - 1, random.random(n) + 1
          # Optimal by construction: at a vertex of the bounds, with a reduced cost that holds it there,
          # and with all constraints active.
          at_upper = random.random(n) < 0.5
          x = np.where(at_upper, upper, lower)
          is_equality = random.random(m) < 0.5
          dual = np.where(is_equality, random.normal(size=m), -random.random(m))
          reduced = np.where(at_upper, -1, 1) * (random.random(n) + 0.1)
          c = reduced + np.bincount(column, dual[row] * value, n)
          b = np.bincount(row, value * x[column], m)
          return dict(c=c, b=b, lower=lower, upper=upper, is_equality=is_equality, edge_constraint=row,
                      edge_variable=column, edge_value=value, solution=x)

      def samples(count):
          programs = [linear_program() for _ in range(count)]
          return {name: np.stack([program[name] for program in programs]) for name in programs[0]}
      """)
}
