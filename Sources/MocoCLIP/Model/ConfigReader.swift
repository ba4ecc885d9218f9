import MocoBase

/// Typed access to the members of a configuration's object, with messages that name them.
///
/// A member that is null counts as missing, as in the programs that write such files.
struct ConfigReader {
  let object: JsonObject
  /// The name of the file or record in messages.
  let source: String
  /// The object's own name, such as `model_cfg.vision_cfg`; empty for the entire file.
  let name: String

  init(_ json: Json, source: String, name: String = "") throws {
    guard let object = json.objectValue else {
      throw Failure(
        "E0605",
        "\(source): \(name.isEmpty ? "the configuration" : name) is \(json.kindName), not a record",
        help: source.hasSuffix(".json")
          ? "write a record with its options, { … }" + (name.isEmpty ? "" : ", or leave it out")
          : name.isEmpty || !name.contains("_")
            ? "write a record with embed_dim, vision and text"
            : "write a record with its options, { … }, or leave it out")
    }
    self.object = object
    self.source = source
    self.name = name
  }

  private init(source: String, name: String) {
    object = JsonObject()
    self.source = source
    self.name = name
  }

  func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

  private func fault(_ key: String, _ kind: String, _ found: Json) -> Failure {
    let isQuoted = found.stringValue.map { Double($0) != nil || $0 == "true" || $0 == "false" } ?? false
    return Failure(
      "E0605", "\(source): \(path(key)) must be \(kind), not \(found.kindName)",
      help: isQuoted ? "write it without quotation marks" : "write \(kind), or leave the member out")
  }

  /// The value of a member that exists and is not null.
  func value(_ key: String) -> Json? {
    guard let value = object[key], !value.isNull else { return nil }
    return value
  }

  func allow(_ keys: [String]) throws {
    for key in object.keys where !keys.contains(key) {
      throw Failure(
        "E0605", "\(source): unknown member \(path(key))",
        help: "use only \(keys.joined(separator: ", "))")
    }
  }

  /// A required object.
  func member(_ key: String) throws -> ConfigReader {
    guard let value = object[key] else { throw missing(key) }
    return try ConfigReader(value, source: source, name: path(key))
  }

  /// An optional object: without members if it is missing.
  func optionalMember(_ key: String) throws -> ConfigReader {
    guard let value = value(key) else { return ConfigReader(source: source, name: path(key)) }
    return try ConfigReader(value, source: source, name: path(key))
  }

  func missing(_ key: String) -> Failure {
    Failure("E0605", "\(source): \(path(key)) is missing", help: "add it: there is no default")
  }

  func required(_ key: String) throws -> Int {
    guard let value = try int(key) else { throw missing(key) }
    return value
  }

  func int(_ key: String) throws -> Int? {
    guard let value = value(key) else { return nil }
    guard let number = value.intValue else { throw fault(key, "an integer", value) }
    return number
  }

  func ints(_ key: String) throws -> [Int]? {
    guard let value = value(key) else { return nil }
    guard let elements = value.arrayValue else { throw fault(key, "a list of integers", value) }
    return try elements.map { element in
      guard let number = element.intValue else { throw fault(key, "a list of integers", element) }
      return number
    }
  }

  func double(_ key: String) throws -> Double? {
    guard let value = value(key) else { return nil }
    guard let number = value.doubleValue else { throw fault(key, "a number", value) }
    return number
  }

  func bool(_ key: String) throws -> Bool? {
    guard let value = value(key) else { return nil }
    guard let truth = value.boolValue else { throw fault(key, "true or false", value) }
    return truth
  }

  func string(_ key: String) throws -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.stringValue else { throw fault(key, "a string", value) }
    return text
  }

  /// One of the words of a type.
  func choice<T: RawRepresentable & CaseIterable>(_ key: String, _ type: T.Type) throws -> T?
  where T.RawValue == String {
    guard let word = try string(key) else { return nil }
    guard let choice = T(rawValue: word) else {
      throw Failure(
        "E0605", "\(source): \(path(key)) cannot be \(word)",
        help: "choose \(T.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  func floats(_ key: String) throws -> [Float]? {
    guard let value = value(key) else { return nil }
    guard let elements = value.arrayValue else { throw fault(key, "a list of numbers", value) }
    return try elements.map { element in
      guard let number = element.doubleValue else { throw fault(key, "a list of numbers", element) }
      return Float(number)
    }
  }

  /// A list of numbers; a single one applies to all channels.
  func channelValues(_ key: String, channels: Int) throws -> [Float]? {
    if let number = value(key)?.doubleValue { return [Float](repeating: Float(number), count: channels) }
    return try floats(key)
  }

  /// The side of a square: an integer, or a list of two equal ones.
  func side(_ key: String) throws -> Int? {
    guard let value = value(key) else { return nil }
    if let number = value.intValue { return number }
    guard let sides = value.arrayValue?.map(\.intValue), let first = sides.first.flatMap({ $0 }),
      sides.count <= 2
    else { throw fault(key, "an integer or a list of two", value) }
    guard sides.allSatisfy({ $0 == first }) else {
      throw Failure(
        "E0605", "\(source): \(path(key)) is \(value.serialized()), which is not a square",
        help: "choose a model whose images and patches are square")
    }
    return first
  }
}
