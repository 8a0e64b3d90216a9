import LinearPrograms
import Support
import TestSupport
import Testing

@Suite struct BlockGraphTests {
  @Test func `A small batch has the compressed rows written out by hand`() throws {
    // A_0 = [5 0 6; 0 7 0] stored as 6, 7, 5 and A_1 = [0 0 8; 9 1 0] stored as 1, 8, 9.
    let graph = try BlockGraph(
      instances: 2, constraints: 2, variables: 3, edgeConstraint: [0, 1, 0, 1, 0, 1],
      edgeVariable: [2, 1, 0, 1, 2, 0], edgeValue: [6, 7, 5, 1, 8, 9])
    #expect(graph.rowPointers == [0, 2, 3, 4, 6])
    #expect(graph.columns == [2, 0, 1, 5, 4, 3])
    #expect(graph.values == [6, 5, 7, 8, 1, 9])
    #expect(graph.edgeOrder == [0, 2, 1, 4, 3, 5])
  }

  /// The product of compressed rows with a vector.
  static func product(_ pointers: [Int], _ columns: [Int], _ values: [Double], _ x: [Double]) -> [Double] {
    zip(pointers, pointers.dropFirst()).map { start, end in
      (start..<end).reduce(0) { $0 + values[$1] * x[columns[$1]] }
    }
  }

  @Test func `Products with the graph equal those of each instance`() throws {
    let programs = try ExampleProgram.published(7)
    let graph = try ProgramBatch(programs).graph
    var random = KeyedRandom(seed: 1, stream: "vectors")
    let xs = programs.map { $0.c.map { _ in random.normal() } }
    let activity = Self.product(graph.rowPointers, graph.columns, graph.values, xs.flatMap { $0 })
    #expect(
      largestDifference(activity, zip(programs, xs).flatMap { $0.constraintActivity(at: $1) }) < 1e-14)
  }

  @Test func `Entries lead back to their stored edges`() throws {
    let programs = try ExampleProgram.published(3)
    let graph = try ProgramBatch(programs).graph
    let stored = programs.flatMap(\.edgeValue)
    #expect(graph.edgeOrder.sorted() == Array(0..<300))
    #expect(graph.values == graph.edgeOrder.map { stored[$0] })
  }

  @Test func `Constraints and variables without entries have empty rows`() throws {
    let graph = try BlockGraph(
      instances: 1, constraints: 3, variables: 2, edgeConstraint: [2], edgeVariable: [0], edgeValue: [4])
    #expect(graph.rowPointers == [0, 0, 0, 1])
    let empty = try BlockGraph(
      instances: 2, constraints: 1, variables: 1, edgeConstraint: [], edgeVariable: [], edgeValue: [])
    #expect(empty.rowPointers == [0, 0, 0] && empty.values.isEmpty)
  }

  @Test func `Sizes that disagree and indices out of range name the field and the edge`() throws {
    func place(_ constraint: [Int], _ variable: [Int], _ value: [Double]) throws -> String? {
      try #require(throws: Failure.self) {
        try BlockGraph(
          instances: 2, constraints: 2, variables: 3, edgeConstraint: constraint, edgeVariable: variable,
          edgeValue: value)
      }.location
    }
    #expect(try place([0, 0, 0], [0, 0, 0], [1, 1, 1]) == "edge_value")
    #expect(try place([0], [0, 0], [1, 1]) == "edge_constraint")
    #expect(try place([0, 0], [0], [1, 1]) == "edge_variable")
    #expect(try place([0, 0, 0, 2], [0, 0, 0, 0], [1, 1, 1, 1]) == "edge_constraint[1, 1]")
    #expect(try place([0, 0, 0, 0], [0, 0, -1, 0], [1, 1, 1, 1]) == "edge_variable[1, 0]")
  }
}
