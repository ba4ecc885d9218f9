// Construction and destructuring: records, spreads, ranges, quantities, Strings, patterns; and iteration.

import Glibc
import MocoBase
import Synchronization

/// The state of a loop over a host object.
final class HostIteration {
  let next: () throws -> AnyValue?

  init(_ next: @escaping () throws -> AnyValue?) { self.next = next }
}

extension Machine {
  func newRecord(_ i: Instruction, _ base: UnsafeMutablePointer<Word>, _ closure: ObjectPointer) throws {
    let record = heap.record()
    let first = base + Int(i.b)
    // `_withUnsafeGuaranteedRef` would work, but this path is not critical.
    let keys = closure.closure.pointee.prototype.takeUnretainedValue().nameLists[Int(i.c)]
    do {
      try heap.fill(record.pointer, keys: keys, from: first)
    } catch {
      heap.release(record)
      throw error
    }
    store(base + Int(i.a), record)
  }

  func setKey(_ i: Instruction, _ base: UnsafeMutablePointer<Word>) throws {
    let key = base[Int(i.b)]
    guard key.tag == .string else {
      throw Failure(
        "E0201", "the keys of a Record are Strings, not \(describe(key))", help: "write str(…) or \"\\(…)\"")
    }
    if i.k & 4 != 0, heap.field(key.pointer, of: base[Int(i.a)].pointer) != nil {
      let name = DisplayColumns.cut(StringObject.text(key.pointer), to: 60)
      throw Failure(
        "E0115", "the key '\(name)' is given more than once", help: "write r[key] = value to replace a value")
    }
    let value = base[Int(i.c)]
    base[Int(i.c)] = .null
    try heap.setField(key.pointer, of: base[Int(i.a)].pointer, to: value)
    store(base + Int(i.b), .null)
  }

  func merge(_ i: Instruction, _ base: UnsafeMutablePointer<Word>) throws {
    let source = base[Int(i.b)]
    guard source.tag == .record else {
      throw Failure("E0201", ".. in a Record expects a Record, not \(describe(source))")
    }
    try mergeFields(source.pointer, into: base[Int(i.a)].pointer)
    store(base + Int(i.b), .null)
  }

  func mergeFields(_ source: ObjectPointer, into target: ObjectPointer) throws {
    var index = 0
    while index < source.record.pointee.used {
      let entry = source.record.pointee.entries[index]
      index += 1
      guard let key = entry.key else { continue }
      heap.retain(entry.value)
      try heap.setField(key, of: target, to: entry.value)
    }
  }

  func spread(_ i: Instruction, _ base: UnsafeMutablePointer<Word>) throws {
    let source = base[Int(i.b)]
    if i.k & 4 != 0, source.tag == .record {
      // Arguments of a call: a record's fields become named ones.
      try mergeFields(source.pointer, into: base[Int(i.a) + 1].pointer)
    } else {
      let target = base[Int(i.a)].pointer
      try forEach(source, "..") { word in
        heap.retain(word)
        try heap.append(word, to: target)
        return true
      }
    }
    store(base + Int(i.b), .null)
  }

  func makeRange(_ i: Instruction, _ base: UnsafeMutablePointer<Word>) throws {
    let low = base[Int(i.b)]
    let high = base[Int(i.c)]
    if i.k & 8 != 0, [low.tag, high.tag].contains(.float),
      [low.tag, high.tag].allSatisfy({ $0 == .float || $0 == .int })
    {
      let range = FloatRange(start: low.number, end: high.number, isClosed: i.k & 4 != 0)
      return store(base + Int(i.a), try AnyValue.host(range).owned(in: heap))
    }
    guard low.tag == .int, high.tag == .int else { throw wrongRange(low, high, isClosed: i.k & 4 != 0) }
    store(
      base + Int(i.a), heap.range(RangeValue(start: low.asInt, end: high.asInt, isClosed: i.k & 4 != 0)))
  }

  private func wrongRange(_ low: Word, _ high: Word, isClosed: Bool) -> Failure {
    let wrong = low.tag == .int ? high : low
    var help: String?
    if wrong.tag == .float { help = "use int(x) to round towards zero, or div(a, b) for integer division" }
    return Failure(
      "E0201", "the ends of a range must be Ints, not \(describe(wrong))", help: help,
      operandLabels: (typeName(low), typeName(high)))
  }

  func makeQuantity(_ i: Instruction, _ base: UnsafeMutablePointer<Word>) throws {
    let amount = base[Int(i.b)]
    let unit = Int(i.c)
    let result: Word
    switch amount.tag {
    case .int: result = .quantity(amount.asInt, unit: unit)
    case .float: result = .quantity(amount.asFloat, unit: unit)
    case .quantity where amount.unitIndex == unit: result = amount
    default:
      let name = quantity(.quantity(1, unit: unit)).unit.plural
      throw Failure("E0201", "\(name) expects a number, not \(describe(amount))")
    }
    if i.k & 1 != 0, i.a != i.b { store(base + Int(i.b), .null) }
    store(base + Int(i.a), result)
  }

  func concatenate(_ i: Instruction, _ base: UnsafeMutablePointer<Word>) throws {
    let first = base + Int(i.b)
    let count = Int(i.c)
    // Strings and Ints, the usual parts, are measured and written without a buffer between.
    var bytes = 0
    var scalars = 0
    for index in 0..<count {
      let word = first[index]
      if word.tag == .string {
        bytes &+= word.pointer.string.pointee.byteCount
        scalars &+= word.pointer.string.pointee.scalarCount
      } else if word.tag == .int {
        let digits = Machine.digitCount(word.asInt)
        bytes &+= digits
        scalars &+= digits
      } else {
        return try concatenateAny(i, base)
      }
    }
    let result = try heap.emptyString(byteCount: bytes)
    result.string.pointee.scalarCount = scalars
    var at = result.stringBytes
    for index in 0..<count {
      let word = first[index]
      if word.tag == .string {
        let size = word.pointer.string.pointee.byteCount
        memcpy(at, word.pointer.stringBytes, size)
        at += size
        store(first + index, .null)
      } else {
        let digits = Machine.digitCount(word.asInt)
        Machine.write(word.asInt, digits, at)
        at += digits
      }
    }
    store(base + Int(i.a), .object(.string, result))
  }

  /// `str` of an Int.
  func digits(_ value: Int) throws -> Word {
    let count = Machine.digitCount(value)
    let result = try heap.emptyString(byteCount: count)
    Machine.write(value, count, result.stringBytes)
    return .object(.string, result)
  }

  /// The number of bytes of `str` of an Int.
  @inline(__always)
  private static func digitCount(_ value: Int) -> Int {
    let magnitude = value.magnitude
    var count = value < 0 ? 2 : 1
    var bound: UInt = 10
    // Ten to the nineteenth is the last power that fits.
    while magnitude >= bound {
      count &+= 1
      if bound == 10_000_000_000_000_000_000 { break }
      bound = bound &* 10
    }
    return count
  }

  /// Writes a number with this many bytes.
  @inline(__always)
  private static func write(_ value: Int, _ count: Int, _ place: UnsafeMutablePointer<UInt8>) {
    var rest = value.magnitude
    var at = count &- 1
    repeat {
      let next = rest / 10
      place[at] = UInt8(truncatingIfNeeded: 0x30 &+ rest &- next &* 10)
      rest = next
      at &-= 1
    } while rest > 0
    if value < 0 { place[0] = UInt8(ascii: "-") }
  }

  @inline(never)
  private func concatenateAny(_ i: Instruction, _ base: UnsafeMutablePointer<Word>) throws {
    let first = base + Int(i.b)
    let count = Int(i.c)
    var writer = TextWriter(machine: self)
    for index in 0..<count { try writer.write(first[index]) }
    for index in 0..<count { store(first + index, .null) }
    store(base + Int(i.a), try writer.word())
  }

  func format(_ i: Instruction, _ base: UnsafeMutablePointer<Word>, _ specification: Word) throws {
    let parsed = try formatSpecification(specification.pointer)
    let text = try parsed.format(base[Int(i.b)], self)
    store(base + Int(i.a), try heap.string(text))
  }

  /// Specifications from source text are parsed once.
  func formatSpecification(_ key: ObjectPointer) throws -> FormatSpecification {
    if key.header.pointee.flags & ObjectFlag.interned == 0 {
      return try FormatSpecification(StringObject.text(key))
    }
    if let known = formats[key] { return known }
    let parsed = try FormatSpecification(StringObject.text(key))
    formats[key] = parsed
    return parsed
  }

  // MARK: Patterns

  func unpackList(_ i: Instruction, _ base: UnsafeMutablePointer<Word>) throws {
    let source = base[Int(i.b)]
    let count = Int(i.c)
    let hasRest = i.k & 4 != 0
    var words: [Word] = []
    defer { for word in words { heap.release(word) } }
    if source.tag == .list {
      let list = source.pointer.list.pointee
      words.reserveCapacity(list.count)
      for index in 0..<list.count {
        heap.retain(list.items[index])
        words.append(list.items[index])
      }
    } else {
      guard source.tag == .range || source.tag == .host else { throw noList(source, inLoop: i.k & 8 != 0) }
      // An infinite source must not be read to its end to find that it is too long.
      let most = hasRest ? Int.max : count + 1
      try forEach(source, "destructuring") { word in
        heap.retain(word)
        words.append(word)
        return words.count < most
      }
    }
    guard hasRest ? words.count >= count : words.count == count else {
      let needed = hasRest ? "at least \(count)" : "\(count)"
      let found = source.tag == .list ? "\(words.count)" : words.count > count ? "more" : "\(words.count)"
      throw Failure(
        "E0311",
        "expected \(needed) \(count == 1 && !hasRest ? "element" : "elements"), found \(found)",
        help: !hasRest && words.count > count ? "add ..rest to collect the other elements" : nil)
    }
    let rest = hasRest ? try words[count...].withUnsafeBufferPointer { try heap.list(copying: $0) } : nil
    if i.k & 1 != 0 { store(base + Int(i.b), .null) }
    for index in 0..<count {
      heap.retain(words[index])
      store(base + Int(i.a) + index, words[index])
    }
    if let rest { store(base + Int(i.a) + count, rest) }
  }

  /// A String also has elements, but a pattern applied to one is probably a mistake: a loop over a record
  /// gives its keys, not its pairs.
  private func noList(_ source: Word, inLoop: Bool) -> Failure {
    var help: String?
    switch source.tag {
    case .string where inLoop:
      help = "write items(r) to iterate over the keys and values of a Record: for [k, v] in items(r)"
    case .string: help = "write [..s] for the characters of a String, or split(s, \",\") for its parts"
    case .record: help = "write a pattern of keys, {a, b}, or destructure values(r)"
    default: break
    }
    return Failure("E0311", "\(describe(source)) is not a List that can be destructured", help: help)
  }

  /// `[t[0], t[1]] = [t[1], t[0]]`: the numbers are read before the first one is written.
  @inline(never)
  func unshare(_ place: UnsafeMutablePointer<Word>) throws {
    guard place.pointee.tag == .host else { return }
    if let own = try place.pointee.pointer.hostBox.pointee.host.unshared() {
      store(place, try own.owned(in: heap))
    }
  }

  func unpackField(_ i: Instruction, _ base: UnsafeMutablePointer<Word>, _ closure: ObjectPointer) throws {
    let source = base[Int(i.b)]
    let name = closure.closure.pointee.prototype.takeUnretainedValue().nameTexts[Int(i.c)]
    let word: Word
    do { word = try member(source, name) } catch let failure as Failure {
      throw Failure("E0311", failure.message, help: failure.help)
    }
    store(base + Int(i.a), word)
  }

  // MARK: Iteration

  /// The iteration of a range: next element, number of remaining elements, step. A list's: the list, place. A
  /// string's: the string, byte offset. A record's: the record, entry. A host object's: its iterator.
  func prepareLoop(_ iteration: UnsafeMutablePointer<Word>) throws {
    let source = iteration.pointee
    switch source.tag {
    case .list, .string, .record:
      store(iteration + 1, .int(0))
    case .range:
      let range = source.pointer.range.pointee.range
      store(iteration + 1, .int(range.count))
      store(iteration + 2, .int(range.step))
      store(iteration, .int(range.start))
    case .host:
      guard let next = try source.pointer.hostBox.pointee.host.makeIterator() else {
        throw notIterable(source)
      }
      // The object stays alive in the second register while its iterator runs.
      let box = heap.box(HostIteration(next), .iterator)
      store(iteration + 1, source)
      iteration.pointee = box
    default:
      throw notIterable(source)
    }
  }

  func notIterable(_ word: Word) -> Failure {
    var help: String?
    if word.tag == .int { help = "write 0..<\(max(0, word.asInt)) to count" }
    if word.tag == .quantity { help = "write 1...n to count" }
    return Failure("E0201", "\(describe(word)) cannot be iterated over", help: help)
  }

  func prepareRange(_ iteration: UnsafeMutablePointer<Word>, isClosed: Bool) throws {
    let low = iteration[0]
    let high = iteration[1]
    guard low.tag == .int, high.tag == .int else { throw wrongRange(low, high, isClosed: isClosed) }
    iteration[1] = .int(RangeValue(start: low.asInt, end: high.asInt, isClosed: isClosed).count)
    store(iteration + 2, .int(1))
  }

  /// The next element of anything except a range or a list; false at the end.
  @inline(never)
  func nextElement(
    _ iteration: UnsafeMutablePointer<Word>, _ target: UnsafeMutablePointer<Word>
  ) throws -> Bool {
    let source = iteration.pointee
    switch source.tag {
    case .string:
      let at = iteration[1].asInt
      let bytes = StringObject.bytes(source.pointer)
      guard at < bytes.count else { return false }
      let width = StringObject.width(bytes[at])
      let part = try heap.string(UnsafeBufferPointer(rebasing: bytes[at..<(at + width)]), scalarCount: 1)
      iteration[1] = .int(at + width)
      store(target, part)
      return true
    case .record:
      var place = iteration[1].asInt
      let record = source.pointer.record.pointee
      while place < record.used {
        defer { place += 1 }
        guard let key = record.entries[place].key else { continue }
        iteration[1] = .int(place + 1)
        key.header.pointee.references &+= 1
        store(target, .object(.string, key))
        return true
      }
      return false
    case .iterator:
      let box = unsafeDowncast(source.pointer.box.pointee.box.takeUnretainedValue(), to: HostIteration.self)
      guard let value = try box.next() else { return false }
      store(target, try value.owned(in: heap))
      return true
    default:
      return false
    }
  }

  /// Calls the body with every element of a value, until it returns false. The body borrows the word.
  package func forEach(_ source: Word, _ purpose: String, _ body: (Word) throws -> Bool) throws {
    switch source.tag {
    case .list:
      var index = 0
      while index < source.pointer.list.pointee.count {
        let word = source.pointer.list.pointee.items[index]
        heap.retain(word)
        defer { heap.release(word) }
        guard try body(word) else { return }
        index += 1
        try pollIfNeeded()
      }
    case .range:
      let range = source.pointer.range.pointee.range
      for place in 0..<range.count {
        if place & 0xFFF == 0xFFF { try pollIfNeeded() }
        guard try body(.int(range.element(place))) else { return }
      }
    case .string, .record, .host:
      heap.retain(source)
      let iteration = UnsafeMutablePointer<Word>.allocate(capacity: 4)
      iteration.initialize(repeating: .null, count: 4)
      iteration[0] = source
      defer {
        for index in 0..<4 { heap.release(iteration[index]) }
        iteration.deallocate()
      }
      try prepareLoop(iteration)
      while try nextElement(iteration, iteration + 3) {
        try pollIfNeeded()
        guard try body(iteration[3]) else { return }
      }
    default:
      throw notIterable(source)
    }
  }

  /// Checks whether attention was requested: one load and one branch if not.
  ///
  /// - Throws: E0405 if the heap exceeds its limit, E0406 if interrupted.
  @inline(__always)
  package func pollIfNeeded() throws {
    if interruptFlag.pointee.load(ordering: .relaxed) | heap.counters.pointee.attention != 0 { try poll() }
  }
}

extension Heap {
  /// Fills a new record from consecutive words and takes them over. The keys are unique.
  func fill(_ object: ObjectPointer, keys: [ObjectPointer], from first: UnsafeMutablePointer<Word>) throws {
    for (index, key) in keys.enumerated() {
      let word = first[index]
      first[index] = .null
      try addField(key, to: object, word)
    }
  }
}
