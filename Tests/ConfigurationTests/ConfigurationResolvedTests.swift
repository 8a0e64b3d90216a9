import TestSupport
import Testing

@testable import Configuration
@testable import Support

/// A decoder that uses every kind of key, as a phase would.
private func readAll(_ document: ConfigurationDocument) throws {
  let dataset = try document.section("dataset", "the instances")
  _ = try dataset.integer("variables", default: 50, in: 1...100_000, "number of variables n")
  _ = try dataset.number("scale", default: 1e-5, in: .positive, "scale of the costs", unit: "m/s")
  _ = try dataset.text("name", default: "say \"hi\": #1", "name | title")
  _ = try dataset.texts("words", default: ["yes", "a b", "", "1.5", "é\u{7f}\n"], "words")
  _ = try dataset.boolean("dealias", default: true, "whether to dealias")
  _ = try dataset.optionalInteger("limit", "an upper limit")
  _ = try dataset.optionalSection("noise")?.number("level", "noise level")
  _ = try dataset.numbers("weights", default: [1, 0.1, 1e300, -0.0], "weights")
  try dataset.finish()
  for phase in try document.section("training").sections("phases", count: 0..., "phases of training") {
    _ = try phase.integer("steps", in: 1..., "gradient steps")
    _ = try phase.variant("solver", default: Solver.picard, "solver") { solver in
      if solver != .picard { _ = try phase.integer("window", default: 5, in: 1..., "how many iterates it remembers") }
    }
    try phase.finish()
  }
  for (_, model) in try document.root.namedSections("models", count: 0..., "models by name") {
    _ = try model.integer("width", default: 4, "width")
    try model.finish()
  }
}

@Suite struct ConfigurationResolvedTests {
  private func resolved(_ text: String) throws -> String {
    let document = try document(text)
    try readAll(document)
    return document.resolved()
  }

  @Test func `The resolved values below some keys are found by their paths`() throws {
    let document = try document("models: {a: {width: 1e1}, b: {}}\ndataset: {name: x}")
    try readAll(document)
    #expect(
      document.resolvedValues(under: ["models.a", "training"]) == ["models.a.width": "10", "training.phases": "[]"])
    #expect(document.resolvedValues(under: ["dataset"])["dataset.scale"] == "1e-05")
    #expect(document.resolvedValues(under: ["nowhere", "models.c"]).isEmpty)
  }

  @Test func `The resolved text holds every value that was used, keys sorted`() throws {
    let text = try resolved(
      "models: {b: {}, a: {width: 1e1}}\ndataset: {limit: 3, noise: {level: 0.10}}\ntraining: {phases: [{steps: 3, solver: anderson}]}"
    )
    #expect(
      text == """
        dataset:
          dealias: true
          limit: 3
          name: "say \\"hi\\": #1"
          noise:
            level: 0.1
          scale: 1e-05
          variables: 50
          weights: [1.0, 0.1, 1e+300, -0.0]
          words: ["yes", "a b", "", "1.5", "é\\U0000007f\\n"]
        models:
          a:
            width: 10
          b:
            width: 4
        training:
          phases:
            - solver: anderson
              steps: 3
              window: 5

        """)
  }

  @Test(arguments: [
    "{}", "dataset: {limit: null, scale: 3}",
    "training: {phases: [{steps: 1}, {steps: 2, solver: broyden, window: 2}]}",
    "models: {x: {}, y: {width: 3}}\ndataset: {words: [a], name: 'it''s'}",
  ])
  func `The resolved text reads back to the same resolved text`(_ text: String) throws {
    let once = try resolved(text)
    #expect(try resolved(once) == once)
  }

  @Test func `Any text and any number survive the round trip`() throws {
    for seed in 0..<300 {
      var random = KeyedRandom(seed: UInt64(seed), stream: "text")
      let scalars = (0..<random.integer(below: 12)).compactMap { _ in
        UnicodeScalar(UInt32(random.integer(below: [0x80, 0x3000, 0x11_0000][random.integer(below: 3)])))
      }
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars)
      let number = Double(bitPattern: random.next())
      let document = try document("dataset: {t: \(yamlText(text)), x: \(yamlNumber(number))}")
      #expect(
        try document.section("dataset").text("t", "text").unicodeScalars.elementsEqual(text.unicodeScalars),
        "\(text.debugDescription)")
      let read = try document.section("dataset").number("x", finite: false, "number")
      #expect(read.bitPattern == number.bitPattern || (read.isNaN && number.isNaN))
    }
  }

  @Test func `A selection holds only what a result depends on`() throws {
    let document = try document("seed: 2\nmodels: {a: {width: 1}, b: {width: 2}}")
    _ = try document.root.integer("seed", "seed")
    try readAll(document)
    #expect(document.resolved(only: ["seed", "models.b", "absent"]) == "models:\n  b:\n    width: 2\nseed: 2\n")
  }

  @Test func `Comments, order and notation do not change the resolved text`() throws {
    #expect(
      try resolved("dataset: {variables: 10, limit: 2}")
        == resolved("# c\ndataset:\n  limit: 2.0\n  variables: 1e1 # ten"))
  }
}

@Suite struct ConfigurationReferenceTests {
  private var keys: [ConfigurationKey] {
    get throws {
      let document = ConfigurationDocument.describing()
      _ = try document.root.integer("seed", default: 1, in: 0..., "seed of the experiment")
      try readAll(document)
      return document.reference
    }
  }

  @Test func `Describing needs no file and lists every key with its facts`() throws {
    let keys = try keys
    let byPath = Dictionary(grouping: keys, by: \.path)
    #expect(
      byPath["dataset.variables"] == [
        ConfigurationKey(
          path: "dataset.variables", type: "integer", range: "1 to 100000", fallback: "50", unit: "1",
          meaning: "number of variables n")
      ])
    #expect(byPath["dataset.limit"]?.first?.isOptional == true)
    #expect(byPath["dataset.noise.level"]?.first?.fallback == nil)
    #expect(byPath["training.phases[].steps"]?.first?.range == "at least 1")
    #expect(byPath["models.<name>.width"]?.count == 1)
  }

  @Test func `The keys of all variants are listed, with their condition`() throws {
    let window = try #require(try keys.filter { $0.path == "training.phases[].window" }.first)
    #expect(window.conditions == ["solver: anderson", "solver: broyden"])
    #expect(try keys.filter { $0.path == "training.phases[].window" }.count == 1)
    #expect(try keys.first { $0.path == "training.phases[].solver" }?.conditions == [])
  }

  @Test func `A default that its own key refuses is a bug that describing finds`() throws {
    let section = try ConfigurationDocument.describing().section("sweep")
    let failure = try thrownFailure { _ = try section.integer("steps", default: 0, in: 1..., "steps") }
    #expect(failure == Failure(.bug, "sweep.steps: expected integer, at least 1, but the default is 0"))
    #expect(throws: Failure.self) { try section.numbers("weights", default: [], "weights") }
    #expect(throws: Failure.self) { try section.number("scale", default: .infinity, "scale") }
  }

  @Test func `The Markdown page has one table for each section and escapes bars`() throws {
    let page = try ConfigurationDocument.markdown(keys)
    #expect(
      page.hasPrefix(
        "## The file\n\n| key | type | default | unit | meaning |\n|---|---|---|---|---|\n| `seed` | integer, at least 0 | `1` | 1 | seed of the experiment |\n"
      ))
    #expect(
      page.split(separator: "\n").filter { $0.hasPrefix("## ") } == [
        "## The file", "## `dataset`", "## `training`", "## `models`",
      ])
    #expect(page.contains("name \\| title"))
    #expect(page.contains("| `dataset.noise.level` | number | required | 1 | noise level |"))
    #expect(page.contains("(with `solver: anderson` or `solver: broyden`)"))
  }
}
