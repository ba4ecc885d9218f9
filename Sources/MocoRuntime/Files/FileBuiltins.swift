import Glibc
import MocoCLIP
import MocoLang

/// read_text, write_text, read_json, write_json, env.
func registerFileBuiltins(_ interpreter: Interpreter, _ context: RuntimeContext) {
  interpreter.define([
    NativeFunction(
      "read_text(path: String)",
      doc: """
        The contents of a UTF-8 file. Paths are relative to the folder in which moco was started.

        ```
        let lines = read_text("notes.txt").split("\\n")
        ```
        """
    ) { arguments in .string(try FileSystem.readText(arguments.string("path"))) },

    NativeFunction(
      "write_text(path: String, text)",
      doc: """
        Writes a text to a file, replacing it as a whole: a reader sees the old file or the new one.

        ```
        write_text("notes.txt", "first line\\n")
        ```
        """
    ) { arguments in
      let text = try arguments.string("text")
      try AtomicFile.write(text, to: arguments.string("path"))
      return .nil
    },

    NativeFunction(
      "read_json(path: String)",
      doc: """
        The value in a JSON file: objects become records in the order of the file, whole numbers Ints.

        ```
        let settings = read_json("settings.json")
        ```
        """
    ) { arguments in
      let path = try arguments.string("path")
      let file = try MappedFile(path: path)
      let json = try file.withBytes { bytes in
        // Every value but the first stands behind a comma or an opening bracket.
        var values = 1
        for byte in bytes
        where byte == UInt8(ascii: ",") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
          values += 1
        }
        try arguments.interpreter.checkRoom(for: values, each: 120)
        return try Json.parse(bytes, name: path)
      }
      return JsonValues.value(json)
    },

    NativeFunction(
      "write_json(path: String, value, indent = 2)",
      doc: """
        Writes nil, Bools, numbers, Strings, lists and records as JSON. A Float that is not finite is an error: JSON has
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
      "env(name: String, default = nil)",
      doc: """
        An environment variable, or the default where it is not set.

        ```
        env("HOME")
        ```
        """
    ) { arguments in
      guard let found = getenv(try arguments.string("name")) else { return arguments["default"] ?? .nil }
      return .string(String(cString: found))
    },
  ])
}

/// JSON to values of the language and back.
enum JsonValues {
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

  /// - Throws: E0303 for a value that JSON has no form for, E0404 for one that is nested too deeply (or holds
  ///   itself), E0405 for one that is larger than the memory a program may use: parts that stand in several
  ///   places are written in each of them.
  static func json(_ value: AnyValue, in interpreter: Interpreter) throws -> Json {
    var room = Room(interpreter: interpreter)
    return try json(value, depth: 0, &room)
  }

  /// What is left of the memory, roughly.
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
      if bytes < 0 { throw LanguageFailure("E0405", "the value is too large to be written as JSON") }
      if count & 0xFFF == 0 { try interpreter.checkInterrupt() }
    }
  }

  private static func json(_ value: AnyValue, depth: Int, _ room: inout Room) throws -> Json {
    guard depth < depthLimit else {
      throw LanguageFailure(
        "E0404", "the value is nested more than \(depthLimit) levels deep, or holds itself",
        help: "JSON is a tree: leave out what points back")
    }
    try room.take(0)
    switch value.kind {
    case .nil: return .null
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .float(let number):
      guard number.isFinite else {
        throw LanguageFailure(
          "E0303", "JSON has no number for \(number)", help: "replace it, for instance by nil")
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
      throw LanguageFailure(
        "E0303", "a \(object.typeName) has no form in JSON", help: "write its fields instead")
    case .quantity, .range, .function:
      throw LanguageFailure(
        "E0303", "a \(value.typeName) has no form in JSON", help: "write its text or its numbers")
    }
  }
}
