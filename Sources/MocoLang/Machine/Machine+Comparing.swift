// Equality and order. Equality is deep, and survives cycles and any depth: pending pairs are kept in a
// separate list, and a pair of containers that was visited before counts as equal.

import MocoBase

extension Machine {
  /// Whether two values are equal, as for `==` with a Bool result: numbers by value; Strings, lists, records
  /// and ranges by content; functions by identity; host objects by their own rule.
  ///
  /// - Throws: E0406 if interrupted, and any error of a host object's comparison.
  package func equal(_ left: Word, _ right: Word) throws -> Bool {
    if let plain = Machine.plainEqual(left, right) { return plain }
    var pending: [(Word, Word)] = [(left, right)]
    var met: Set<Pair> = []
    var steps = 0
    while let (a, b) = pending.popLast() {
      if let plain = Machine.plainEqual(a, b) {
        if !plain { return false }
        continue
      }
      steps += 1
      if steps & 0xFFFF == 0 { try poll() }
      switch a.tag {
      case .list:
        let first = a.pointer.list.pointee
        let second = b.pointer.list.pointee
        if first.count != second.count { return false }
        // Short chains need no record of visited pairs; long ones may be cycles.
        if steps > 64, !met.insert(Pair(a: a.bits, b: b.bits)).inserted { continue }
        for index in (0..<first.count).reversed() {
          let one = first.items[index]
          let two = second.items[index]
          if let plain = Machine.plainEqual(one, two) {
            if !plain { return false }
          } else {
            pending.append((one, two))
          }
        }
      case .record:
        let first = a.pointer.record.pointee
        if first.count != b.pointer.record.pointee.count { return false }
        if steps > 64, !met.insert(Pair(a: a.bits, b: b.bits)).inserted { continue }
        for index in 0..<first.used {
          guard let key = first.entries[index].key else { continue }
          guard let other = heap.field(key, of: b.pointer) else { return false }
          pending.append((first.entries[index].value, other))
        }
      case .host:
        let one = a.pointer.hostBox.pointee.host
        let two = b.pointer.hostBox.pointee.host
        if one === two { continue }
        guard try one.isEqual(to: .host(two)) ?? false else { return false }
      default:
        return false
      }
    }
    return true
  }

  private struct Pair: Hashable {
    var a: UInt64
    var b: UInt64
  }

  /// Equality of values that are not containers; nil for containers.
  @inline(__always)
  static func plainEqual(_ left: Word, _ right: Word) -> Bool? {
    if left.tag == right.tag {
      switch left.tag {
      case .null, .undefined: return true
      case .bool, .int: return left.bits == right.bits
      case .float: return left.asFloat == right.asFloat
      case .quantity: return left.unitIndex == right.unitIndex && left.amount == right.amount
      case .string: return StringObject.equal(left.pointer, right.pointer)
      case .range: return rangesEqual(left.pointer.range.pointee.range, right.pointer.range.pointee.range)
      case .list, .record, .host: return left.bits == right.bits ? true : nil
      default:
        return left.bits == right.bits
          || ((left.tag == .native || left.tag == .module)
            && left.pointer.box.pointee.box.toOpaque() == right.pointer.box.pointee.box.toOpaque())
      }
    }
    if left.tag == .int, right.tag == .float { return compareNumbers(left, right) == 0 }
    if left.tag == .float, right.tag == .int { return compareNumbers(left, right) == 0 }
    return false
  }

  /// Ranges are equal if they contain the same Ints.
  private static func rangesEqual(_ a: RangeValue, _ b: RangeValue) -> Bool {
    if a == b { return true }
    let count = a.count
    guard count == b.count else { return false }
    return count == 0 || (a.start == b.start && (count == 1 || a.step == b.step))
  }

  // MARK: Order

  /// Exact, also between large Ints and Floats; nil for nan.
  static func compareNumbers(_ left: Word, _ right: Word) -> Int? {
    if left.tag == .int, right.tag == .int {
      return left.asInt < right.asInt ? -1 : left.asInt > right.asInt ? 1 : 0
    }
    if left.tag == .float, right.tag == .float {
      let (a, b) = (left.asFloat, right.asFloat)
      return a < b ? -1 : a > b ? 1 : a == b ? 0 : nil
    }
    if left.tag == .float { return compareNumbers(right, left).map { -$0 } }
    let whole = left.asInt
    let number = right.asFloat
    if number.isNaN { return nil }
    if number >= 0x1p63 { return -1 }
    if number < -0x1p63 { return 1 }
    let floor = number.rounded(.down)
    let bound = Int(floor)
    if whole != bound { return whole < bound ? -1 : 1 }
    return number > floor ? -1 : 0
  }

  /// The order of two values: -1, 0, 1, or nil if they have none, like nan and values of different types.
  ///
  /// Numbers are compared by value, Strings by their bytes, lists element by element.
  ///
  /// - Throws: E0404 for lists that are nested more than 200 deep, E0406 if interrupted, and any error of a
  ///   host object's comparison.
  package func compare(_ left: Word, _ right: Word, depth: Int = 0) throws -> Int? {
    if left.isNumber, right.isNumber { return Machine.compareNumbers(left, right) }
    guard left.tag == right.tag else { return nil }
    switch left.tag {
    case .string:
      let order = StringObject.compare(left.pointer, right.pointer)
      return order < 0 ? -1 : order > 0 ? 1 : 0
    case .quantity:
      guard left.unitIndex == right.unitIndex else { return nil }
      return left.amount < right.amount ? -1 : left.amount > right.amount ? 1 : 0
    case .list:
      guard depth < 200 else {
        throw Failure(
          "E0404", "these lists are nested too deeply to be compared",
          help: "a List that contains itself cannot be ordered")
      }
      let count = min(left.pointer.list.pointee.count, right.pointer.list.pointee.count)
      for index in 0..<count {
        let one = left.pointer.list.pointee.items[index]
        let two = right.pointer.list.pointee.items[index]
        if try equal(one, two) { continue }
        return try compare(one, two, depth: depth + 1)
      }
      let (a, b) = (left.pointer.list.pointee.count, right.pointer.list.pointee.count)
      return a < b ? -1 : a > b ? 1 : 0
    default:
      return nil
    }
  }

  // MARK: in

  /// Whether `container` contains `value`.
  package func contains(_ container: Word, _ value: Word) throws -> Bool {
    switch container.tag {
    case .list:
      var index = 0
      while index < container.pointer.list.pointee.count {
        if try equal(container.pointer.list.pointee.items[index], value) { return true }
        index += 1
        try pollIfNeeded()
      }
      return false
    case .string:
      guard value.tag == .string else {
        throw Failure(
          "E0201", "a String can only contain a String, not \(describe(value))",
          operandLabels: (typeName(value), "String"))
      }
      return StringSearch.first(
        of: StringObject.bytes(value.pointer), in: StringObject.bytes(container.pointer), from: 0) != nil
    case .record:
      guard value.tag == .string else {
        throw Failure(
          "E0201", "the keys of a Record are Strings, not \(describe(value))",
          operandLabels: (typeName(value), "Record"))
      }
      return heap.field(value.pointer, of: container.pointer) != nil
    case .range:
      let range = container.pointer.range.pointee.range
      if value.tag == .int { return range.contains(value.asInt) }
      if value.tag == .float, let whole = Int(exactly: value.asFloat) { return range.contains(whole) }
      return false
    case .host:
      let host = container.pointer.hostBox.pointee.host
      if let found = try host.contains(AnyValue(value, in: heap)) { return found }
      guard let next = try host.makeIterator() else { break }
      while let element = try next() {
        try pollIfNeeded()
        let word = try element.owned(in: heap)
        defer { heap.release(word) }
        if try equal(word, value) { return true }
      }
      return false
    default: break
    }
    throw Failure(
      "E0201", "'in' needs a List, Record, String or Range on its right side, not \(describe(container))",
      operandLabels: (typeName(value), typeName(container)))
  }
}
