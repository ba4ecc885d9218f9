// Grouping by key, records from pairs, and cumulative sums and differences.

import MocoBase

extension CoreBuiltins {
  static var gathering: [NativeFunction] {
    [
      NativeFunction(
        core: "group_by(xs, f)",
        doc: """
          Groups elements by key: a List of pairs of key and List, in the order in which the keys appear. `f`
          returns the key of an element: any value, compared with `==`. If the keys are Strings, `from_pairs`
          makes a Record of the pairs.

          ```
          for [label, rows] in group_by([{y: 1, x: 3}, {y: 0, x: 4}, {y: 1, x: 5}], r => r.y) { print(label, len(rows)) }
          from_pairs(group_by(["cat", "cow", "dog"], s => s[0]))     // {c: ["cat", "cow"], d: ["dog"]}
          ```
          """
      ) { machine, arguments in
        try machine.functionArgument(arguments[1], "f", "group_by")
        var places = KeyPlaces(machine)
        defer { places.release() }
        return try machine.building { list in
          try machine.forEach(arguments[0], "group_by") { word in
            // Retained while the function runs, because it may change the iterable.
            let word = machine.retained(word)
            defer { machine.heap.release(word) }
            let key = try machine.call(arguments[1], word)
            defer { machine.heap.release(key) }
            let place = try places.place(of: key, among: list)
            if place == list.list.pointee.count {
              let members = try machine.building { _ in }
              let pair: Word
              do { pair = try machine.pair(machine.retained(key), members) } catch {
                machine.heap.release(key)
                machine.heap.release(members)
                throw error
              }
              try machine.heap.append(pair, to: list)
            }
            let members = list.list.pointee.items[place].pointer.list.pointee.items[1]
            try machine.heap.append(machine.retained(word), to: members.pointer)
            return true
          }
        }
      },
      NativeFunction(
        core: "from_pairs(pairs)",
        doc: """
          A Record from pairs of name and value: the inverse of `items`.

          ```
          from_pairs([["lr", 0.1], ["batch", 32]])                   // {lr: 0.1, batch: 32}
          from_pairs(zip(["cat", "dog"], [0.9, 0.7]))                // {cat: 0.9, dog: 0.7}
          ```
          """
      ) { machine, arguments in
        let record = machine.heap.record()
        do {
          var place = 0
          try machine.forEach(arguments[0], "from_pairs") { word in
            guard word.tag == .list, word.pointer.list.pointee.count == 2 else {
              throw Failure(
                "E0303", "element \(place) of 'pairs' is not a pair, but \(machine.describe(word))",
                help: "pass pairs of name and value: from_pairs([[\"a\", 1], [\"b\", 2]])", argument: "pairs")
            }
            let (key, value) = (
              word.pointer.list.pointee.items[0], word.pointer.list.pointee.items[1]
            )
            guard key.tag == .string else {
              throw Failure(
                "E0303", "the name in pair \(place) is \(machine.describe(key)), not a String",
                help: "convert the names: from_pairs([[str(k), v] for [k, v] in pairs])", argument: "pairs")
            }
            guard machine.heap.field(key.pointer, of: record.pointer) == nil else {
              throw Failure(
                "E0305", "the name \(StringText.quoted(StringObject.text(key.pointer))) appears in two pairs",
                help: "use group_by(pairs, p => p[0]) to collect the values of each name", argument: "pairs")
            }
            try machine.heap.setField(key.pointer, of: record.pointer, to: machine.retained(value))
            place += 1
            return true
          }
        } catch {
          machine.heap.release(record)
          throw error
        }
        return record
      },
      NativeFunction(
        core: "argsort(xs, by = nil, descending = false)",
        doc: """
          The indices of the elements in the order that `sorted` gives them: `[xs[i] for i in argsort(xs)]` is
          `sorted(xs)`. Equal elements keep their order, and nan comes last. For a tensor: `argsort(t, axis:
          -1)`.

          ```
          argsort([30, 10, 20])                             // [1, 2, 0]
          argsort([30, 10, 20], descending: true)           // [0, 2, 1]
          ```
          """
      ) { machine, arguments in
        let descending = try machine.boolArgument(arguments[2], "descending", "argsort")
        return try machine.sortedPlaces(arguments[0], by: arguments[1], descending: descending)
      },
      NativeFunction(
        core: "cumsum(xs)",
        doc: """
          The cumulative sums of the elements, one for each element. Bools count as 0 and 1. For a tensor:
          `cumsum(t, axis: 0)`.

          ```
          cumsum([1, 2, 3.5])     // [1, 3, 6.5]
          ```
          """
      ) { machine, arguments in
        var total: Word?
        defer { if let total { machine.heap.release(total) } }
        return try machine.building(capacity: machine.length(arguments[0]) ?? 0) { list in
          try machine.forEach(arguments[0], "cumsum") { word in
            let part = word.tag == .bool ? Word.int(word.asBool ? 1 : 0) : word
            guard part.isNumber || part.tag == .host || part.tag == .quantity else {
              throw Failure(
                "E0303", "cumsum expects numbers in 'xs', but it contains \(machine.describe(word))",
                argument: "xs")
            }
            if let old = total {
              let next = try machine.binary(.add, old, part)
              machine.heap.release(old)
              total = next
            } else {
              total = machine.retained(part)
            }
            if let total { try machine.heap.append(machine.retained(total), to: list) }
            return true
          }
        }
      },
      NativeFunction(
        core: "diff(xs)",
        doc: """
          The difference of each element to the one before it: one fewer than the elements. For a tensor:
          `diff(t, axis: -1)`.

          ```
          diff([1, 4, 9, 16])     // [3, 5, 7]
          ```
          """
      ) { machine, arguments in
        var before: Word?
        defer { if let before { machine.heap.release(before) } }
        return try machine.building { list in
          try machine.forEach(arguments[0], "diff") { word in
            if let old = before {
              try machine.heap.append(machine.binary(.subtract, word, old), to: list)
              machine.heap.release(old)
              before = nil
            }
            before = machine.retained(word)
            return true
          }
        }
      },
    ]
  }
}

/// The positions of keys in a list of pairs that begin with the key.
private struct KeyPlaces {
  private let machine: Machine
  /// Positions of Strings. Other keys are found the way `unique` finds them.
  private let strings: Word
  private var wholes: [Int: Int] = [:]
  private var numbers: [Double: Int] = [:]
  private var nan: Int?
  private var others: [Int] = []

  init(_ machine: Machine) {
    self.machine = machine
    strings = machine.heap.record()
  }

  func release() { machine.heap.release(strings) }

  /// The index of the key, or the end of the list, which then becomes the key's index. All nan count as one
  /// key.
  mutating func place(of key: Word, among list: ObjectPointer) throws -> Int {
    let end = list.list.pointee.count
    switch key.tag {
    case .string:
      if let found = machine.heap.field(key.pointer, of: strings.pointer) { return found.asInt }
      try machine.heap.setField(key.pointer, of: strings.pointer, to: .int(end))
    case .int, .float:
      if key.tag == .float, key.asFloat.isNaN {
        if let nan { return nan }
        nan = end
      } else if let whole = key.tag == .int ? key.asInt : Int(exactly: key.asFloat) {
        if let found = wholes[whole] { return found }
        wholes[whole] = end
      } else {
        if let found = numbers[key.asFloat] { return found }
        numbers[key.asFloat] = end
      }
    default:
      for place in others {
        if try machine.equal(list.list.pointee.items[place].pointer.list.pointee.items[0], key) {
          return place
        }
      }
      others.append(end)
      try machine.pollIfNeeded()
    }
    return end
  }
}
