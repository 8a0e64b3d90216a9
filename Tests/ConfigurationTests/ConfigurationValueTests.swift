import Foundation
import TestSupport
import Testing

@testable import Configuration
@testable import Support

@Suite struct ConfigurationValueTests {
  @Test(arguments: [("12", 12), ("-3", -3), ("+3", 3), ("10_000", 10_000), ("1e4", 10_000), ("2.5e1", 25), ("3.0", 3)])
  func `An integer may be written in any way that is exactly an integer`(_ text: String, _ value: Int) throws {
    #expect(try dataset("n: \(text)").integer("n", "count") == value)
  }

  @Test(arguments: [
    "1.5", "1e-1", "1e300", "99999999999999999999", "010", "0x10", "0b1", "1:30", "ten", "\"12\"", "true", "[1]",
    "{a: 1}", "",
    "1__0", "_1", ".inf", ".nan",
  ])
  func `Everything else is no integer`(_ text: String) throws {
    let section = try dataset("n: \(text)")
    let failure = try thrownFailure { _ = try section.integer("n", "count") }
    #expect(failure.status == .usage)
    #expect(failure.location == "a.yaml:2")
    #expect(failure.problem.hasPrefix("dataset.n: expected integer, found "))
    #expect(failure.remedy == "`n` is: count")
  }

  @Test(arguments: [
    ("0.5", 0.5), (".5", 0.5), ("5.", 5), ("1e-4", 1e-4), ("1_000.5", 1000.5), ("-2E+3", -2000), ("7", 7),
  ])
  func `A number may be written as a decimal`(_ text: String, _ value: Double) throws {
    #expect(try dataset("x: \(text)").number("x", "size") == value)
  }

  @Test(arguments: [".inf", "-.inf", ".nan", "1e999"])
  func `Infinity and NaN are refused unless asked for`(_ text: String) throws {
    let section = try dataset("x: \(text)")
    #expect(try thrownFailure { _ = try section.number("x", "size") }.remedy == "the number must be finite")
    #expect(try !section.number("x", finite: false, "size").isFinite)
  }

  @Test func `Ranges are checked at both ends and named in the message`() throws {
    let section = try dataset("n: 0\nx: 1.0\ny: 0")
    #expect(
      try thrownFailure { _ = try section.integer("n", in: 1...10, "count") }.problem
        == "dataset.n: expected integer, 1 to 10, found the number 0")
    #expect(
      try thrownFailure { _ = try section.number("x", in: 0..<1, "share") }.problem
        == "dataset.x: expected number, at least 0.0 and below 1.0, found the number 1.0")
    #expect(
      try thrownFailure { _ = try section.number("y", in: .positive, "rate") }.problem
        == "dataset.y: expected number, above 0.0, found the number 0")
    #expect(
      try thrownFailure { _ = try section.number("x", in: ...0.5, "share") }.problem
        == "dataset.x: expected number, at most 0.5, found the number 1.0")
    #expect(
      try thrownFailure { _ = try section.number("x", in: .between(0, 1), "share") }.problem.contains(
        "above 0.0 and below 1.0"))
    #expect(try section.integer("n", in: 0...0, "count") == 0)
    #expect(try section.number("x", in: .above(0, through: 1), "share") == 1)
  }

  @Test func `Only true and false are booleans`() throws {
    #expect(try dataset("b: true").boolean("b", "switch"))
    #expect(try !dataset("b: false").boolean("b", "switch"))
    for text in ["yes", "on", "True", "1", "\"true\""] {
      let section = try dataset("b: \(text)")
      #expect(
        try thrownFailure { _ = try section.boolean("b", "switch") }.problem.hasPrefix(
          "dataset.b: expected boolean, true or false, found "))
    }
  }

  @Test func `Text that looks like something else must be quoted`() throws {
    #expect(try dataset("t: no").text("t", "name") == "no")
    #expect(try dataset("t: \"12\"").text("t", "name") == "12")
    #expect(try dataset("t: ''").text("t", "name") == "")
    for text in ["12", "1e4", "true", ".inf"] {
      let section = try dataset("t: \(text)")
      #expect(
        try thrownFailure { _ = try section.text("t", "name") }.remedy
          == "put it in quotes if it is meant as text: \"\(text)\"")
    }
  }

  @Test func `A wrong choice lists the right ones, nearest first`() throws {
    #expect(try dataset("s: anderson").choice("s", default: Solver.picard, "solver") == .anderson)
    let section = try dataset("s: picrad")
    let failure = try thrownFailure { let _: Solver = try section.choice("s", "solver") }
    #expect(failure.problem == "dataset.s: expected choice, one of picard, anderson, broyden, found `picrad`")
    #expect(failure.remedy?.hasPrefix("did you mean `picard`? values: picard, ") == true)
  }

  @Test func `Lists check each item and their length`() throws {
    let section = try dataset("n: [1, 2, x]\ne: []\ns: [picard, broyden]\nx: [1, .5]\nt: [a, b]\nscalar: 3")
    let item = try thrownFailure { _ = try section.integers("n", in: 1..., "iterations") }
    #expect(item.problem == "dataset.n.2: expected integer, at least 1, found `x`")
    #expect(
      try thrownFailure { _ = try section.integers("e", "iterations") }.problem
        == "dataset.e: expected list of integers, at least 1 of them, found a list of 0")
    #expect(try section.integers("e", count: 0..., "iterations") == [])
    #expect(try section.choices("s", "solvers") == [Solver.picard, .broyden])
    #expect(try section.numbers("x", "weights") == [1, 0.5])
    #expect(try section.texts("t", "names") == ["a", "b"])
    #expect(
      try thrownFailure { _ = try section.integers("scalar", "iterations") }.problem.hasSuffix("found the number 3"))
  }

  @Test func `A missing key has its default, or is an error that says what to add`() throws {
    let section = try dataset("other: 1")
    #expect(try section.integer("n", default: 7, "count") == 7)
    #expect(try section.optionalInteger("limit", "limit") == nil)
    let failure = try thrownFailure { _ = try section.integer("m", in: 1..., "number of rows") }
    #expect(
      failure
        == Failure(
          .usage, "dataset.m is missing", at: "a.yaml:1", remedy: "add `m`: integer, at least 1 (number of rows)"))
  }

  @Test func `A key without a value is an error, not a default`() throws {
    let section = try dataset("n:\nm: null")
    #expect(
      try thrownFailure { _ = try section.integer("n", default: 7, "count") }.problem
        == "dataset.n: expected integer, found nothing")
    #expect(try section.optionalInteger("m", "count") == nil)
    #expect(try section.optionalNumber("m", "count") == nil)
    #expect(try section.optionalText("m", "count") == nil)
    #expect(try section.optionalChoice("m", "count") as Solver? == nil)
  }

  @Test func `A relative path that the command line gives starts from where the user stands`() throws {
    let document = try ConfigurationDocument.parse(
      "dataset: {a: x.h5, b: y.h5}", name: "/far/away/a.yaml", overrides: ["dataset.b=z.h5"])
    let section = try document.section("dataset")
    #expect(try section.path("a", "") == "/far/away/x.h5" && section.path("b", "") == "z.h5")
  }

  @Test func `Relative paths start from the folder of the file`() throws {
    let document = try ConfigurationDocument.parse("dataset: {a: images, b: /data/images}", name: "pipelines/x.yaml")
    #expect(try document.section("dataset").path("a", "images") == "pipelines/images")
    #expect(try document.section("dataset").path("b", "images") == "/data/images")
    #expect(document.resolved().contains("a: images\n"))
  }
}
