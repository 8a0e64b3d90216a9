import HDF5
import StudyKit
import Torch

/// How another program writes a dataset of linear programs.
extension LinearProgramStudy: HasFileFormats {
  /// A Python program that writes a dataset of linear programs, for FORMAT.md.
  public static let foreignDatasets: String? = """
    Linear programs, min c'x subject to A x <= b (or = b where `is_equality` is 1) and lower <= x <= upper, have these
    fields per sample: `c (variable)`, `b (constraint)`, `lower (variable)`, `upper (variable)`, `edge_value (edge)` and
    the label `solution (variable)` in float64; `is_equality (constraint)` in uint8; the row `edge_constraint (edge)` and the
    column `edge_variable (edge)` of each non-zero of A in int64, counted from 0. This program writes such a file; the
    right-hand side is chosen so that the solution is known:

    ```python
    \(foreignExample)
    ```
    """

  /// Writes a dataset of linear programs to the file named as the first argument.
  static let foreignExample = """
    import sys
    import h5py, numpy as np

    m, n, nonzeros = 10, 50, 100          # constraints, variables, non-zeros of A
    random = np.random.default_rng(0)

    def linear_program():
        edges = np.sort(random.choice(m * n, nonzeros, replace=False))
        row, column = edges // n, edges % n
        value = random.normal(size=nonzeros)
        lower, upper = -random.random(n) - 1, random.random(n) + 1
        # Optimal by construction: at a vertex of the bounds, with a reduced cost that holds it there,
        # and with all constraints active.
        at_upper = random.random(n) < 0.5
        x = np.where(at_upper, upper, lower)
        is_equality = (random.random(m) < 0.5).astype("u1")
        dual = np.where(is_equality == 1, random.normal(size=m), -random.random(m))
        reduced = np.where(at_upper, -1, 1) * (random.random(n) + 0.1)
        c = reduced + np.bincount(column, dual[row] * value, n)
        b = np.bincount(row, value * x[column], m)
        return dict(c=c, b=b, lower=lower, upper=upper, is_equality=is_equality, edge_constraint=row,
                    edge_variable=column, edge_value=value, solution=x)

    dims = dict(c=["variable"], b=["constraint"], lower=["variable"], upper=["variable"], is_equality=["constraint"],
                edge_constraint=["edge"], edge_variable=["edge"], edge_value=["edge"], solution=["variable"])

    with h5py.File(sys.argv[1], "w") as file:
        file.attrs["schema"] = "implicit-h5/dataset"
        file.attrs["schema_version"] = [1, 0]
        file.attrs["case_study"] = "linear-programs"
        file.attrs["title"] = "Linear programs with known solutions"
        for split, samples in [("train", 20), ("test", 10)]:
            programs = [linear_program() for _ in range(samples)]
            group = file.create_group(split)
            group.create_dataset("index", data=np.arange(samples))
            for name in dims:
                values = np.stack([program[name] for program in programs])
                field = group.create_dataset(name, data=values, compression="gzip", shuffle=True, fletcher32=True)
                field.attrs["dims"] = ["sample"] + dims[name]
                field.attrs["units"] = "1"
                field.attrs["role"] = "label" if name == "solution" else "input"
        file.attrs["complete"] = 1
    """
}
