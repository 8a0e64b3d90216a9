import TestSupport
import Testing

@testable import Configuration
@testable import Support

@Suite struct ConfigurationOverlayTests {
  let base = """
    seed: 1
    dataset: {n: 5, sizes: [1, 2], train: {attempts: 8, keep: 2}}
    models: {a: {width: 4}, b: {width: 8}}
    training: {phases: [{steps: 10}, {steps: 20}]}
    presets:
      smoke:
        dataset: {sizes: [7], train: {attempts: 3}}
        models: {b: null, c: {width: 2}}
    """

  @Test func `A preset merges maps, replaces scalars and lists, and removes with null`() throws {
    let document = try document(base, preset: "smoke")
    let dataset = try document.section("dataset")
    #expect(try dataset.integer("n", "n") == 5)
    #expect(try dataset.integers("sizes", "sizes") == [7])
    #expect(try dataset.section("train").integer("attempts", "attempts") == 3)
    #expect(try dataset.section("train").integer("keep", "keep") == 2)
    #expect(try document.root.namedSections("models", "models").map(\.name) == ["a", "c"])
  }

  @Test func `Null that removes nothing is a spelling mistake`() throws {
    let failure = try thrownFailure {
      _ = try document("models: {implicit-8: {}}\npresets: {x: {models: {implict-8: null}}}", preset: "x")
    }
    #expect(failure.problem == "models.implict-8: null removes a key, but there is none of this name")
    #expect(failure.location == "a.yaml:2")
    #expect(failure.remedy == "did you mean `implicit-8`? keys: implicit-8")
  }

  @Test func `An override changes one value, also inside a list, after the preset`() throws {
    let document = try document(
      base, preset: "smoke",
      overrides: [
        "training.phases.1.steps=7", "dataset.train.attempts=1e2", "models.c=null", "dataset.extra={x: [1, 2]}",
        "title=a=b",
      ])
    let phases = try document.section("training").sections("phases", "phases")
    #expect(try phases.map { try $0.integer("steps", "steps") } == [10, 7])
    #expect(try document.section("dataset").section("train").integer("attempts", "attempts") == 100)
    #expect(try document.section("dataset").section("extra").integers("x", "x") == [1, 2])
    #expect(try document.root.namedSections("models", "models").map(\.name) == ["a"])
    #expect(try document.root.text("title", "title") == "a=b")
    try document.finish()
  }

  @Test(arguments: [
    ("training.phases", "an override without `=`"), ("training..x=1", "an override with an empty key"),
    ("=1", "an override with an empty key"),
    ("seed=", "an override without a value"), ("seed=  ", "an override without a value"),
    (
      "training.phases.2.steps=1",
      "training.phases.2: `training.phases` is a list of 2, and `2` is not a position in it"
    ),
    (
      "training.phases.first.steps=1",
      "training.phases.first: `training.phases` is a list of 2, and `first` is not a position in it"
    ),
    ("training.phases.0=null", "training.phases.0: null removes keys of maps, not items of lists"),
    ("seed.x=1", "seed.x: `seed` is the number 1, it has no entry `x`"),
    ("dataset.m=null", "dataset.m: null removes a key, but there is none of this name"),
  ])
  func `An override that cannot be applied is an error`(_ override: String, _ problem: String) throws {
    let failure = try thrownFailure { _ = try document(base, overrides: [override]) }
    #expect(failure.problem == problem)
    #expect(failure.status == .usage)
    #expect(failure.location == "--set \(override)")
    #expect(failure.remedy != nil)
  }

  private enum Solver: String, CaseIterable { case picard, anderson }

  /// A solver as pipeline files have it, written out.
  private func solver(_ text: String, _ overrides: [String]) throws -> String {
    let document = try document("training: {solver: \(text)}", overrides: overrides)
    let section = try document.section("training").section("solver")
    let words = try section.variant("name", default: Solver.picard, "") { solver in
      switch solver {
      case .picard: "picard \(try section.number("damping", default: 1, ""))"
      case .anderson: "anderson \(try section.integer("window", default: 5, ""))"
      }
    }
    let tolerance = try section.number("tolerance", default: 0, "")
    try section.finish()
    #expect(!document.resolved().contains("damping") || words.hasPrefix("picard"))
    return "\(words) \(tolerance)"
  }

  @Test func `A variant that the command line names takes the keys of the file's variant away, and no others`() throws {
    let text = "{name: picard, damping: 0.5, tolerance: 0.25}"
    #expect(try solver(text, []) == "picard 0.5 0.25")
    #expect(try solver(text, ["training.solver.name=anderson"]) == "anderson 5 0.25")
    #expect(try solver(text, ["training.solver={name: anderson, window: 3}"]) == "anderson 3 0.25")
    // The same variant again keeps its keys.
    #expect(try solver(text, ["training.solver.name=picard"]) == "picard 0.5 0.25")
    // What no variant has, and what the command line itself gives, is a mistake as before.
    #expect(
      try thrownFailure { _ = try solver("{damping: 0.5, wndow: 3}", ["training.solver.name=anderson"]) }.problem.contains(
        "`wndow`"))
    let own = try thrownFailure { _ = try solver(text, ["training.solver.name=anderson", "training.solver.damping=0.7"]) }
    #expect(own.problem == "training.solver: unknown key `damping`")
    // Nobody has named another variant than the file.
    #expect(try thrownFailure { _ = try solver("{name: anderson, damping: 0.5}", []) }.problem.contains("`damping`"))
  }

  @Test func `An override whose value is not YAML is an error`() throws {
    let failure = try thrownFailure { _ = try document(base, overrides: ["dataset.sizes=[1, 2"]) }
    #expect(failure.problem.hasPrefix("not valid YAML"))
    #expect(failure.location?.hasPrefix("--set dataset.sizes=[1, 2") == true)
  }

  @Test func `An override of a key that does not exist names the nearest one`() throws {
    let document = try document(base, overrides: ["dataset.trian.attempts=3"])
    let dataset = try document.section("dataset")
    _ = try (dataset.integer("n", "n"), dataset.integers("sizes", "sizes"), dataset.section("train"))
    let failure = try thrownFailure { try dataset.finish() }
    #expect(failure.problem == "dataset: unknown key `trian`")
    #expect(failure.location == "--set dataset.trian.attempts=3")
    #expect(failure.remedy?.hasPrefix("did you mean `train`?") == true)
  }

  @Test func `An override that nobody reads is an error`() throws {
    let document = try document(base, overrides: ["sweep.iterations=3"])
    _ = try document.section("dataset").integer("n", "n")
    let failure = try thrownFailure { try document.finish() }
    #expect(failure.problem == "this override has no effect: nothing here reads `sweep.iterations`")
  }

  @Test func `Overrides agree with the same value written in the file`() throws {
    for seed in 0..<100 {
      var random = KeyedRandom(seed: UInt64(seed), stream: "overrides")
      let values = random.permutation(9)
      let path = ["n", "train.keep", "train.attempts"][random.integer(below: 3)]
      let value = values[0]
      func text(_ changed: String?) -> String {
        func entry(_ key: String, _ original: Int) -> Int { key == changed ? value : original }
        return
          "dataset: {n: \(entry("n", 1)), train: {keep: \(entry("train.keep", 2)), attempts: \(entry("train.attempts", 3))}}"
      }
      let overridden = try document(text(nil), overrides: ["dataset.\(path)=\(value)"])
      let written = try document(text(path))
      for document in [overridden, written] {
        let dataset = try document.section("dataset")
        _ = try (
          dataset.integer("n", "n"), dataset.section("train").integer("keep", "k"),
          dataset.section("train").integer("attempts", "a")
        )
      }
      #expect(overridden.resolved() == written.resolved())
    }
  }
}

/// Laws of overlaying trees, over random trees of maps, lists and scalars.
@Suite struct OverlayLawTests {
  private func randomTree(_ random: inout KeyedRandom, depth: Int) -> ConfigurationNode {
    let content: ConfigurationNode.Content =
      switch depth == 0 ? 0 : random.integer(below: 4) {
      case 0: .scalar("\(random.integer(below: 5))", isQuoted: false)
      case 1: .list((0..<random.integer(below: 3)).map { _ in randomTree(&random, depth: depth - 1) })
      default: randomMap(&random, depth: depth)
      }
    return ConfigurationNode(content: content, location: "p")
  }

  private func randomMap(_ random: inout KeyedRandom, depth: Int) -> ConfigurationNode.Content {
    var entries: [String: ConfigurationNode] = [:]
    for _ in 0..<random.integer(below: 4) {
      entries["k\(random.integer(below: 4))"] = randomTree(&random, depth: depth - 1)
    }
    return .map(entries)
  }

  private func text(_ node: ConfigurationNode) -> String {
    switch node.content {
    case .null: "null"
    case .scalar(let text, _): text
    case .list(let items): "[" + items.map(text).joined(separator: ",") + "]"
    case .map(let entries):
      "{" + entries.sorted { $0.key < $1.key }.map { "\($0):\(text($1))" }.joined(separator: ",") + "}"
    }
  }

  @Test func `An empty overlay changes nothing, and laying one twice is laying it once`() throws {
    for seed in 0..<200 {
      var random = KeyedRandom(seed: UInt64(seed), stream: "trees")
      let trees = (0..<2).map { _ in ConfigurationNode(content: randomMap(&random, depth: 3), location: "p") }
      let (a, b) = (trees[0], trees[1])
      let empty = ConfigurationNode(content: .map([:]), location: "p")
      #expect(try text(a.merged(with: empty)) == text(a))
      #expect(try text(empty.merged(with: a)) == text(a))
      let ab = try a.merged(with: b)
      #expect(try text(ab.merged(with: b)) == text(ab))
    }
  }
}
