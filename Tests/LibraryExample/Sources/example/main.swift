import Equilibrium
import Foundation

// y = cos(x y) for three x, solved together by Anderson acceleration.
let x = [0.5, 1.0, 1.5]
let start = try VectorBatch(x.map { _ in [0] })
let solution = try fixedPoint(
  of: { y in try VectorBatch(zip(x, y.rows).map { [cos($0 * $1[0])] }) }, from: start,
  settings: SolverSettings(.anderson(Anderson()), stopping: StoppingCriteria(maximumIterations: 50, tolerance: 1e-12)))
for (x, y) in zip(x, solution.state.rows) { print(x, y[0]) }
