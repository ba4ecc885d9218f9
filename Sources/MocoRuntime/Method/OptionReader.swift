import MocoBase
import MocoLang

/// Reads a record of options: `{top_k: 2, kind: "linear"}`. An unknown name is an error that
/// suggests the nearest one.
struct OptionReader {
  /// The name of the record in messages: "router".
  let owner: String
  private let fields: Fields
  private let argument: String?

  /// - Throws: E0306 for an unknown name.
  init(_ owner: String, _ fields: Fields, _ block: OptionBlock, argument: String? = nil) throws {
    self.owner = owner
    self.fields = fields
    self.argument = argument
    guard let name = fields.names.first(where: { !block.names.contains($0) }) else { return }
    let (message, help) = block.unknown(name, owner: owner)
    throw Failure("E0306", message, help: help, argument: argument)
  }

  func value(_ name: String) -> AnyValue? {
    guard let value = fields[name], !value.isNil else { return nil }
    return value
  }

  private func wrong(_ name: String, _ expected: String, _ value: AnyValue) -> Failure {
    Failure(
      "E0303", "\(owner) expects \(expected) for '\(name)', not \(Arguments.describe(value))",
      argument: argument)
  }

  func int(_ name: String) throws -> Int? {
    guard let value = value(name) else { return nil }
    guard let number = value.asInt else { throw wrong(name, "an Int", value) }
    return number
  }

  func float(_ name: String) throws -> Double? {
    guard let value = value(name) else { return nil }
    guard let number = value.asFloat else { throw wrong(name, "a number", value) }
    return number
  }

  func bool(_ name: String) throws -> Bool? {
    guard let value = value(name) else { return nil }
    guard let flag = value.asBool else { throw wrong(name, "true or false", value) }
    return flag
  }

  func choice(_ name: String, among words: [String]) throws -> String? {
    guard let value = value(name) else { return nil }
    guard let word = value.asString else { throw wrong(name, "a String", value) }
    guard words.contains(word) else {
      let near = Nearest.name(to: word, among: words).map { "did you mean \"\($0)\"? " } ?? ""
      throw Failure(
        "E0305", "\(owner) does not support the \(name) \"\(word)\"",
        help: "\(near)use one of \(words.map { "\"\($0)\"" }.joined(separator: ", "))",
        argument: argument)
    }
    return word
  }
}

extension Arguments {
  /// The `seed` argument.
  /// - Throws: E0305 for a negative one.
  func seed() throws -> UInt64 { try Seed.checked(int("seed"), functionName, "seed") }

  /// The `seed` argument, or the session's.
  /// - Throws: E0305 for a negative one.
  func seed(_ context: RuntimeContext) throws -> UInt64 {
    isAbsent("seed") ? context.seed : try seed()
  }
}
