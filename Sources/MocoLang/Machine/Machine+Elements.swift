// Elements: indices, slices, and lists of indices.

import MocoBase

extension Machine {
  /// `object[index]`; the result carries a reference.
  @inline(never)
  package func element(_ object: Word, _ index: Word) throws -> Word {
    switch (object.tag, index.tag) {
    case (.list, .int):
      let list = object.pointer.list.pointee
      let place = try HostIndex.resolve(index.asInt, count: list.count)
      heap.retain(list.items[place])
      return list.items[place]
    case (.string, .int):
      let place = try HostIndex.resolve(index.asInt, count: object.pointer.string.pointee.scalarCount)
      return try heap.substring(object.pointer, start: place, count: 1)
    case (.record, .string):
      let place = heap.place(of: index.pointer, in: object.pointer)
      guard place >= 0 else { throw noMember(object, StringObject.text(index.pointer)) }
      let word = object.pointer.record.pointee.entries[place].value
      heap.retain(word)
      return word
    case (.range, .int):
      let range = object.pointer.range.pointee.range
      if range.isUncountable, index.tag == .int, index.asInt < 0 {
        throw Failure("E0402", "the length of \(range.description) is out of range for Int")
      }
      return .int(range.element(try HostIndex.resolve(index.asInt, count: range.count)))
    case (.list, .range), (.string, .range), (.range, .range):
      return try slice(object, index.pointer.range.pointee.range)
    case (.list, .list), (.string, .list):
      return try pick(object, index)
    case (.host, _):
      let host = object.pointer.hostBox.pointee.host
      guard let value = try host.index([hostIndex(index)]) else { throw cannotIndex(object, index) }
      return try value.owned(in: heap)
    default:
      throw cannotIndex(object, index)
    }
  }

  private func cannotIndex(_ object: Word, _ index: Word) -> Failure {
    switch object.tag {
    case .list, .string, .range:
      var help: String?
      if index.tag == .float, let whole = Int(exactly: index.asFloat) {
        help = "write \(whole) without the decimal point"
      }
      if index.tag == .float, help == nil { help = "use div(a, b) for integer division" }
      return Failure(
        "E0201", "\(describeType(object)) is indexed by an Int or a Range, not by \(describe(index))",
        help: help,
        operandLabels: ("", typeName(index)))
    case .record:
      return Failure(
        "E0201", "a Record is indexed by a String, not by \(describe(index))",
        help: "its keys are Strings: r[\"a\"], r.a",
        operandLabels: ("", typeName(index)))
    case .host:
      return Failure(
        "E0201", "\(describeType(object)) cannot be indexed by \(describe(index))",
        operandLabels: ("", typeName(index)))
    default:
      return Failure(
        "E0201", "\(describe(object)) cannot be indexed",
        help: object.tag == .null ? "use ?? to supply a default: the value is nil" : nil,
        operandLabels: (typeName(object), ""))
    }
  }

  /// The ends of the range in an index: negative ones count from the end.
  private func slice(_ object: Word, _ range: RangeValue) throws -> Word {
    let total: Int
    switch object.tag {
    case .list: total = object.pointer.list.pointee.count
    case .string: total = object.pointer.string.pointee.scalarCount
    default: total = object.pointer.range.pointee.range.count
    }
    let part = try HostRange(start: range.start, end: range.end, isClosed: range.isClosed, step: range.step)
      .resolve(count: total)
    switch object.tag {
    case .list:
      let items = object.pointer.list.pointee.items
      if part.step == 1 {
        return try heap.list(copying: UnsafeBufferPointer(start: items + part.start, count: part.count))
      }
      let result = try heap.list(capacity: part.count)
      for index in 0..<part.count {
        let word = items[part.start + index * part.step]
        heap.retain(word)
        try heap.append(word, to: result.pointer)
      }
      return result
    case .string:
      if part.step == 1 { return try heap.substring(object.pointer, start: part.start, count: part.count) }
      return try scalars(of: object.pointer, (0..<part.count).lazy.map { part.start + $0 * part.step })
    default:
      let source = object.pointer.range.pointee.range
      let (step, overflow) = source.step.multipliedReportingOverflow(by: part.step)
      if overflow { throw Failure("E0402", "the step of this range is out of range for Int") }
      guard part.count > 0 else { return heap.range(RangeValue(start: source.start, end: source.start)) }
      let start = source.element(part.start)
      let last = start &+ (part.count - 1) &* step
      return heap.range(RangeValue(start: start, end: last, isClosed: true, step: step))
    }
  }

  /// `xs[[2, 0]]`, `xs[mask]`: elements by a list of indices, or by a list of Bools of the same length.
  private func pick(_ object: Word, _ index: Word) throws -> Word {
    let total =
      object.tag == .list ? object.pointer.list.pointee.count : object.pointer.string.pointee.scalarCount
    let choice = index.pointer.list.pointee
    var places: [Int] = []
    if choice.count > 0, choice.items[0].tag == .bool {
      guard choice.count == total else {
        throw Failure("E0202", "the mask has \(choice.count) elements, but the length is \(total)")
      }
      for at in 0..<choice.count {
        guard choice.items[at].tag == .bool else { throw cannotIndex(object, choice.items[at]) }
        if choice.items[at].asBool { places.append(at) }
      }
    } else {
      for at in 0..<choice.count {
        guard choice.items[at].tag == .int else { throw cannotIndex(object, choice.items[at]) }
        places.append(try HostIndex.resolve(choice.items[at].asInt, count: total))
      }
    }
    if object.tag == .list {
      let result = try heap.list(capacity: places.count)
      for place in places {
        let word = object.pointer.list.pointee.items[place]
        heap.retain(word)
        try heap.append(word, to: result.pointer)
      }
      return result
    }
    return try scalars(of: object.pointer, places)
  }

  /// A String of the scalars at the given indices. Each is found once, without counting from the beginning.
  private func scalars(of object: ObjectPointer, _ places: some Sequence<Int>) throws -> Word {
    let all = StringObject.bytes(object)
    var bytes: [UInt8] = []
    if StringObject.isASCII(object) {
      for place in places { bytes.append(all[place]) }
      return try heap.string(bytes)
    }
    for place in places {
      let start = heap.offset(ofScalar: place, object)
      bytes += all[start..<(start + StringObject.width(all[start]))]
    }
    return try heap.string(bytes)
  }

  func hostIndex(_ word: Word) -> HostIndex {
    switch word.tag {
    case .undefined: return .all
    case .int: return .int(word.asInt)
    case .string: return .name(StringObject.text(word.pointer))
    case .range:
      let range = word.pointer.range.pointee.range
      return .range(HostRange(start: range.start, end: range.end, isClosed: range.isClosed, step: range.step))
    default: return .value(AnyValue(word, in: heap))
    }
  }

  /// `object[a, b, …]`: a host object receives all indices at once; lists are indexed one after the other.
  func items(_ object: Word, _ first: UnsafeMutablePointer<Word>, _ count: Int) throws -> Word {
    if object.tag == .host {
      let host = object.pointer.hostBox.pointee.host
      guard let value = try host.index((0..<count).map { hostIndex(first[$0]) }) else {
        throw Failure("E0201", "\(describeType(object)) cannot be indexed this way")
      }
      return try value.owned(in: heap)
    }
    guard count == 1, first.pointee.tag == .undefined, object.tag == .list || object.tag == .string else {
      throw Failure(
        "E0201", "\(describeType(object)) takes one index", help: "for nested lists, write x[i][j]")
    }
    if object.tag == .string {
      heap.retain(object)
      return object
    }
    let list = object.pointer.list.pointee
    return try heap.list(copying: UnsafeBufferPointer(start: list.items, count: list.count))
  }

  /// `object[index] = value`; the value stays owned by the caller.
  @inline(never)
  package func setElement(_ object: Word, _ index: Word, _ value: Word) throws {
    switch (object.tag, index.tag) {
    case (.list, .int):
      let count = object.pointer.list.pointee.count
      let place: Int
      do {
        place = try HostIndex.resolve(index.asInt, count: count)
      } catch let failure as Failure where index.asInt == count {
        throw Failure(
          failure.code, failure.message, help: "write .append(x) to add an element at the end of a List")
      }
      heap.retain(value)
      store(object.pointer.list.pointee.items + place, value)
    case (.list, .range):
      try setSlice(object, index.pointer.range.pointee.range, value)
    case (.record, .string):
      heap.retain(value)
      try heap.setField(index.pointer, of: object.pointer, to: value)
    case (.host, _):
      guard
        try object.pointer.hostBox.pointee.host.setIndex([hostIndex(index)], to: AnyValue(value, in: heap))
      else {
        throw Failure("E0302", "the elements of \(describeType(object)) cannot be assigned this way")
      }
    case (.string, _):
      throw Failure(
        "E0302", "a String is immutable", help: "create a new one, for example with replace")
    case (.range, _):
      throw Failure("E0302", "a Range is immutable", help: "convert it to a List: [..range]")
    default:
      throw cannotIndex(object, index)
    }
  }

  /// `xs[a..<b] = ys`: the number of elements must match the slice.
  private func setSlice(_ object: Word, _ range: RangeValue, _ value: Word) throws {
    let part = try HostRange(start: range.start, end: range.end, isClosed: range.isClosed, step: range.step)
      .resolve(count: object.pointer.list.pointee.count)
    guard value.tag == .list else {
      throw Failure(
        "E0201", "a slice can only be set to a List, not \(describe(value))")
    }
    let source = value.pointer.list.pointee
    guard source.count == part.count else {
      throw Failure(
        "E0202", "the slice has \(part.count) elements, but \(source.count) values are given",
        help: "use insert, append or remove to change the length of a List")
    }
    for index in 0..<part.count {
      let word = source.items[index]
      heap.retain(word)
      store(object.pointer.list.pointee.items + part.start + index * part.step, word)
    }
  }

  func setItems(_ object: Word, _ first: UnsafeMutablePointer<Word>, _ count: Int, _ value: Word) throws {
    guard object.tag == .host else {
      if count == 1 { return try setElement(object, first.pointee, value) }
      throw Failure(
        "E0201", "\(describeType(object)) takes one index", help: "for nested lists, write x[i][j]")
    }
    let host = object.pointer.hostBox.pointee.host
    guard try host.setIndex((0..<count).map { hostIndex(first[$0]) }, to: AnyValue(value, in: heap)) else {
      throw Failure("E0302", "the elements of \(describeType(object)) cannot be assigned this way")
    }
  }

  func releaseTemporaries(_ i: Instruction, _ base: UnsafeMutablePointer<Word>) {
    if i.k & 1 != 0 { store(base + Int(i.a), .null) }
    if i.k & 2 != 0 { store(base + Int(i.b), .null) }
    if i.k & 4 != 0 { store(base + Int(i.c), .null) }
  }
}
