import HDF5
import LinearPrograms
import TestSupport
import Testing

/// A group of Tests/Fixtures/lp_instances.h5: programs solved by HiGHS (scipy `linprog`).
struct ReferenceInstances {
  var programs: [LinearProgram]
  /// The optimum of each, nil where HiGHS found it infeasible.
  var optima: [PrimalDualPoint?]
  var objectives: [Double]

  init(group name: String, of fixture: String = "lp_instances.h5") throws {
    let file = try File.open(fixturePath(fixture))
    defer { try? file.close() }
    func rows<Value: Element>(_ field: String, _: Value.Type) throws -> [[Value]] {
      let dataset = try file.dataset("\(name)/\(field)")
      let values = try dataset.read(Value.self)
      let width = try dataset.shape.dropFirst().reduce(1, *)
      return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<($0 + width)]) }
    }
    func numbers(_ field: String) throws -> [[Double]] { try rows(field, Double.self) }

    let (c, b, lower, upper) = try (numbers("c"), numbers("b"), numbers("lower"), numbers("upper"))
    let (isEquality, edges) = try (rows("is_equality", Int64.self), rows("edge_index", Int64.self))
    let values = try numbers("edge_value")
    let (x, rowDual) = try (numbers("solution"), numbers("row_dual"))
    let (lowerDual, upperDual) = try (numbers("lower_dual"), numbers("upper_dual"))
    let status = try rows("status", Int64.self)
    programs = try c.indices.map { k in
      try LinearProgram(
        c: c[k], b: b[k], lower: lower[k], upper: upper[k], isEquality: isEquality[k].map { $0 == 1 },
        edgeConstraint: stride(from: 0, to: edges[k].count, by: 2).map { Int(edges[k][$0]) },
        edgeVariable: stride(from: 1, to: edges[k].count, by: 2).map { Int(edges[k][$0]) }, edgeValue: values[k])
    }
    optima = c.indices.map { k in
      status[k] != [0]
        ? nil : PrimalDualPoint(x: x[k], rowDual: rowDual[k], reducedCost: zip(lowerDual[k], upperDual[k]).map(+))
    }
    objectives = try numbers("objective").flatMap { $0 }
  }
}

@Suite struct ReferenceInstancesTests {
  static let groups =
    ["paper", "small", "all_inequality", "all_equality", "perturbed/base"]
    + Perturbation.Kind.allCases.map { "perturbed/\($0.rawValue)" }

  @Test(arguments: groups) func `Clp stops where HiGHS does`(group: String) throws {
    let reference = try ReferenceInstances(group: group)
    #expect(!reference.programs.isEmpty && reference.optima.contains { $0 != nil })
    for (k, program) in reference.programs.enumerated() {
      guard let expected = reference.optima[k] else {
        #expect(Labeller().label(program) == .rejected(.infeasible), "instance \(k)")
        continue
      }
      let found = try #require(Labeller().label(program).accepted, "instance \(k)")
      // Both solvers are accurate to about 1e-12 on numbers of size 10; a neighbouring vertex would differ by more than 1e-3.
      #expect(largestDifference(found.optimum.x, expected.x) < 1e-9, "instance \(k)")
      #expect(largestDifference(found.optimum.rowDual, expected.rowDual) < 1e-12, "instance \(k)")
      #expect(largestDifference(found.optimum.reducedCost, expected.reducedCost) < 1e-12, "instance \(k)")
      #expect(abs(found.certificate.objective - reference.objectives[k]) < 1e-12, "instance \(k)")
    }
  }

  @Test(arguments: groups) func `The optima of HiGHS pass our certificate`(group: String) throws {
    let reference = try ReferenceInstances(group: group)
    for (program, optimum) in zip(reference.programs, reference.optima) {
      guard let optimum else { continue }
      let certificate = Certificate(of: optimum, for: program)
      #expect(certificate.holds(within: 1e-9, at: optimum.x, for: program))
    }
  }
}
