import Plot

extension SweepFigures {
  /// The largest local Lipschitz constant at each iteration it was measured at, beside the largest sampled ratio of the same samples.
  /// The ratio is that of the perturbations of the case study, in its units: it grows alike, but is no bound of the constant.
  public var localLipschitzAgainstIteration: Figure {
    let measured = numbered.compactMap { model, color in model.curves(of: .localLipschitz).map { (model, $0, color) } }
    let bounds = measured.map { $0.1.lowerBounds().reduce(0, +) }.reduce(0, +)
    let total = measured.map(\.1.values.values.count).reduce(0, +)
    let iterative = measured.filter(\.0.isIterative)
    return Figure(
      name: "local-lipschitz-iteration", title: "Local Lipschitz constant against test-time iterations",
      caption: "Markers: largest singular value of d y_t / d x over the samples it was measured for\(ofSeeds), in the units that "
        + "the model sees. Dashed: largest sampled Lipschitz ratio of the same samples over all kinds of perturbation, "
        + "in their units. Dashed "
        + "levels: explicit networks."
        + (bounds > 0 ? " Lower bounds, because their power iteration did not converge: \(bounds) of \(total)." : "")
        + leftOut(measured.map(\.0)),
      x: iterationAxis, y: .init("local Lipschitz constant of x → y_t", isLogarithmic: true),
      series: iterative.flatMap { model, curves, color in
        [
          Figure.Series(
            model.label, points: points(model, .localLipschitz, center: \.maximum), shape: .markers, color: color),
          Figure.Series(
            "", points: largestRatios(model, samples: curves.values.samples / model.runs.count), shape: .dashedLine,
            color: color),
        ]
      },
      levels: measured.filter { !$0.0.isIterative }.compactMap { model, curves, color in
        curves.statistics().last.map { Figure.Level(model.label, y: $0.maximum, color: color) }
      }, marks: trainedMarks(iterative.map(\.0)))
  }

  /// The largest finite Lipschitz ratio of the first samples of each seed that did not fail, over all kinds of perturbation.
  private func largestRatios(_ model: ModelSweeps, samples: Int) -> [Figure.Point] {
    let rows = model.runs.flatMap { run in
      run.hasFailed.indices.prefix(samples).filter { !run.hasFailed[$0] }.flatMap { sample in
        run.lipschitzRatio.map { $0.row(sample) }
      }
    }
    return model.iterations.enumerated().map { k, iteration in
      Figure.Point(x: Double(iteration), y: Statistics(rows.lazy.map { $0[k] }).maximum)
    }
  }
}
