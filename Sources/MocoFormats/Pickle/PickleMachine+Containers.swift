// Opcodes that create and fill lists, tuples, dicts and sets.

extension PickleMachine {
  mutating func container(_ code: UInt8) throws {
    switch code {
    case UInt8(ascii: "]"): stack.append(try make(.list))
    case UInt8(ascii: ")"): stack.append(try make(.tuple))
    case UInt8(ascii: "}"): stack.append(try make(.dict))
    case 0x8F: stack.append(try make(.set))
    case UInt8(ascii: "l"):
      let items = try popMark()
      stack.append(try make(.list, items))
    case UInt8(ascii: "t"):
      let items = try popMark()
      stack.append(try make(.tuple, items))
    case 0x91:
      let items = try popMark()
      stack.append(try make(.set, items))
    case UInt8(ascii: "d"):
      let items = try popMark()
      guard items.count % 2 == 0 else { throw fault("a key has no value") }
      stack.append(try make(.dict, items))
    case 0x85...0x87:
      var items: [PickleValue] = []
      for _ in 0...(code - 0x85) { items.append(try pop()) }
      stack.append(try make(.tuple, items.reversed()))
    case UInt8(ascii: "a"):
      let item = try pop()
      try extend([item], pairs: false)
    case UInt8(ascii: "e"), 0x90: try extend(try popMark(), pairs: false)
    case UInt8(ascii: "s"):
      let value = try pop()
      let key = try pop()
      try extend([key, value], pairs: true)
    default: try extend(try popMark(), pairs: true)
    }
  }

  /// Adds to the container at the top of the stack. An opaque value accepts anything and discards it.
  private mutating func extend(_ items: [PickleValue], pairs: Bool) throws {
    guard case .node(let place) = try top() else { throw fault("the target is not a container") }
    switch heap.nodes[place].kind {
    case .list where !pairs, .set where !pairs: heap.nodes[place].elements += items
    case .dict where pairs:
      guard items.count % 2 == 0 else { throw fault("a key has no value") }
      heap.nodes[place].elements += items
    case .object, .unread: break
    default: throw fault("the target is not a container of this kind")
    }
  }
}
