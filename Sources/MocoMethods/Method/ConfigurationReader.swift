import MocoBase

/// Members of a configuration by type. A member of another type is an error, never a default.
///
/// Every method returns nil for a missing member if the configuration does not have to be complete, and throws
/// E0708 for a missing member otherwise.
package struct ConfigurationReader {
  private let members: JsonObject
  private let place: String
  private let complete: Bool

  /// - Parameter complete: whether every requested member is required.
  /// - Throws: E0708 if it is not an object.
  package init(_ json: Json, complete: Bool) throws { try self.init(json, place: "", complete: complete) }

  private init(_ json: Json, place: String, complete: Bool) throws {
    guard let members = json.objectValue else {
      throw ConfigurationReader.damaged(
        place.isEmpty ? "its configuration is not a record" : "its option \(place) is not a record")
    }
    (self.members, self.place, self.complete) = (members, place, complete)
  }

  /// The members' names, in their order.
  package var names: [String] { members.keys }

  /// Whether the member exists.
  package func has(_ name: String) -> Bool { members[name] != nil }

  /// Whether the member is true or false.
  package func isBool(_ name: String) -> Bool { members[name]?.boolValue != nil }

  /// A string.
  package func text(_ name: String) throws -> String? { try member(name, "a string") { $0.stringValue } }

  /// True or false.
  package func bool(_ name: String) throws -> Bool? { try member(name, "true or false") { $0.boolValue } }

  /// An integer.
  package func int(_ name: String) throws -> Int? { try member(name, "an integer") { $0.intValue } }

  /// A number of bytes or of columns.
  package func size(_ name: String) throws -> Int? {
    try member(name, "a positive integer") { json in json.intValue.flatMap { $0 > 0 ? $0 : nil } }
  }

  /// A finite number.
  package func double(_ name: String) throws -> Double? {
    try member(name, "a finite number") { json in json.doubleValue.flatMap { $0.isFinite ? $0 : nil } }
  }

  /// A finite number of 32 bits.
  package func float(_ name: String) throws -> Float? {
    try member(name, "a finite number") { json in
      json.doubleValue.flatMap { Float($0).isFinite ? Float($0) : nil }
    }
  }

  /// One of the words of a type.
  package func word<Word: RawRepresentable>(_ name: String) throws -> Word? where Word.RawValue == String {
    guard let text = try text(name) else { return nil }
    guard let word = Word(rawValue: text) else {
      throw Failure(
        "E0708",
        "the checkpoint's option \(place)\(name) is \"\(text)\", which this version of moco does not support",
        help: "use a newer version of moco")
    }
    return word
  }

  /// A required list of strings.
  package func texts(_ name: String) throws -> [String] {
    try required(
      {
        try member($0, "a list of strings") { json in
          let texts = json.arrayValue?.compactMap(\.stringValue)
          return texts?.count == json.arrayValue?.count ? texts : nil
        }
      }, name)
  }

  /// A record of options within this one.
  package func object(_ name: String) throws -> ConfigurationReader? {
    guard let json = members[name] else {
      if complete { throw lacks(name) }
      return nil
    }
    return try ConfigurationReader(json, place: "\(place)\(name).", complete: complete)
  }

  /// A member for which null means none.
  package func orNull<Value>(_ read: (String) throws -> Value?, _ name: String) throws -> Value? {
    if let json = members[name], json.isNull { return nil }
    return try read(name)
  }

  /// A member that is always required.
  package func required<Value>(_ read: (String) throws -> Value?, _ name: String) throws -> Value {
    guard let value = try read(name) else { throw lacks(name) }
    return value
  }

  /// The error of a member that is missing: E0708.
  package func lacks(_ name: String) -> Failure {
    ConfigurationReader.damaged("\(place)\(name) is missing in its configuration")
  }

  private func member<Value>(_ name: String, _ type: String, _ read: (Json) -> Value?) throws -> Value? {
    guard let json = members[name] else {
      if complete { throw lacks(name) }
      return nil
    }
    guard let value = read(json) else {
      throw ConfigurationReader.damaged(
        "its option \(place)\(name) is \(json.serialized().prefix(60)), not \(type)")
    }
    return value
  }

  private static func damaged(_ what: String) -> Failure {
    Failure("E0708", "the checkpoint is corrupted: \(what)", help: "use an earlier checkpoint")
  }
}
