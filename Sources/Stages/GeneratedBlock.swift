import Records
import Support

/// The accepted samples of one block of draws.
struct GeneratedBlock: Sendable {
  var split: Split
  /// Draws that were examined.
  var draws: Int
  var samples: SampleBlock

  init(split: Split, draws: Int, samples: SampleBlock) {
    (self.split, self.draws, self.samples) = (split, draws, samples)
  }

  var entry: ResumeEncoder {
    var entry = ResumeEncoder()
    entry.add(split.rawValue)
    entry.add(draws)
    entry.add(samples.draws)
    entry.add(samples.fields.sorted { $0.key < $1.key }) { entry, field in
      entry.add(field.key)
      field.value.add(to: &entry)
    }
    return entry
  }

  init(_ entry: ResumeDecoder) throws {
    var entry = entry
    let name = try entry.text()
    guard let split = Split(rawValue: name) else { throw Failure(.bug, "an entry is of the split `\(name)`") }
    draws = try entry.integer()
    samples = SampleBlock(draws: try entry.array(), fields: [:])
    let fields = try entry.list { entry in
      let name = try entry.text()
      return (name, try FieldValues(from: &entry))
    }
    for (name, values) in fields { samples.fields[name] = values }
    self.split = split
  }
}
