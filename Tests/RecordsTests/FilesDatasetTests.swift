import Foundation
import HDF5
import Synchronization
import TestSupport
import Testing

@testable import Records
@testable import Support

@Suite struct FilesDatasetTests {
  let folder: ScratchFolder
  init() throws { folder = try ScratchFolder() }

  @Test
  func `A dataset comes back as it was written`() throws {
    let path = folder.file("d.h5")
    let hash = try Toy.write(to: path)
    let reader = try DatasetReader(path, Toy.layout)
    #expect(reader.header.contentHash == hash)
    #expect(reader.header.title == "A toy dataset")
    #expect(reader.header.references == ["nobody 2026"])
    #expect(reader.layout == Toy.layout)
    #expect(reader.splits == [.train, .test])
    #expect(try reader.count(of: .train) == 30)
    let draws = (0..<40).filter(Toy.isAccepted)
    #expect(try reader.draws(of: .test) == draws)
    let expected = Toy.block(draws, .test)
    guard case .real(let x) = expected.fields["x"], case .real(let y) = expected.fields["y"] else { return }
    #expect(try reader.values("x", .test, as: Float.self) == x.map { Float($0) })
    #expect(try reader.values("y", .test, as: Double.self) == y)
    #expect(try reader.values("y", .test, rows: [7, 0, 7], as: Double.self) == [y[7], y[0], y[7]])
    #expect(try reader.values("flag", .test, rows: 1..<2, as: Int64.self) == [0, 0, 1])
    #expect(try reader.block(.test, rows: 2..<3).draws == [draws[2]])
    try reader.checkValues()
    // 30 samples of which every third draw is rejected: draws 0 ... 44 without 15.
    #expect(try reader.attribute("attempts", of: .train) == 45)
    #expect(try reader.attribute("rejected", of: .train) == 15)
  }

  @Test
  func `Threads that ask for the numbers of the draws at once all get those of their split`() throws {
    let path = folder.file("d.h5")
    try Toy.write(to: path)
    let reader = try DatasetReader(path, Toy.layout)
    let expected = try [Split.train, .test].map { try DatasetReader(path, Toy.layout).block($0, rows: 0..<27).draws }
    let wrong = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 32) { k in
      let found = try? reader.draws(of: k % 2 == 0 ? .train : .test).prefix(27)
      if found.map(Array.init) != expected[k % 2] { wrong.withLock { $0 += 1 } }
    }
    #expect(wrong.withLock { $0 } == 0)
  }

  @Test
  func `The file tells its own layout`() throws {
    let path = folder.file("d.h5")
    try Toy.write(to: path)
    let layout = try DatasetReader(path).layout
    #expect(layout.fields.sorted { $0.name < $1.name } == Toy.layout.fields.sorted { $0.name < $1.name })
    #expect(layout.dimensions == ["point": 3])
  }

  @Test(arguments: [1, 7, 100])
  func `The content hash does not depend on blocks, provenance or time`(size: Int) throws {
    let hash = try Toy.write(to: folder.file("a.h5"))
    let other = FileProvenance(configuration: "other", seed: 9, inputs: [ProvenanceInput(path: "p", contentHash: "h")])
    #expect(try Toy.write(to: folder.file("b.h5"), blockSize: size, provenance: other) == hash)
  }

  @Test(arguments: [1, 2, 4, 5])
  func `Merged shards have the content of one run`(count: Int) throws {
    let whole = try Toy.write(to: folder.file("whole.h5"))
    let paths = try (1...count).map { index in
      let path = folder.file("part-\(index).h5")
      try Toy.write(to: path, shard: try Shard(index, of: count), blockSize: index)
      return path
    }
    let merger = try DatasetMerger(shards: paths.reversed())
    #expect(try merger.write(to: folder.file("merged.h5")) == whole)
    let file = try File.open(folder.file("merged.h5"))
    #expect(try FileProvenance(of: file)?.configuration == "seed: 1\n")
    #expect(try FileProvenance(of: file)?.inputs.map(\.path) == paths)
    #expect(try FileProvenance(of: file)?.seed == 1)
  }

  @Test
  func `Shards that are missing, doubled or foreign are not merged`() throws {
    let paths = try (1...3).map { index in
      let path = folder.file("part-\(index).h5")
      try Toy.write(to: path, shard: try Shard(index, of: 3))
      return path
    }
    let foreign = folder.file("foreign.h5")
    let other = FileProvenance(configuration: "seed: 2\n", seed: 2)
    try Toy.write(to: foreign, shard: try Shard(3, of: 3), provenance: other)
    let whole = folder.file("whole.h5")
    try Toy.write(to: whole)

    #expect(try thrownFailure { _ = try DatasetMerger(shards: []) }.status == .usage)
    for bad in [
      [paths[0], paths[1]], [paths[0], paths[1], paths[1]], [paths[0], paths[1], paths[2], paths[2]],
      [paths[0], paths[1], foreign], [whole],
    ] {
      #expect(try thrownFailure { _ = try DatasetMerger(shards: bad) }.status == .badData)
    }
    #expect(try thrownFailure { _ = try DatasetReader(paths[0], Toy.layout) }.problem.contains("dataset-shard"))
  }

  @Test(arguments: [1, 2, 3, 7, 100])
  func `Shards cover every draw once`(count: Int) throws {
    for draws in [0, 1, 5, 100, 8001] {
      let ranges = try (1...count).map { try Shard($0, of: count).range(of: draws) }
      #expect(ranges.flatMap { Array($0) } == Array(0..<draws))
      #expect((ranges.map(\.count).max() ?? 0) - (ranges.map(\.count).min() ?? 0) <= 1)
    }
    #expect(throws: Failure.self) { try Shard(0, of: count) }
    #expect(throws: Failure.self) { try Shard(count + 1, of: count) }
  }

  @Test
  func `A label that is NaN or infinite, and an input that is NaN, cannot be written`() throws {
    for (field, value) in [("y", Double.nan), ("y", .infinity), ("x", .nan)] {
      let writer = try DatasetWriter(
        creating: folder.file("d.h5"), Toy.layout, plans: Toy.plans, provenance: Toy.provenance)
      var block = Toy.block([3], .train)
      block.fields[field] = .real([Double](repeating: value, count: field == "x" ? 3 : 1))
      let failure = try thrownFailure { try writer.append(block, to: .train) }
      #expect(failure.status == .badData)
      #expect(failure.description.contains("draw 3"))
    }
    #expect(folder.names == [])
  }

  @Test
  func `A split without samples is an error that names the split`() throws {
    let writer = try DatasetWriter(
      creating: folder.file("d.h5"), Toy.layout, plans: [SplitPlan(.train, draws: 10)], provenance: Toy.provenance)
    let failure = try thrownFailure { try writer.finish() }
    #expect(failure.status == .badData)
    #expect(failure.problem.contains("10 draws"))
    writer.cancel()
    #expect(folder.names == [])
  }

  @Test
  func `Draws out of order, missing fields and wrong lengths are found when they are appended`() throws {
    let writer = try DatasetWriter(
      creating: folder.file("d.h5"), Toy.layout, plans: Toy.plans, provenance: Toy.provenance)
    try writer.append(Toy.block([5], .train), to: .train)
    var short = Toy.block([6], .train)
    short.fields["x"] = .real([1])
    var without = Toy.block([6], .train)
    without.fields["x"] = nil
    for block in [Toy.block([5], .train), Toy.block([7, 6], .train), Toy.block([100], .train), short, without] {
      #expect(try thrownFailure { try writer.append(block, to: .train) }.status == .bug)
    }
    #expect(try thrownFailure { try writer.append(Toy.block([5], .valid), to: .valid) }.status == .bug)
  }
}
