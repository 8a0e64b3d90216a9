/// Reading along the first dimension, which counts samples.
extension Dataset {
  /// The rows (indices of the first dimension) of a range, in row-major order.
  public func read<T: Element>(
    _: T.Type = T.self, rows: Range<Int>, _ conversion: Conversion = .lossless
  ) throws -> [T] {
    let rest = try rowShape()
    return try read(T.self, start: [rows.lowerBound] + rest.map { _ in 0 }, count: [rows.count] + rest, conversion)
  }

  /// The rows of the given indices, in that order; an index may come several times.
  ///
  /// Neighbouring indices are read together and in ascending order, so that a chunk is unpacked once.
  public func read<T: Element>(
    _: T.Type = T.self, rows: [Int], _ conversion: Conversion = .lossless
  ) throws -> [T] {
    let call = call("read dataset")
    let rowSize = try call.elementCount(try rowShape())
    let length = try shape.first ?? 0
    if let outside = rows.first(where: { !(0..<length).contains($0) }) {
      throw call.failure(.shapeMismatch, expected: "rows in 0..<\(length)", found: "row \(outside)")
    }
    guard let first = rows.first else { return [] }
    if rows.indices.allSatisfy({ rows[$0] == first + $0 }) {
      return try read(T.self, rows: first..<(first + rows.count), conversion)
    }

    let order = rows.indices.sorted { rows[$0] < rows[$1] }
    var result: [T]?
    var runStart = order.startIndex
    while runStart < order.endIndex {
      var runEnd = runStart + 1
      while runEnd < order.endIndex, rows[order[runEnd]] - rows[order[runEnd - 1]] <= 1 { runEnd += 1 }
      let lowest = rows[order[runStart]]
      let values: [T] = try read(T.self, rows: lowest..<(rows[order[runEnd - 1]] + 1), conversion)
      if result == nil, let value = values.first { result = [T](repeating: value, count: rows.count * rowSize) }
      for position in order[runStart..<runEnd] {
        let source = (rows[position] - lowest) * rowSize
        result?.replaceSubrange(
          (position * rowSize)..<((position + 1) * rowSize), with: values[source..<(source + rowSize)])
      }
      runStart = runEnd
    }
    return result ?? []
  }

  private func rowShape() throws -> [Int] {
    let shape = try shape
    guard !shape.isEmpty else {
      throw call("read dataset").failure(.shapeMismatch, expected: "rows", found: "a scalar")
    }
    return Array(shape.dropFirst())
  }
}
