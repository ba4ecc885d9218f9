// Functions that take functions: map, filter, reduce, any, all.

import MocoBase

extension CoreBuiltins {
  static var functional: [NativeFunction] {
    [
      NativeFunction(
        core: "map(xs, f)",
        doc: """
          A new List with the result of the function for each element.

          ```
          map([1, 2], x => x * 2)    // [2, 4]
          ```
          """
      ) { machine, arguments in
        try machine.functionArgument(arguments[1], "f", "map")
        return try machine.building(capacity: machine.length(arguments[0]) ?? 0) { list in
          try machine.forEach(arguments[0], "map") { word in
            try machine.heap.append(machine.call(arguments[1], word), to: list)
            return true
          }
        }
      },
      NativeFunction(
        core: "filter(xs, f)",
        doc: """
          A new List of the elements for which the function returns true.

          ```
          filter([1, 2, 3], x => x > 1)    // [2, 3]
          ```
          """
      ) { machine, arguments in
        try machine.functionArgument(arguments[1], "f", "filter")
        return try machine.building { list in
          try machine.forEach(arguments[0], "filter") { word in
            if try machine.holds(arguments[1], word, "filter") {
              try machine.heap.append(machine.retained(word), to: list)
            }
            return true
          }
        }
      },
      NativeFunction(
        core: "reduce(xs, f, start = …)",
        doc: """
          Combines the elements from the left: `f(f(f(start, x0), x1), x2)`. Without `start` it begins with
          the first element.

          ```
          reduce([1, 2, 3], (a, b) => a + b)       // 6
          reduce([1, 2], (a, b) => a + b, 10)      // 13
          ```
          """
      ) { machine, arguments in
        try machine.functionArgument(arguments[1], "f", "reduce")
        var total = machine.retained(arguments[2])
        do {
          try machine.forEach(arguments[0], "reduce") { word in
            if total.tag == .undefined {
              total = machine.retained(word)
            } else {
              let next = try machine.call(arguments[1], total, word)
              machine.heap.release(total)
              total = next
            }
            return true
          }
        } catch {
          machine.heap.release(total)
          throw error
        }
        if total.tag == .undefined {
          throw Failure(
            "E0305", "reduce: 'xs' is empty and there is no 'start'", help: "pass a start: reduce(xs, f, 0)",
            argument: "xs")
        }
        return total
      },
      NativeFunction(
        core: "any(xs, f = nil)",
        doc: """
          Whether any element is true, or the function returns true for any element.

          ```
          any([1, 5], x => x > 3)    // true
          ```
          """
      ) { machine, arguments in
        var result = false
        try machine.forEach(arguments[0], "any") { word in
          result = try machine.holds(arguments[1], word, "any")
          return !result
        }
        return .bool(result)
      },
      NativeFunction(
        core: "all(xs, f = nil)",
        doc: """
          Whether every element is true, or the function returns true for every element.

          ```
          all([1, 5], x => x > 3)    // false
          ```
          """
      ) { machine, arguments in
        var result = true
        try machine.forEach(arguments[0], "all") { word in
          result = try machine.holds(arguments[1], word, "all")
          return result
        }
        return .bool(result)
      },
    ]
  }
}

extension Machine {
  /// The Bool that a function returns for an element, or the element itself if there is no function.
  fileprivate func holds(_ function: Word, _ word: Word, _ name: String) throws -> Bool {
    if function.tag == .null {
      guard word.tag == .bool else { throw notBool(word, "condition") }
      return word.asBool
    }
    try functionArgument(function, "f", name)
    let result = try call(function, word)
    defer { heap.release(result) }
    guard result.tag == .bool else {
      throw Failure(
        "E0201", "the function passed to \(name) must return a Bool, not \(describe(result))", argument: "f")
    }
    return result.asBool
  }
}
