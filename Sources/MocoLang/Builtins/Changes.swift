// Functions that change their list or record: append, insert, remove, pop, extend, clear.

import MocoBase

extension CoreBuiltins {
  static var changes: [NativeFunction] {
    [
      NativeFunction(
        core: "append(xs, value)",
        doc: """
          Adds a value to the end of a List.

          ```
          append(xs, 4)      // or xs.append(4)
          ```
          """
      ) { machine, arguments in
        let list = try machine.listArgument(arguments[0], "xs", "append")
        try machine.heap.append(machine.retained(arguments[1]), to: list)
        return .null
      },
      NativeFunction(
        core: "extend(xs, values)",
        doc: """
          Adds all elements of a List, Range or other iterable to the end of a List.

          ```
          extend(xs, [4, 5])
          ```
          """
      ) { machine, arguments in
        let list = try machine.listArgument(arguments[0], "xs", "extend")
        // A copy first: the list may be added to itself.
        let more = try machine.elements(arguments[1], "extend")
        defer { machine.heap.release(more) }
        for index in 0..<more.pointer.list.pointee.count {
          try machine.heap.append(machine.retained(more.pointer.list.pointee.items[index]), to: list)
        }
        return .null
      },
      NativeFunction(
        core: "insert(xs, index, value)",
        doc: """
          Inserts a value before the element at an index. The length as index adds it at the end.

          ```
          insert(xs, 0, "first")
          ```
          """
      ) { machine, arguments in
        let list = try machine.listArgument(arguments[0], "xs", "insert")
        let index = try machine.intArgument(arguments[1], "index", "insert")
        let count = list.list.pointee.count
        let place = index < 0 ? index &+ count : index
        guard place >= 0, place <= count else {
          throw Failure(
            "E0202", "index \(index) is out of range for length \(count)", argument: "index")
        }
        try machine.heap.insert(machine.retained(arguments[2]), at: place, in: list)
        return .null
      },
      NativeFunction(
        core: "remove(xs, value)",
        doc: """
          Removes the first element that is equal to the value from a List, or the field of that name from a Record.

          ```
          remove(["a", "b"], "a")
          remove(options, "lr")
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .record {
          let key = try machine.stringArgument(arguments[1], "value", "remove")
          guard let old = machine.heap.removeField(key, of: arguments[0].pointer) else {
            throw machine.noMember(arguments[0], StringObject.text(key))
          }
          machine.heap.release(old)
          return .null
        }
        let list = try machine.listArgument(arguments[0], "xs", "remove")
        var index = 0
        while index < list.list.pointee.count {
          if try machine.equal(list.list.pointee.items[index], arguments[1]) {
            machine.heap.release(machine.heap.removeElement(at: index, from: list))
            return .null
          }
          index += 1
        }
        throw Failure(
          "E0305", "the List does not contain \(machine.describe(arguments[1]))",
          help: "use pop(xs, index) to remove by index", argument: "value")
      },
      NativeFunction(
        core: "pop(xs, index = -1)",
        doc: """
          Removes an element from a List and returns it: the last one, or the one at an index. From a Record
          it removes the field of that name. `pop(xs, 0)` is as fast as `pop(xs)`, whatever the length of the
          list.

          ```
          pop([1, 2, 3])      // 3
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .record {
          let key = try machine.stringArgument(arguments[1], "index", "pop")
          guard let old = machine.heap.removeField(key, of: arguments[0].pointer) else {
            throw machine.noMember(arguments[0], StringObject.text(key))
          }
          return old
        }
        let list = try machine.listArgument(arguments[0], "xs", "pop")
        let index = try machine.intArgument(arguments[1], "index", "pop")
        let count = list.list.pointee.count
        if count == 0 { throw Failure("E0202", "pop from an empty list", argument: "xs") }
        return machine.heap.removeElement(at: try HostIndex.resolve(index, count: count), from: list)
      },
      NativeFunction(
        core: "clear(xs)",
        doc: """
          Removes everything from a List or Record.

          ```
          clear(xs)
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .record {
          machine.heap.clearContents(arguments[0].pointer)
          return .null
        }
        machine.heap.clearContents(try machine.listArgument(arguments[0], "xs", "clear"))
        return .null
      },
    ]
  }
}
