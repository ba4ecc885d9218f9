import MocoBase
import MocoLang

/// read_json, write_json, to_json, from_json.
func registerJsonBuiltins(_ interpreter: Interpreter) {
  interpreter.define([
    NativeFunction(
      "read_json(path: String)",
      doc: """
        The value of a JSON file: objects become Records in the order of the file, integers become Ints.

        ```
        let settings = read_json("settings.json")
        ```
        """
    ) { arguments in
      let path = try arguments.string("path")
      return try OpenedFile(path: path).withBytes {
        try JsonValues.read($0, name: path, arguments.interpreter)
      }
    },

    NativeFunction(
      "write_json(path: String, value, indent = 2)",
      doc: """
        Writes nil, Bools, numbers, Strings, Lists and Records as JSON. A Float that is not finite is an error: JSON has
        no such number.

        ```
        write_json("result.json", {accuracy: 0.71, classes: ["bag", "coat"]})
        ```
        """
    ) { arguments in
      let indent = try arguments.int("indent", in: 0...16)
      let json = try JsonValues.json(arguments.value("value"), in: arguments.interpreter)
      let text = try json.serialized(indent: indent) { try arguments.interpreter.checkInterrupt() }
      try AtomicFile.write(text + "\n", to: arguments.string("path"))
      return .nil
    },

    NativeFunction(
      "to_json(value, indent = nil)",
      doc: """
        A value as JSON text, on one line unless `indent` sets the number of spaces.

        ```
        to_json({a: [1, 2]})     // "{\\"a\\": [1, 2]}"
        ```
        """
    ) { arguments in
      var indent: Int?
      if arguments["indent"]?.isNil == false { indent = try arguments.int("indent", in: 0...16) }
      let json = try JsonValues.json(arguments.value("value"), in: arguments.interpreter)
      return .string(try json.serialized(indent: indent) { try arguments.interpreter.checkInterrupt() })
    },

    NativeFunction(
      "from_json(text: String)",
      doc: """
        The value of a JSON text.

        ```
        let rows = [from_json(line) for line in read_text("log.jsonl").trim().split("\\n")]
        ```
        """
    ) { arguments in
      var text = try arguments.string("text")
      return try text.withUTF8 { bytes in
        try JsonValues.read(UnsafeRawBufferPointer(bytes), name: "the text", arguments.interpreter)
      }
    },
  ])
}

/// JSON to values of the language and back.
enum JsonValues {
  /// The value of a JSON text.
  ///
  /// - Throws: E0502 for invalid JSON, E0405 if its values exceed the memory that a program may use.
  static func read(
    _ bytes: UnsafeRawBufferPointer, name: String, _ interpreter: Interpreter
  ) throws -> AnyValue {
    // Every value but the first comes after a comma or an opening bracket.
    var count = 1
    for byte in bytes
    where byte == UInt8(ascii: ",") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
      count += 1
    }
    try interpreter.checkRoom(for: count, each: 120)
    return try value(Json.parse(bytes, name: name))
  }

  private static let depthLimit = 200

  static func value(_ json: Json) -> AnyValue {
    switch json {
    case .null: return .nil
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .double(let number): return .float(number)
    case .string(let text): return .string(text)
    case .array(let elements): return .list(elements.map(value))
    case .object(let object): return .record(object.entries.map { ($0.key, value($0.value)) })
    }
  }

  /// - Throws: E0303 for a value that JSON cannot represent, E0404 for one that is nested too deeply (or holds
  ///   itself), E0405 for one that is larger than the memory a program may use: parts that occur in several
  ///   places are written in each of them.
  static func json(_ value: AnyValue, in interpreter: Interpreter) throws -> Json {
    var room = Room(interpreter: interpreter)
    return try json(value, depth: 0, &room)
  }

  /// The remaining memory, roughly.
  private struct Room {
    let interpreter: Interpreter
    var bytes: Int
    var count = 0

    init(interpreter: Interpreter) {
      self.interpreter = interpreter
      bytes = interpreter.options.memoryLimit
    }

    mutating func take(_ more: Int) throws {
      bytes -= min(more, bytes) + 64
      count &+= 1
      if bytes < 0 { throw Failure("E0405", "the value is too large to be written as JSON") }
      if count & 0xFFF == 0 { try interpreter.checkInterrupt() }
    }
  }

  private static func json(_ value: AnyValue, depth: Int, _ room: inout Room) throws -> Json {
    guard depth < depthLimit else {
      throw Failure(
        "E0404", "the value is nested more than \(depthLimit) levels deep, or is cyclic",
        help: "leave out references to a containing value; JSON is a tree")
    }
    try room.take(0)
    switch value.kind {
    case .nil: return .null
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .float(let number):
      guard number.isFinite else {
        throw Failure(
          "E0303", "JSON cannot represent \(number)", help: "replace it, for example by nil")
      }
      return .double(number)
    case .string(let text):
      try room.take(text.utf8.count)
      return .string(text)
    case .list:
      var elements: [Json] = []
      for element in value.asList ?? [] { elements.append(try json(element, depth: depth + 1, &room)) }
      return .array(elements)
    case .record:
      var object = JsonObject()
      for field in value.asRecord ?? [:] {
        try room.take(field.name.utf8.count)
        object[field.name] = try json(field.value, depth: depth + 1, &room)
      }
      return .object(object)
    case .host(let object):
      if let tensor = object as? TensorValue {
        try room.take(tensor.tensor.count)
        return try json(TensorReading.list(tensor.tensor, in: room.interpreter), depth: depth + 1, &room)
      }
      if let report = object as? ReportValue { return report.report.json }
      if let object = object as? RouteValue {
        let names = ["prediction", "probability", "label", "style", "classes", "experts"]
        return try json(.record(names.map { ($0, try object.member($0) ?? .nil) }), depth: depth + 1, &room)
      }
      if let number = try? object.number() { return try json(number, depth: depth + 1, &room) }
      throw Failure(
        "E0303", "JSON cannot represent a \(object.typeName)", help: "write its fields instead")
    case .module:
      throw Failure(
        "E0303", "JSON cannot represent a Module", help: "write its values, such as {name: module.name}")
    case .quantity, .range, .function:
      throw Failure(
        "E0303", "JSON cannot represent a \(value.typeName)", help: "write its text or its numbers")
    }
  }
}
