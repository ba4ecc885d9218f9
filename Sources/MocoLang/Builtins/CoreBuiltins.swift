import MocoBase

/// The functions of the language that need neither files nor tensors, by subject.
package enum CoreBuiltins {
  /// All of them, each with the side effects of a call. The list is created again at every access.
  package static var all: [NativeFunction] {
    let groups = [
      output, conversions.onlyGiving(), sequences.onlyGiving(callingBack: ["sorted"]),
      searching.onlyGiving(callingBack: ["min", "max"]),
      functional.onlyGiving(callingBack: ["map", "filter", "reduce", "any", "all"]), changes,
      mathematics.onlyGiving(except: ["log"]), strings.onlyGiving(), records.onlyGiving(),
      control.onlyGiving(only: ["equal", "time"]), chance,
      clock.onlyGiving(only: ["now", "date"]),
      gathering.onlyGiving(callingBack: ["group_by", "argsort"]),
    ]
    return groups.flatMap { $0 }
  }
}

// MARK: Arguments of core functions

extension Machine {
  func wrongArgument(_ function: String, _ name: String, _ expected: String, _ found: Word) -> Failure {
    Failure(
      "E0303", "\(function) expects \(expected) for '\(name)', not \(describe(found))",
      help: expected == "a number" && name == "x" ? eachElement(function, found) : nil, argument: name)
  }

  /// How to apply a function of one number to a list of numbers; nil for other values.
  private func eachElement(_ function: String, _ found: Word) -> String? {
    guard found.tag == .list || found.tag == .range else { return nil }
    let each = "[\(function)(x) for x in xs] for every element"
    return overloadedNames.contains(function)
      ? "write \(function)(tensor(xs)) for a tensor, or \(each)" : "write \(each)"
  }

  func intArgument(_ word: Word, _ name: String, _ function: String) throws -> Int {
    guard word.tag == .int else { throw wrongArgument(function, name, "an Int", word) }
    return word.asInt
  }

  func numberArgument(_ word: Word, _ name: String, _ function: String) throws -> Double {
    if word.isNumber { return word.number }
    if word.tag == .host, let value = try word.pointer.hostBox.pointee.host.number(),
      let number = value.asFloat
    {
      return number
    }
    throw wrongArgument(function, name, "a number", word)
  }

  func stringArgument(_ word: Word, _ name: String, _ function: String) throws -> ObjectPointer {
    guard word.tag == .string else { throw wrongArgument(function, name, "a String", word) }
    return word.pointer
  }

  func listArgument(_ word: Word, _ name: String, _ function: String) throws -> ObjectPointer {
    guard word.tag == .list else { throw wrongArgument(function, name, "a List", word) }
    return word.pointer
  }

  func recordArgument(_ word: Word, _ name: String, _ function: String) throws -> ObjectPointer {
    guard word.tag == .record else { throw wrongArgument(function, name, "a Record", word) }
    return word.pointer
  }

  func boolArgument(_ word: Word, _ name: String, _ function: String) throws -> Bool {
    guard word.tag == .bool else { throw wrongArgument(function, name, "true or false", word) }
    return word.asBool
  }

  func functionArgument(_ word: Word, _ name: String, _ function: String) throws {
    guard isCallable(word) else {
      var failure = wrongArgument(function, name, "a Function", word)
      if word.tag == .list || word.tag == .range, name == "f" {
        failure.help = "write \(function)(xs, f): the List comes first"
      }
      throw failure
    }
  }

  /// A new list of the elements of an iterable.
  func elements(_ source: Word, _ function: String) throws -> Word {
    if source.tag == .list {
      let list = source.pointer.list.pointee
      return try heap.list(copying: UnsafeBufferPointer(start: list.items, count: list.count))
    }
    if source.tag == .range {
      let range = source.pointer.range.pointee.range
      let list = try heap.list(capacity: range.count)
      let items = list.pointer.list.pointee.items
      for place in 0..<range.count { items[place] = .int(range.element(place)) }
      list.pointer.list.pointee.count = range.count
      return list
    }
    let list = try heap.list()
    do {
      try forEach(source, function) { word in
        heap.retain(word)
        try heap.append(word, to: list.pointer)
        return true
      }
    } catch {
      heap.release(list)
      throw error
    }
    return list
  }

  /// Runs a body with a new list, which is released if the body fails.
  func building(capacity: Int = 0, _ body: (ObjectPointer) throws -> Void) throws -> Word {
    let list = try heap.list(capacity: capacity)
    do { try body(list.pointer) } catch {
      heap.release(list)
      throw error
    }
    return list
  }

  /// A list of two elements. It takes over both references.
  func pair(_ first: Word, _ second: Word) throws -> Word {
    let list = try heap.list(capacity: 2)
    let items = list.pointer.list.pointee.items
    items[0] = first
    items[1] = second
    list.pointer.list.pointee.count = 2
    return list
  }

  func retained(_ word: Word) -> Word {
    heap.retain(word)
    return word
  }
}
