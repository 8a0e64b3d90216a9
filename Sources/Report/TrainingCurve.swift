import Plot
import Records

/// The loss of one training run, step by step.
public struct TrainingCurve: Sendable {
  /// The model's name in the configuration.
  public var model: String
  /// The seed it was trained with.
  public var seed: UInt64
  /// Ascending, `[N]`.
  public var steps: [Int]
  /// `[N]`
  public var losses: [Double]

  /// Losses at ascending steps.
  public init(model: String, seed: UInt64, steps: [Int], losses: [Double]) {
    self.model = model
    self.seed = seed
    self.steps = steps
    self.losses = losses
  }

  /// At most `count` points: the median of each of as many stretches of equal length, so that a spike does not pass for
  /// the course of the loss, and a long training makes no large picture.
  func thinned(to count: Int) -> [Figure.Point] {
    let length = min(steps.count, losses.count)
    guard length > 0, count > 0 else { return [] }
    let stretch = (length + count - 1) / count
    return stride(from: 0, to: length, by: stretch).map { start in
      let range = start..<min(start + stretch, length)
      return Figure.Point(x: Double(steps[range.upperBound - 1]), y: Statistics(losses[range]).median)
    }
  }
}

extension TrainingCurve {
  /// The loss of the training that made a model.
  ///
  /// - Parameter hash: the content hash the model file is expected to state.
  /// - Returns: nil when it is another file by now, or keeps no losses, as that of imported weights.
  public init?(reading path: String, contentHash hash: String) throws {
    let model = try ModelRecord(reading: path)
    guard model.header.contentHash == hash, !model.history.loss.isEmpty else { return nil }
    self.init(
      model: model.facts.model, seed: model.facts.seed, steps: Array(model.history.loss.indices), losses: model.history.loss)
  }
}

extension Figure {
  /// The same figure with the subject of its models in its name and title.
  func about(_ subject: String) -> Figure {
    var figure = self
    figure.name += "-\(Figure.fileName(subject))"
    figure.title += ", \(subject)"
    return figure
  }

  /// The training curves of several runs; seeds of one model share a colour.
  ///
  /// - Parameter order: the models in the order of their colours.
  public static func training(_ trainingCurves: [TrainingCurve], order: [String]) -> Figure {
    let series = trainingCurves.sorted { ($0.model, $0.seed) < ($1.model, $1.seed) }.map { curve in
      let isFirst = trainingCurves.filter { $0.model == curve.model }.map(\.seed).min() == curve.seed
      return Figure.Series(
        isFirst ? curve.model : "", points: curve.thinned(to: 300),
        color: order.firstIndex(of: curve.model) ?? order.count)
    }
    return Figure(
      name: "training", title: "Training loss",
      caption: "One line for each seed, the median over stretches of steps where there are more than 300.",
      x: .init("training step"), y: .init("loss", isLogarithmic: true),
      series: series.sorted { $0.color < $1.color })
  }
}
