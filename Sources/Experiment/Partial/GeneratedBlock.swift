/// The accepted samples of one block of draws.
struct GeneratedBlock: Sendable {
  var split: Split
  /// Draws that were examined.
  var draws: Int
  var samples: SampleBlock

  init(split: Split, draws: Int, samples: SampleBlock) {
    (self.split, self.draws, self.samples) = (split, draws, samples)
  }

  var chunk: ChunkEncoder {
    var chunk = ChunkEncoder()
    chunk.add(split.rawValue)
    chunk.add(draws)
    chunk.add(samples.draws)
    chunk.add(samples.fields.sorted { $0.key < $1.key }) { chunk, field in
      chunk.add(field.key)
      switch field.value {
      case .real(let values):
        chunk.add(0)
        chunk.add(values)
      case .single(let values):
        chunk.add(1)
        chunk.add(values)
      case .integer(let values):
        chunk.add(2)
        chunk.add(values)
      }
    }
    return chunk
  }

  init(_ chunk: ChunkDecoder) throws {
    var chunk = chunk
    let name = try chunk.text()
    guard let split = Split(rawValue: name) else { throw Failure(.bug, "a chunk is of the split `\(name)`") }
    draws = try chunk.integer()
    samples = SampleBlock(draws: try chunk.array(), fields: [:])
    let fields = try chunk.list { chunk in
      let name = try chunk.text()
      let values: FieldValues =
        switch try chunk.integer() {
        case 0: .real(try chunk.array())
        case 1: .single(try chunk.array())
        default: .integer(try chunk.array())
        }
      return (name, values)
    }
    for (name, values) in fields { samples.fields[name] = values }
    self.split = split
  }
}
