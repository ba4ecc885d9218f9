// Functions over lists and what else can be gone through. They give new values and change nothing.

import MocoBase

extension CoreBuiltins {
  static var sequences: [NativeFunction] {
    [
      NativeFunction(
        core: "len(x)",
        doc: """
          The number of elements of a List, Record or Range, of Unicode scalars in a String, of rows of a tensor.

          ```
          len([1, 2, 3])   // 3
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .range, arguments[0].pointer.range.pointee.range.isUncountable {
          throw Failure(
            "E0402", "the length of \(machine.describe(arguments[0])) does not fit an Int", argument: "x")
        }
        if let length = machine.length(arguments[0]) { return .int(length) }
        throw Failure("E0201", "\(machine.describe(arguments[0])) has no length", argument: "x")
      },
      NativeFunction(
        core: "range(start, end = nil, by = 1)",
        doc: """
          The Ints from `start` up to but without `end`, in steps of `by`. With one argument, from 0 up to it.

          ```
          [..range(0, 10, by: 3)]    // [0, 3, 6, 9]
          [..range(3, 0, by: -1)]    // [3, 2, 1]
          ```
          """
      ) { machine, arguments in
        var start = try machine.intArgument(arguments[0], "start", "range")
        var end = start
        if arguments[1].tag == .null {
          start = 0
        } else {
          end = try machine.intArgument(arguments[1], "end", "range")
        }
        let step = try machine.intArgument(arguments[2], "by", "range")
        if step == 0 { throw Failure("E0305", "the step of a range cannot be 0", argument: "by") }
        return machine.heap.range(RangeValue(start: start, end: end, step: step))
      },
      NativeFunction(
        core: "enumerate(xs, start = 0)",
        doc: """
          A List of pairs of place and element.

          ```
          for [i, x] in enumerate(["a", "b"]) { print(i, x) }
          ```
          """
      ) { machine, arguments in
        var index = try machine.intArgument(arguments[1], "start", "enumerate")
        var isBeyond = false
        return try machine.building { list in
          try machine.forEach(arguments[0], "enumerate") { word in
            if isBeyond {
              throw Failure("E0402", "\(index) + 1 does not fit an Int", argument: "start")
            }
            try machine.heap.append(machine.pair(.int(index), machine.retained(word)), to: list)
            (index, isBeyond) = index == Int.max ? (index, true) : (index + 1, false)
            return true
          }
        }
      },
      NativeFunction(
        core: "zip(*lists)",
        doc: """
          A List of the elements that stand at the same place, as long as the shortest.

          ```
          zip([1, 2], ["a", "b"])    // [[1, "a"], [2, "b"]]
          ```
          """
      ) { machine, arguments in
        let sources = arguments[0].pointer.list.pointee
        var columns: [Word] = []
        defer { for column in columns { machine.heap.release(column) } }
        for index in 0..<sources.count { columns.append(try machine.elements(sources.items[index], "zip")) }
        let rows = columns.map { $0.pointer.list.pointee.count }.min() ?? 0
        return try machine.building(capacity: rows) { list in
          for row in 0..<rows {
            let parts = try machine.building(capacity: columns.count) { part in
              for column in columns {
                try machine.heap.append(machine.retained(column.pointer.list.pointee.items[row]), to: part)
              }
            }
            try machine.heap.append(parts, to: list)
          }
        }
      },
      NativeFunction(
        core: "sum(xs, start = 0)",
        doc: """
          The sum of the elements. The sum of Bools is the number of those that are true.

          ```
          sum([1, 2, 3.5])                      // 6.5
          sum([x > 1 for x in [1, 2, 3]])       // 2
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .bool {
          throw Failure(
            "E0303", "sum expects a List of numbers or Bools for 'xs', not \(arguments[0].asBool)",
            help: "count element by element: sum([a == b for [a, b] in zip(xs, ys)])", argument: "xs")
        }
        var total = machine.retained(arguments[1])
        // Bools are counted among themselves: beside numbers one is more likely a slip.
        var hasBools = false
        var hasOthers = false
        do {
          try machine.forEach(arguments[0], "sum") { word in
            let next = Machine.quickAdd(total, word)
            if next.tag != .undefined, !hasBools {
              total = next
              hasOthers = true
              return true
            }
            if word.tag == .bool, !hasOthers, total.isNumber {
              hasBools = true
              total = try machine.binary(.add, total, .int(word.asBool ? 1 : 0))
              return true
            }
            if hasBools { throw machine.wrongOperands(.add, .bool(true), word) }
            hasOthers = true
            // Quantities have no zero of every unit: the first one takes the place of the start.
            if total.tag == .int, total.asInt == 0, word.tag == .quantity {
              total = word
              return true
            }
            let sum = try machine.binary(.add, total, word)
            machine.heap.release(total)
            total = sum
            return true
          }
        } catch {
          machine.heap.release(total)
          throw error
        }
        return total
      },
      NativeFunction(
        core: "min(*values, by = nil)",
        doc: """
          The least of its arguments, or of the elements of one List. `by` gives what to compare.

          ```
          min(3, 1, 2)                        // 1
          min(["aa", "b"], by: s => len(s))   // b
          ```
          """
      ) { machine, arguments in try machine.extreme(arguments, "min", sign: -1) },
      NativeFunction(
        core: "max(*values, by = nil)",
        doc: """
          The greatest of its arguments, or of the elements of one List. `by` gives what to compare.

          ```
          max([1, 5, 2])    // 5
          ```
          """
      ) { machine, arguments in try machine.extreme(arguments, "max", sign: 1) },
      NativeFunction(
        core: "sorted(xs, by = nil, descending = false)",
        doc: """
          A new List in order. Equal elements keep their order; `by` gives what to compare. nan stands last, also where
          `descending`.

          ```
          sorted([3, 1, 2])                          // [1, 2, 3]
          sorted(["bb", "a"], by: s => len(s))       // ["a", "bb"]
          sorted([3, 1, 2], descending: true)        // [3, 2, 1]
          ```
          """
      ) { machine, arguments in
        let descending = try machine.boolArgument(arguments[2], "descending", "sorted")
        return try machine.sorted(arguments[0], by: arguments[1], descending: descending)
      },
      reversed, reversed.formerly("reverse"),
      NativeFunction(
        core: "index_of(xs, value)",
        doc: """
          The first place of a value in a List, or of a text in a String; nil where there is none.

          ```
          index_of(["a", "b"], "b")    // 1
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .string {
          let part = try machine.stringArgument(arguments[1], "value", "index_of")
          let bytes = StringObject.bytes(arguments[0].pointer)
          guard let at = StringSearch.first(of: StringObject.bytes(part), in: bytes, from: 0) else {
            return .null
          }
          return .int(StringObject.countScalars(UnsafeBufferPointer(rebasing: bytes[..<at])))
        }
        var index = 0
        var found: Int?
        try machine.forEach(arguments[0], "index_of") { word in
          if try machine.equal(word, arguments[1]) {
            found = index
            return false
          }
          index += 1
          return true
        }
        return found.map { .int($0) } ?? .null
      },
      NativeFunction(
        core: "count(xs, value)",
        doc: """
          How often a value stands in a List, or a text in a String.

          ```
          count([1, 2, 1], 1)    // 2
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .string {
          let part = StringObject.bytes(try machine.stringArgument(arguments[1], "value", "count"))
          let bytes = StringObject.bytes(arguments[0].pointer)
          if part.isEmpty { return .int(arguments[0].pointer.string.pointee.scalarCount + 1) }
          var number = 0
          var at = 0
          while let next = StringSearch.first(of: part, in: bytes, from: at) {
            number += 1
            at = next + part.count
          }
          return .int(number)
        }
        var number = 0
        try machine.forEach(arguments[0], "count") { word in
          if try machine.equal(word, arguments[1]) { number += 1 }
          return true
        }
        return .int(number)
      },
      NativeFunction(
        core: "unique(xs)",
        doc: """
          A new List without repetitions, in the order of the first appearances.

          ```
          unique([3, 1, 3])    // [3, 1]
          ```
          """
      ) { machine, arguments in
        // Strings are found through a record, numbers by what they are; the rest by comparing.
        var numbers: Set<Double> = []
        var wholes: Set<Int> = []
        var others: [Int] = []
        let seen = machine.heap.record()
        defer { machine.heap.release(seen) }
        return try machine.building { list in
          try machine.forEach(arguments[0], "unique") { word in
            if word.tag == .string {
              if machine.heap.field(word.pointer, of: seen.pointer) != nil { return true }
              try machine.heap.setField(word.pointer, of: seen.pointer, to: .null)
            } else if word.tag == .int || word.tag == .float {
              // A Float that is a whole number equals the Int.
              let whole = word.tag == .int ? word.asInt : Int(exactly: word.asFloat)
              let isNew =
                if let whole { wholes.insert(whole).inserted } else {
                  word.asFloat.isNaN || numbers.insert(word.asFloat).inserted
                }
              if !isNew { return true }
            } else {
              for index in others where try machine.equal(list.list.pointee.items[index], word) {
                return true
              }
              others.append(list.list.pointee.count)
              try machine.pollIfNeeded()
            }
            try machine.heap.append(machine.retained(word), to: list)
            return true
          }
        }
      },
      NativeFunction(
        core: "copy(x)",
        doc: """
          Something of its own that later changes of `x` do not reach: a new List or Record with the same elements
          (which are not copied themselves), a tensor with numbers of its own and without history, a model with
          parameters of its own. Numbers, texts, ranges and functions never change, and are given as they are. Anything
          else is an error.

          ```
          let b = copy(a); append(b, 1)    // a is unchanged
          let before = copy(mix)           // training mix leaves before as it is
          ```
          """
      ) { machine, arguments in
        let value = arguments[0]
        switch value.tag {
        case .list: return try machine.elements(value, "copy")
        case .record:
          let record = machine.heap.record()
          try machine.mergeFields(value.pointer, into: record.pointer)
          return record
        case .null, .bool, .int, .float, .quantity, .string, .range, .closure, .native:
          return machine.retained(value)
        default: break
        }
        if value.tag == .host, let copy = try value.pointer.hostBox.pointee.host.copied() {
          return try copy.owned(in: machine.heap)
        }
        throw Failure(
          "E0303",
          "copy takes numbers, texts, lists, records, tensors and models, not \(machine.describe(value))",
          help: "make another one as this one was made", argument: "x")
      },
    ]
  }

  private static var reversed: NativeFunction {
    NativeFunction(
      core: "reversed(xs)",
      doc: """
        A new List (or String) with the elements from the last to the first.

        ```
        reversed([1, 2, 3])    // [3, 2, 1]
        ```
        """
    ) { machine, arguments in
      if arguments[0].tag == .string {
        let text = StringObject.text(arguments[0].pointer)
        return try machine.heap.string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
      }
      let list = try machine.elements(arguments[0], "reversed")
      let items = list.pointer.list.pointee.items
      var low = 0
      var high = list.pointer.list.pointee.count - 1
      while low < high {
        let word = items[low]
        items[low] = items[high]
        items[high] = word
        low += 1
        high -= 1
      }
      return list
    }
  }
}

extension Machine {
  fileprivate func extreme(
    _ arguments: UnsafeMutablePointer<Word>, _ function: String, sign: Int
  ) throws -> Word {
    let key = arguments[0]
    let values = arguments[1].pointer.list.pointee
    let source = values.count == 1 && !values.items[0].isNumber ? values.items[0] : arguments[1]
    if key.tag != .null { try functionArgument(key, "by", function) }
    var best: Word?
    var bestKey: Word?
    defer { if let bestKey { heap.release(bestKey) } }
    do {
      try forEach(source, function) { word in
        let measure = key.tag == .null ? retained(word) : try call(key, word)
        guard let old = bestKey else {
          best = retained(word)
          bestKey = measure
          return true
        }
        let order: Int?
        do { order = try compare(measure, old) } catch {
          heap.release(measure)
          throw error
        }
        guard let order else {
          // The first nan wins, and nothing wins against it, so that it is not hidden.
          guard measure.isNumber, old.isNumber else {
            defer { heap.release(measure) }
            throw wrongOperands(.less, old, measure)
          }
          if measure.tag == .float, measure.asFloat.isNaN, !old.number.isNaN {
            if let best { heap.release(best) }
            best = retained(word)
            bestKey = measure
          }
          return true
        }
        if order * sign > 0 {
          if let best { heap.release(best) }
          heap.release(old)
          best = retained(word)
          bestKey = measure
        } else {
          heap.release(measure)
        }
        return true
      }
    } catch {
      if let best { heap.release(best) }
      throw error
    }
    guard let best else {
      throw Failure(
        "E0305", "\(function) of nothing", help: "the \(typeName(source)) is empty", argument: "values")
    }
    return best
  }

  /// A stable merge sort on a copy, comparing keys that are computed once.
  func sorted(_ source: Word, by key: Word, descending: Bool) throws -> Word {
    let list = try elements(source, "sorted")
    let count = list.pointer.list.pointee.count
    do {
      if key.tag == .null {
        let items = list.pointer.list.pointee.items
        try sort(items, items, count, descending: descending)
        return list
      }
      try functionArgument(key, "by", "sorted")
      let keys = try heap.list(capacity: count)
      defer { heap.release(keys) }
      for index in 0..<count {
        try heap.append(call(key, list.pointer.list.pointee.items[index]), to: keys.pointer)
      }
      try sort(
        list.pointer.list.pointee.items, keys.pointer.list.pointee.items, count, descending: descending)
      return list
    } catch {
      heap.release(list)
      throw error
    }
  }

  /// The places of the elements in the order of `sorted`.
  func sortedPlaces(_ source: Word, by key: Word, descending: Bool) throws -> Word {
    if key.tag != .null { try functionArgument(key, "by", "argsort") }
    let keys = try elements(source, "argsort")
    defer { heap.release(keys) }
    let count = keys.pointer.list.pointee.count
    if key.tag != .null {
      for index in 0..<count {
        let measure = try call(key, keys.pointer.list.pointee.items[index])
        let element = keys.pointer.list.pointee.items[index]
        keys.pointer.list.pointee.items[index] = measure
        heap.release(element)
      }
    }
    return try building(capacity: count) { places in
      for index in 0..<count { try heap.append(.int(index), to: places) }
      try sort(
        places.list.pointee.items, keys.pointer.list.pointee.items, count, descending: descending)
    }
  }

  /// Sorts items by their keys; both arrays may be the same.
  private func sort(
    _ items: UnsafeMutablePointer<Word>, _ keys: UnsafeMutablePointer<Word>, _ count: Int, descending: Bool
  ) throws {
    guard count > 1 else { return }
    // Plain numbers and strings compare without the general path.
    var isInts = true
    var isNumbers = true
    var isStrings = true
    for index in 0..<count {
      let tag = keys[index].tag
      if tag != .int { isInts = false }
      if tag != .int, tag != .float { isNumbers = false }
      if tag != .string { isStrings = false }
    }
    // The orders of the merge, two of them, and later the copy.
    try heap.reserve(count * MemoryLayout<Word>.stride)
    var order = Array(0..<Int32(truncatingIfNeeded: count))
    if isInts {
      try mergeSort(&order, descending) { keys[Int($0)].asInt < keys[Int($1)].asInt }
    } else if isNumbers {
      // nan has no order: it stands last, whichever way the others are sorted.
      func isNaN(_ place: Int32) -> Bool { keys[Int(place)].tag == .float && keys[Int(place)].asFloat.isNaN }
      let unordered = order.filter(isNaN)
      if !unordered.isEmpty { order.removeAll(where: isNaN) }
      try mergeSort(&order, descending) { (Machine.compareNumbers(keys[Int($0)], keys[Int($1)]) ?? 0) < 0 }
      order += unordered
    } else if isStrings {
      try mergeSort(&order, descending) { StringObject.less(keys[Int($0)].pointer, keys[Int($1)].pointer) }
    } else {
      try mergeSort(&order, descending) { a, b in
        guard let result = try self.compare(keys[Int(a)], keys[Int(b)]) else {
          if keys[Int(a)].isNumber, keys[Int(b)].isNumber { return false }
          throw self.wrongOperands(.less, keys[Int(a)], keys[Int(b)])
        }
        return result < 0
      }
    }
    let copy = try heap.allocateStorage(count * MemoryLayout<Word>.stride)
      .assumingMemoryBound(to: Word.self)
    defer { heap.freeStorage(copy, count * MemoryLayout<Word>.stride) }
    for index in 0..<count { copy[index] = items[Int(order[index])] }
    for index in 0..<count { items[index] = copy[index] }
  }

  @inline(__always)
  private func mergeSort(
    _ order: inout [Int32], _ descending: Bool, _ less: (Int32, Int32) throws -> Bool
  ) throws {
    // Runs of insertion sort, then merging from the bottom up. Descending turns the comparison round, not the
    // result, so that equal elements keep their order.
    let count = order.count
    let run = 16
    try order.withUnsafeMutableBufferPointer { a in
      var start = 0
      while start < count {
        let end = min(start + run, count)
        var i = start + 1
        while i < end {
          let item = a[i]
          var j = i
          while j > start, try descending ? less(a[j - 1], item) : less(item, a[j - 1]) {
            a[j] = a[j - 1]
            j -= 1
          }
          a[j] = item
          i += 1
        }
        start = end
      }
    }
    var width = run
    var source = order
    var target = order
    while width < count {
      try pollIfNeeded()
      try source.withUnsafeBufferPointer { s in
        try target.withUnsafeMutableBufferPointer { t in
          var low = 0
          while low < count {
            let middle = min(low + width, count)
            let high = min(low + 2 * width, count)
            var i = low
            var j = middle
            var k = low
            while i < middle, j < high {
              if try descending ? less(s[i], s[j]) : less(s[j], s[i]) {
                t[k] = s[j]
                j += 1
              } else {
                t[k] = s[i]
                i += 1
              }
              k += 1
            }
            while i < middle {
              t[k] = s[i]
              i += 1
              k += 1
            }
            while j < high {
              t[k] = s[j]
              j += 1
              k += 1
            }
            low = high
          }
        }
      }
      swap(&source, &target)
      width *= 2
    }
    order = source
  }
}
