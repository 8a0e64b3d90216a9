import Experiment
import Foundation
import LinearPrograms
import Torch

let B = 2500, m = 10, n = 50, z = 100
func makeBatch(_ count: Int, seed: UInt64) throws -> ProgramBatch {
  var cf: [Float] = [], vf: [Float] = [], vals: [Float] = []
  var starts: [Int64] = [0], cols: [Int64] = [], ts: [Int64] = [0], tc: [Int64] = [], to: [Int64] = []
  var ys: [Float] = []
  for i in 0..<count {
    var r = KeyedRandom(seed: seed, stream: "x", index: UInt64(i))
    let pos = r.distinct(z, below: m * n)
    let base = vals.count
    var rows = [[Int]](repeating: [], count: m), columns = [[(Int, Int)]](repeating: [], count: n)
    for (k, p) in pos.enumerated() {
      rows[p / n].append(p % n); columns[p % n].append((p / n, k)); vals.append(Float(r.normal()))
    }
    for row in rows { for c in row { cols.append(Int64(i * n + c)) }; starts.append(Int64(cols.count)) }
    for col in columns {
      for (rr, k) in col { tc.append(Int64(i * m + rr)); to.append(Int64(base + k)) }; ts.append(Int64(tc.count))
    }
    for _ in 0..<m { cf.append(Float(r.uniform(-1, 1))); cf.append(r.uniform() < 0.3 ? 1 : 0) }
    for _ in 0..<n {
      vf.append(Float(0.01 * r.uniform(-1, 1))); vf.append(Float(r.normal(deviation: 10)));
      vf.append(Float(r.normal(deviation: 10))); ys.append(Float(r.normal(deviation: 9)))
    }
  }
  let values = try Tensor(floats: vals)
  let s = try Tensor(integers: starts), c = try Tensor(integers: cols), tS = try Tensor(integers: ts),
    tC = try Tensor(integers: tc), tO = try Tensor(integers: to)
  let a = SparseMatrix(
    values: values, starts: s, columns: c, transposedStarts: tS, transposedColumns: tC, transposedOrder: tO)
  let tvalues = try values.indexed(tO)
  let inv = try Operator("aten::argsort")(.tensor(tO))
  let at = SparseMatrix(
    values: tvalues, starts: tS, columns: tC, transposedStarts: s, transposedColumns: c, transposedOrder: inv)
  return try ProgramBatch(
    sampleCount: count, constraintFeatures: Tensor(floats: cf, shape: [count * m, 2]),
    variableFeatures: Tensor(floats: vf, shape: [count * n, 3]), matrix: a, transposedMatrix: at,
    solutions: Tensor(floats: ys, shape: [count, n]))
}
let e = Int(CommandLine.arguments[1])!, chunk = Int(CommandLine.arguments[2])!, threads = Int(CommandLine.arguments[3])!
try Runtime.setThreads(chunk >= B ? threads : 1)
let model = try ImplicitGraphNetwork(embedding: e)
for (name, p) in model.parameters {
  var r = KeyedRandom(seed: 1, stream: name)
  try p.assign(Tensor((0..<p.value.count).map { _ in r.normal(deviation: 0.3) }, shape: p.value.shape, type: .float32))
}
let chunks = try stride(from: 0, to: B, by: chunk).map { try makeBatch(min(chunk, B - $0), seed: UInt64($0)) }
func gradient(_ b: ProgramBatch) throws -> [Tensor] {
  let c = try model.inject(b)
  var y = try model.initialState(c)
  for _ in 0..<3 { y = try model.step(y, c) }
  let d = try model.readout(y, c) - b.solutions
  let loss = try (d * d).sum() / Double(B * n)
  return try Autograd.gradients(of: [loss], withRespectTo: model.parameters.tensors)
}
func step() throws {
  let workers = chunk >= B ? 1 : threads
  nonisolated(unsafe) var out = [[Tensor]](repeating: [], count: chunks.count)
  DispatchQueue.concurrentPerform(iterations: workers) { w in
    for i in stride(from: w, to: chunks.count, by: workers) { out[i] = try! gradient(chunks[i]) }
  }
  var total = out[0]
  for g in out.dropFirst() { total = try zip(total, g).map { try $0 + $1 } }
}
try step()
var times: [Double] = []
for _ in 0..<12 { let t = Date(); try step(); times.append(Date().timeIntervalSince(t)) }
print("e", e, "chunk", chunk, "threads", threads, "min", times.min()!)
