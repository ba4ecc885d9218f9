// Functions that compute one value from an iterable: a sum, a minimum or maximum, an index, a count.

import MocoBase

extension CoreBuiltins {
  static var searching: [NativeFunction] {
    [
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
            help: "write sum([a == b for [a, b] in zip(xs, ys)]) to count equal elements", argument: "xs")
        }
        var total = machine.retained(arguments[1])
        // Bools are counted only among Bools: a Bool among numbers is more likely a mistake.
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
            // There is no zero for every unit, so the first Quantity replaces the start.
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
          The smallest of its arguments, or of the elements of one List. `by` returns the value to compare.

          ```
          min(3, 1, 2)                        // 1
          min(["aa", "b"], by: s => len(s))   // b
          ```
          """
      ) { machine, arguments in try machine.extreme(arguments, "min", sign: -1) },
      NativeFunction(
        core: "max(*values, by = nil)",
        doc: """
          The largest of its arguments, or of the elements of one List. `by` returns the value to compare.

          ```
          max([1, 5, 2])    // 5
          ```
          """
      ) { machine, arguments in try machine.extreme(arguments, "max", sign: 1) },
      NativeFunction(
        core: "index_of(xs, value)",
        doc: """
          The first index of a value in a List, or of a substring in a String; nil if there is none.

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
          How often a value occurs in a List, or a substring in a String.

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
    ]
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
          // The first nan is the result, so that it is not hidden.
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
        "E0305", "\(function) of an empty \(typeName(source))", help: "check the length first: len(xs) > 0",
        argument: "values")
    }
    return best
  }
}
