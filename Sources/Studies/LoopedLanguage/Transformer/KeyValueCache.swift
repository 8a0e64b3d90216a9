import Torch

/// The keys and values of all positions seen so far, one slot for each block and, in the loop, each recurrence.
public final class KeyValueCache {
  struct Slot {
    /// `[B, heads, positions, d]`, keys after bias and rotation.
    var keys: Tensor
    var values: Tensor
  }

  /// Block `block` of the prelude; block `block` of the core in recurrence `recurrence`; block `block` of the coda.
  enum Layer: Hashable {
    case prelude(block: Int)
    case core(recurrence: Int, block: Int)
    case coda(block: Int)
  }

  private(set) var slots: [Layer: Slot] = [:]
  /// Positions that all slots hold.
  public internal(set) var length = 0

  public init() {}

  /// Appends new positions to a slot and returns all of it.
  func extend(_ layer: Layer, keys: Tensor, values: Tensor) throws -> Slot {
    guard let old = slots[layer] else {
      let slot = Slot(keys: keys, values: values)
      slots[layer] = slot
      return slot
    }
    let slot = Slot(
      keys: try .concatenated([old.keys, keys], dimension: 2), values: try .concatenated([old.values, values], dimension: 2))
    slots[layer] = slot
    return slot
  }
}
