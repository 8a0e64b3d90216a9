import Equilibrium
import Torch

extension SweepCurvesOfSamples {
  var chunk: ChunkEncoder {
    get throws {
      var chunk = ChunkEncoder()
      for curves in [[error, residual], lipschitzRatio, perturbedError, qualities] {
        chunk.add(curves) { $0.add($1) { $0.add($1) } }
      }
      chunk.add(localLipschitz.constants) { $0.add($1) }
      chunk.add(localLipschitz.converged) { $0.add($1) }
      chunk.add(statuses.map(\.code))
      let outputs = try outputs.map { (shape: $0.shape, type: $0.type, values: try $0.doubles()) }
      chunk.add(outputs) { chunk, output in
        chunk.add(output.type.rawValue)
        chunk.add(output.shape)
        chunk.add(output.values)
      }
      return chunk
    }
  }

  init(_ chunk: ChunkDecoder) throws {
    var chunk = chunk
    func curves() throws -> [[[Double]]] { try chunk.list { try $0.list { try $0.array() } } }
    let clean = try curves()
    (error, residual) = (clean[0], clean[1])
    (lipschitzRatio, perturbedError, qualities) = (try curves(), try curves(), try curves())
    localLipschitz = LocalLipschitz.Values(
      constants: try chunk.list { try $0.array() }, converged: try chunk.list { try $0.array() })
    statuses = try chunk.array(of: UInt8.self).map { code in
      guard let status = SolveStatus.allCases.first(where: { $0.code == code }) else {
        throw Failure(.bug, "a chunk has the status \(code)")
      }
      return status
    }
    outputs = try chunk.list { chunk in
      let type = ElementType(rawValue: try chunk.text()) ?? .float64
      let shape: [Int] = try chunk.array()
      return try Tensor(chunk.array(of: Double.self), shape: shape, type: type)
    }
  }
}
