import Torch

/// Settings of the Newton-Krylov solver of steady flows.
public struct NewtonKrylov: Equatable, Sendable {
  /// The relative residual ||u . grad(omega) - nu laplace(omega) - g|| / ||g|| that a solution must have.
  public var tolerance = 1e-9
  /// The same, where the solution is only a step of the continuation.
  public var looseTolerance = 0.1
  /// Newton steps at most for each amplitude.
  public var newtonSteps = 15
  /// The linear residual is reduced by this factor, or by 0.9 times the square of the last reduction if that is less (Eisenstat
  /// and Walker 1996, choice 2).
  public var forcingTerm = 0.3
  /// It is never less than this, what single precision is good for.
  public var smallestForcingTerm = 1e-4
  /// The first one, where the iteration starts from a solution on a coarser grid.
  public var guessedForcingTerm = 0.01
  /// Vectors of a GMRES cycle, and cycles at most.
  public var krylovVectors = 60
  /// Cycles of GMRES at most, of one Newton step.
  public var krylovCycles = 3
  /// A step is halved while the residual does not fall; below this length Newton's method has stalled.
  public var shortestStep = 1.0 / 64
  /// It has stalled, too, when so many steps together do not halve the residual.
  public var creepingSteps = 4
  /// The force grows from this share of it to the whole; each success multiplies the increment by `amplitudeGrowth`, each failure
  /// divides it by 4, and below `smallestIncrement` the sample is given up.
  public var firstAmplitude = 0.25
  /// A success multiplies the increment by this.
  public var amplitudeGrowth = 2.0
  /// The smallest increment of the share; a sample that needs a smaller one is given up.
  public var smallestIncrement = 1.0 / 64
  /// Modes up to this wave number along each axis are inverted exactly in the preconditioner; 0 for none.
  public var denseWaves = 4
  /// A sample is solved on grids of half the size first, down to this size, as long as they hold twice the waves of the force: there
  /// it goes its way from rest, to a residual of `coarseTolerance`, and the solution is where the finer grid starts.
  public var coarsestSize = 32
  /// Relative residual on the coarser grids, whose solutions are starts only.
  public var coarseTolerance = 1e-3
  /// A sample that is given up on a coarser grid is given up for good, unless this share of its last vorticity or more was in the
  /// outer quarter of the modes there: then the finer grid starts from rest.
  public var largestCoarseTail = 0.1

  public init() {}
}
