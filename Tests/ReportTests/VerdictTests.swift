import Configuration
import Records
import Support
import Testing

@testable import Report

@Suite struct VerdictTests {
  /// Mean error floor + (0.6 - floor) 0.6^(t-1): 0.6 at t = 1, 0.18 + 0.42 * 0.6^7 = 0.1918 at t = 8.
  let models = try! ModelSweeps.grouped(
    [
      SyntheticSweeps.implicit(samples: 41), SyntheticSweeps.implicit(seed: 1, samples: 41, floor: 0.3),
      SyntheticSweeps.explicit(),
    ])
  let atEight = Quantity(model: "implicit-8", iteration: .integer(8))

  @Test func `A ratio to another iteration is checked for every seed, and one seed outside breaks the band`() throws {
    let first = Quantity(model: "implicit-8", iteration: .integer(1))
    let wide = Verdict(ExpectedBand(name: "", quantity: atEight, reference: first, atMost: 0.6), in: models)
    #expect(wide.holds)
    #expect(wide.cases.map(\.seed) == [0, 1])
    #expect(abs(wide.cases[0].value - (0.18 + 0.42 * 0.0279936) / 0.6) < 1e-12)
    #expect(abs(wide.cases[1].value - (0.3 + 0.3 * 0.0279936) / 0.6) < 1e-12)
    let narrow = Verdict(ExpectedBand(name: "", quantity: atEight, reference: first, atMost: 0.4), in: models)
    #expect(!narrow.holds)
    #expect(narrow.cases.map(\.isInside) == [true, false])
    #expect(narrow.found == "seed 0: 0.320; seed 1: 0.514")
  }

  @Test func `A reference without the seed stands for every seed`() throws {
    let explicit = Quantity(model: "explicit-8", iteration: .integer(8))
    let verdict = Verdict(ExpectedBand(name: "", quantity: atEight, reference: explicit, atMost: 1), in: models)
    #expect(verdict.cases.map(\.isInside) == [true, false])
    #expect(abs(verdict.cases[1].value - (0.3 + 0.3 * 0.0279936) / 0.27) < 1e-12)
    #expect(
      verdict.measured
        == "mean test error of implicit-8 at iteration 8, divided by mean test error of explicit-8")
  }

  @Test func `First, last and best are the landmarks they say`() throws {
    var sweep = SyntheticSweeps.implicit(samples: 1, iterations: 3)
    sweep.error = SampleCurves(samples: 1, iterations: 3, values: [3, 1, 2])!
    let models = try ModelSweeps.grouped([sweep])
    for (landmark, value) in [(Quantity.Landmark.first, 3.0), (.best, 1), (.last, 2)] {
      let quantity = Quantity(model: "implicit-8", iteration: .word(landmark))
      #expect(Verdict(ExpectedBand(name: "", quantity: quantity, atMost: 9), in: models).cases[0].value == value)
    }
  }

  @Test func `A band over the kinds of perturbation needs all of them, or as many as it says`() throws {
    // The ratio of kind p grows from p + 1 to 4.5 (p + 1) between iterations 1 and 8, and is 1, 2, 3, 4, 5 at the start.
    let quantity = Quantity(model: "implicit-8", metric: .lipschitzRatio, iteration: .integer(1), reduction: .min)
    var band = ExpectedBand(name: "", quantity: quantity, atLeast: 2 * 0.6)  // exp(-0.5) = 0.607 at the smallest sample
    let all = Verdict(band, in: models)
    #expect(!all.holds)
    #expect(all.cases.prefix(5).map(\.isInside) == [false, true, true, true, true])
    band.kindsAtLeast = 4
    #expect(Verdict(band, in: models).holds)
    band.kindsAtLeast = 5
    #expect(!Verdict(band, in: models).holds)
  }

  @Test func `The largest ratio over all kinds of perturbation together is one number`() throws {
    var sweep = SyntheticSweeps.implicit(samples: 2, iterations: 2, perturbations: ["A", "b"])
    sweep.lipschitzRatio = [
      SampleCurves(samples: 2, iterations: 2, values: [1, 2, 4, 5])!,
      SampleCurves(samples: 2, iterations: 2, values: [3, 6, 2, 20])!,
    ]
    var quantity = Quantity(
      model: "implicit-8", metric: .lipschitzRatio, iteration: .integer(2), reduction: .max, perturbation: "all")
    // 4 of kind A at iteration 1, 20 of kind b at iteration 2.
    let first = Quantity(
      model: "implicit-8", metric: .lipschitzRatio, iteration: .integer(1), reduction: .max, perturbation: "all")
    let models = try ModelSweeps.grouped([sweep])
    let growth = Verdict(ExpectedBand(name: "", quantity: quantity, reference: first, atLeast: 2.5), in: models)
    #expect(growth.cases.map(\.value) == [5] && growth.holds)
    quantity.reduction = .mean
    #expect(Verdict(ExpectedBand(name: "", quantity: quantity, atMost: 9), in: models).cases[0].value == 33.0 / 4)
  }

  @Test(arguments: [Double.nan, .infinity]) func `An error that is not finite never passes`(value: Double) throws {
    var sweep = SyntheticSweeps.implicit(samples: 2, iterations: 1)
    sweep.error = SampleCurves(samples: 2, iterations: 1, values: [0.1, value])!
    let band = ExpectedBand(name: "", quantity: Quantity(model: "implicit-8"), atLeast: -1e9, atMost: 1e9)
    let verdict = Verdict(band, in: try ModelSweeps.grouped([sweep]))
    #expect(!verdict.holds)
    #expect(verdict.found == "NaN (1 of 2 samples failed (1 met values that are not finite))")
  }

  @Test func `A perturbed sample without a label is a gap, but no labels at all is a failure`() throws {
    var sweep = SyntheticSweeps.implicit(samples: 2, iterations: 1, perturbations: ["A"])
    let band = ExpectedBand(
      name: "", quantity: Quantity(model: "implicit-8", metric: .lipschitzRatio), atMost: 5)
    for (values, holds) in [([.nan, 4], true), ([.nan, .nan], false), ([.infinity, 4], false)] as [([Double], Bool)] {
      sweep.lipschitzRatio = [SampleCurves(samples: 2, iterations: 1, values: values)!]
      #expect(Verdict(band, in: try ModelSweeps.grouped([sweep])).holds == holds)
    }
  }

  @Test(arguments: [
    (Quantity(model: "implicit-9"), "there is no sweep of implicit-9"),
    (Quantity(model: "implicit-8", split: .valid), "on the split valid"),
    (Quantity(model: "implicit-8", iteration: .integer(99)), "iteration 99 was not recorded"),
    (Quantity(model: "implicit-8", metric: .lipschitzRatio, perturbation: "q"), "for the perturbation q"),
    (Quantity(model: "explicit-8", metric: .residual), "residual of explicit-8 was not measured"),
  ])
  func `A band about something that was not measured neither holds nor is violated, and says what was`(
    quantity: Quantity, message: String
  ) throws {
    let verdict = Verdict(ExpectedBand(name: "claim", quantity: quantity, atMost: 1), in: models)
    #expect(verdict.outcome == .notMeasured && !verdict.holds && verdict.cases.isEmpty)
    #expect(verdict.found.contains(message), "\(verdict.found)")
    // The same of what a quantity is compared with.
    let relative = Verdict(ExpectedBand(name: "claim", quantity: atEight, reference: quantity, atMost: 1), in: models)
    #expect(relative.outcome == .notMeasured)
  }
}

@Suite struct ExpectedBandTests {
  func bands(_ yaml: String) throws -> [ExpectedBand] {
    let document = try ConfigurationDocument.parse(yaml, name: "test.yaml")
    let section = try document.section("aggregate")
    let bands = try section.sections("expect", "bands").map { try ExpectedBand($0) }
    try section.finish()
    return bands
  }

  @Test func `A reference takes what it does not say from the quantity`() throws {
    let band = try #require(
      try bands(
        """
        aggregate:
          expect:
            - name: iterations pay
              model: implicit-8
              split: train
              iteration: last
              statistic: median
              relative_to: {iteration: 1}
              at_most: 0.7
        """
      ).first)
    let last = Quantity(model: "implicit-8", split: .train, iteration: .word(.last), reduction: .median)
    var first = last
    first.iteration = .integer(1)
    #expect(band == ExpectedBand(name: "iterations pay", quantity: last, reference: first, atMost: 0.7))
  }

  @Test(arguments: [
    ("{name: a, model: m}", "no limit"),
    ("{name: a, model: m, at_least: 2, at_most: 1}", "is empty"),
    ("{name: a, model: m, at_most: 1, kinds_at_least: 2}", "only one number"),
    ("{name: a, model: m, at_most: 1, iteration: lats}", "iteration"),
    ("{name: a, model: m, atmost: 1}", "unknown key"),
    ("{name: a, model: m, at_most: 1, relative_to: {itration: 1}}", "unknown key"),
    ("{name: a, at_most: 1}", "model is missing"),
  ])
  func `A band that is not one is an error`(item: String, message: String) throws {
    let failure = #expect(throws: Failure.self) { try bands("aggregate: {expect: [\(item)]}") }
    #expect(failure?.status == .usage)
    #expect(failure?.description.contains(message) == true, "\(failure?.description ?? "")")
  }
}
