// Functions that make lists from iterables. They return new values and change nothing.

import MocoBase

extension CoreBuiltins {
  static var sequences: [NativeFunction] {
    [
      NativeFunction(
        core: "len(x)",
        doc: """
          The number of elements of a List, Record or Range, of Unicode scalars in a String, or of rows of a
          tensor.

          ```
          len([1, 2, 3])   // 3
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .range, arguments[0].pointer.range.pointee.range.isUncountable {
          throw Failure(
            "E0402", "the length of \(machine.describe(arguments[0])) is out of range for Int", argument: "x")
        }
        if let length = machine.length(arguments[0]) { return .int(length) }
        throw Failure("E0201", "\(machine.describe(arguments[0])) has no length", argument: "x")
      },
      NativeFunction(
        core: "range(start, end = nil, by = 1)",
        doc: """
          The Ints from `start` up to, but not including, `end`, in steps of `by`. With one argument, the
          range starts at 0.

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
          A List of pairs of index and element.

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
              throw Failure("E0402", "\(index) + 1 is out of range for Int", argument: "start")
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
          A List of the elements at the same index of each list, as long as the shortest list.

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
        core: "sorted(xs, by = nil, descending = false)",
        doc: """
          A new sorted List. Equal elements keep their order. `by` returns the value to compare. nan comes
          last, also with `descending: true`.

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
        core: "unique(xs)",
        doc: """
          A new List without duplicates, in the order of first appearance.

          ```
          unique([3, 1, 3])    // [3, 1]
          ```
          """
      ) { machine, arguments in
        // Strings are found through a record, numbers by their value, other values by comparison.
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
              // A Float without a fraction equals the Int.
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
          An independent copy, which later changes to `x` do not affect: a new List or Record with the same
          elements (the elements are not copied), a tensor with its own numbers and without gradient history,
          or a model with its own parameters. Numbers, Strings, Ranges and Functions never change and are
          returned as they are. Anything else is an error.

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
          "copy accepts numbers, Strings, Lists, Records, tensors and models, not \(machine.describe(value))",
          help: "create another one the way this one was created", argument: "x")
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
