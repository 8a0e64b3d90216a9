import HDF5
import LinearPrograms
import Support
import TestSupport
import Testing

@Suite struct ProgramBatchTests {
  @Test(arguments: ["lp_explicit_gnn.h5", "lp_implicit_gnn.h5"])
  func `Features and edges are those of the reference implementation`(fixture: String) throws {
    let batch = try ProgramBatch(ReferenceInstances(group: "instances", of: fixture).programs)
    let file = try File.open(fixturePath(fixture))
    defer { try? file.close() }
    #expect(try batch.constraintFeatures.map(Float.init) == file.dataset("batch/con_features").read())
    #expect(try batch.variableFeatures.map(Float.init) == file.dataset("batch/var_features").read())

    // The reference lists edges (constraint, variable) in stored order; the graph leads back to each of them.
    let values: [Float] = try file.dataset("batch/edge_features").read()
    let ends: [Int64] = try file.dataset("batch/edge_index").read()
    let graph = batch.graph
    for row in 0..<(batch.instances * batch.constraints) {
      for entry in Int(graph.rowPointers[row])..<Int(graph.rowPointers[row + 1]) {
        let edge = Int(graph.edgeOrder[entry])
        #expect(ends[edge] == row && ends[values.count + edge] == graph.columns[entry])
        #expect(Float(graph.values[entry]) == values[edge])
      }
    }
  }

  @Test func `Programs of different size, none at all and infinite bounds cannot form a batch`() throws {
    func place(_ programs: [LinearProgram]) throws -> String? {
      try #require(throws: Failure.self) { try ProgramBatch(programs) }.location
    }
    let program = try ExampleProgram.textbook()
    let smaller = try ExampleProgram.dense(
      [[1, 1], [1, 0]], c: [-1, -2], b: [4, 6], lower: [0, 0], upper: [10, 10])
    let unbounded = try ExampleProgram.dense(
      [[1, 1], [1, 3]], c: [-1, -2], b: [4, 6], lower: [0, 0], upper: [10, .infinity])
    #expect(try place([]) == "batch")
    #expect(try place([program, smaller]) == "batch, instance 1")
    #expect(try place([program, unbounded]) == "batch, instance 1, variable 1")
  }
}
