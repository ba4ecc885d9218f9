// Records.

extension CoreBuiltins {
  static var records: [NativeFunction] {
    [
      NativeFunction(
        core: "keys(r)",
        doc: """
          A List of the names of a Record's fields, in their order.

          ```
          keys({a: 1, b: 2})     // ["a", "b"]
          ```
          """
      ) { machine, arguments in
        try machine.fields(arguments[0], "keys") { key, _ in machine.retained(.object(.string, key)) }
      },
      NativeFunction(
        core: "values(r)",
        doc: """
          A List of the values of a Record's fields, in their order.

          ```
          values({a: 1, b: 2})     // [1, 2]
          ```
          """
      ) { machine, arguments in
        try machine.fields(arguments[0], "values") { _, value in machine.retained(value) }
      },
      NativeFunction(
        core: "items(r)",
        doc: """
          A List of pairs of name and value of a Record's fields.

          ```
          for [name, value] in items({a: 1}) { print(name, value) }
          ```
          """
      ) { machine, arguments in
        try machine.fields(arguments[0], "items") { key, value in
          try machine.pair(machine.retained(.object(.string, key)), machine.retained(value))
        }
      },
      NativeFunction(
        core: "has(r, key)",
        doc: """
          Whether a Record has a field, or an object a member, of that name.

          ```
          has({a: 1}, "a")     // true
          ```
          """
      ) { machine, arguments in
        switch arguments[0].tag {
        case .record:
          let key = try machine.stringArgument(arguments[1], "key", "has")
          return .bool(machine.heap.field(key, of: arguments[0].pointer) != nil)
        case .module:
          let key = try machine.stringArgument(arguments[1], "key", "has")
          return .bool(machine.moduleMember(arguments[0], StringObject.text(key)) != nil)
        case .host where arguments[1].tag == .string:
          let host = arguments[0].pointer.hostBox.pointee.host
          let name = StringObject.text(arguments[1].pointer)
          if try host.member(name) != nil || host.method(name) != nil { return .bool(true) }
          return .bool(try host.contains(AnyValue(arguments[1], in: machine.heap)) ?? false)
        default: return .bool(try machine.contains(arguments[0], arguments[1]))
        }
      },
      NativeFunction(
        core: "get(r, key, default = nil)",
        doc: """
          The field of a Record or the element of a List, or the default if there is none.

          ```
          get({a: 1}, "b", 0)     // 0
          ```
          """
      ) { machine, arguments in
        if arguments[0].tag == .list {
          let index = try machine.intArgument(arguments[1], "key", "get")
          let count = arguments[0].pointer.list.pointee.count
          let place = index < 0 ? index &+ count : index
          guard place >= 0, place < count else { return machine.retained(arguments[2]) }
          return machine.retained(arguments[0].pointer.list.pointee.items[place])
        }
        let record = try machine.recordArgument(arguments[0], "r", "get")
        let key = try machine.stringArgument(arguments[1], "key", "get")
        return machine.retained(machine.heap.field(key, of: record) ?? arguments[2])
      },
    ]
  }
}

extension Machine {
  fileprivate func fields(
    _ record: Word, _ function: String, _ body: (ObjectPointer, Word) throws -> Word
  ) throws -> Word {
    let object = try recordArgument(record, "r", function)
    return try building(capacity: object.record.pointee.count) { list in
      for index in 0..<object.record.pointee.used {
        let entry = object.record.pointee.entries[index]
        guard let key = entry.key else { continue }
        try heap.append(body(key, entry.value), to: list)
      }
    }
  }
}
