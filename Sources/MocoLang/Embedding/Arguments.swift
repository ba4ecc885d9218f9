// The arguments of a call to a native function, by the names of its signature. Defaults are filled in. Every
// accessor throws an E0303 that names the function and the argument and marks it in the source.

import MocoBase

/// The arguments of one call, by name, with defaults filled in; valid during the call.
public struct Arguments {
  /// The interpreter that runs the program, for callbacks and to check for interrupts.
  public let interpreter: Interpreter
  /// The function's name, with which messages begin.
  public let functionName: String
  /// The values in the order of the signature's parameters; nil if an argument was left out and its default
  /// is not a literal.
  package var values: [AnyValue?]
  /// The function's parameters.
  package let signature: Signature
  /// The arguments of `*rest`.
  public let rest: [AnyValue]
  /// The arguments of `**options`.
  public let options: Fields
  /// The parameters that the call passed (not defaults), by index in the signature.
  package let given: [Bool]

  /// The arguments of a call. `values` and `given` have one element for each parameter of the signature.
  package init(
    interpreter: Interpreter, signature: Signature, values: [AnyValue?], given: [Bool], rest: [AnyValue],
    options: Fields
  ) {
    self.interpreter = interpreter
    functionName = signature.functionName
    self.signature = signature
    self.values = values
    self.given = given
    self.rest = rest
    self.options = options
  }

  private func place(_ name: String) -> Int? { signature.parameters.firstIndex { $0.name == name } }

  /// The argument or its default; nil if it was left out and has no literal default. A name that is not in
  /// the signature is looked up in the open options.
  public subscript(name: String) -> AnyValue? {
    guard let place = place(name) else { return options[name] }
    return values[place]
  }

  /// Whether the call passed this argument.
  public func isGiven(_ name: String) -> Bool {
    guard let place = place(name) else { return options[name] != nil }
    return given[place]
  }

  /// The argument as a value of any type.
  public func value(_ name: String) throws -> AnyValue {
    guard let value = self[name] else {
      throw failure("E0304", "\(functionName) needs the argument '\(name)'", at: name)
    }
    return value
  }

  /// An error that marks the argument, or the entire call without one.
  public func failure(
    _ code: String, _ message: String, at name: String? = nil, help: String? = nil
  )
    -> Failure
  {
    Failure(code, message, help: help, argument: name)
  }

  /// The E0303 for an argument of the wrong type.
  public func wrongType(_ name: String, expected: String, help: String? = nil) -> Failure {
    let found = self[name].map { Arguments.describe($0) } ?? "nothing"
    return failure(
      "E0303", "\(functionName) expects \(expected) for '\(name)', not \(found)", at: name, help: help)
  }

  /// A value as messages describe it: `the Int 3`, `a List`, `an Image`. Short Strings are quoted.
  package static func describe(_ value: AnyValue) -> String {
    switch value.kind {
    case .nil: return "nil"
    case .int(let number): return "the Int \(number)"
    case .float(let number): return "the Float \(NumberText.float(number))"
    case .bool(let flag): return "\(flag)"
    case .quantity(let quantity): return "the Quantity \(quantity.description)"
    case .string(let text):
      return text.utf8.count <= 32 ? "the String \(StringText.quoted(text))" : "a String"
    default:
      let name = value.typeName
      let vowel = name.first.map { "AEIOU".contains($0) } ?? false
      return (vowel ? "an " : "a ") + name
    }
  }

  /// Whether the argument was left out, or is `nil`.
  public func isAbsent(_ name: String) -> Bool { self[name]?.isNil ?? true }
}

// MARK: Plain values

extension Arguments {
  /// A Bool.
  ///
  /// - Throws: E0303 for anything else, also for an argument that was left out.
  public func bool(_ name: String) throws -> Bool {
    guard let value = self[name]?.asBool else { throw wrongType(name, expected: "true or false") }
    return value
  }

  /// An Int. A Float is rejected; if it has no fraction, the help shows the Int to write.
  ///
  /// - Throws: E0303 for anything else, also for an argument that was left out.
  public func int(_ name: String) throws -> Int {
    guard let value = self[name]?.asInt else {
      var help: String?
      if let number = self[name]?.asFloat, number == number.rounded(), abs(number) < 1e15 {
        help = "\(Int(number))"
      }
      throw wrongType(name, expected: "an Int", help: help)
    }
    return value
  }

  /// An Int within bounds: `try arguments.int("k", in: 1...)`.
  public func int<Bounds: RangeExpression>(_ name: String, in bounds: Bounds) throws -> Int
  where Bounds.Bound == Int {
    let value = try int(name)
    guard bounds.contains(value) else {
      throw failure(
        "E0305", "\(functionName) does not accept \(value) for '\(name)'", at: name,
        help: "use an Int \(Arguments.describeBounds(bounds))")
    }
    return value
  }

  private static func describeBounds<Bounds: RangeExpression>(_ bounds: Bounds) -> String
  where Bounds.Bound == Int {
    switch bounds {
    case let range as ClosedRange<Int>: return "from \(range.lowerBound) to \(range.upperBound)"
    case let range as Range<Int>: return "from \(range.lowerBound) to \(range.upperBound - 1)"
    case let range as PartialRangeFrom<Int>: return "of at least \(range.lowerBound)"
    case let range as PartialRangeThrough<Int>: return "of at most \(range.upperBound)"
    default: return "within its bounds"
    }
  }

  /// A Float; an Int is converted to one.
  public func float(_ name: String) throws -> Double {
    guard let value = self[name]?.asFloat else { throw wrongType(name, expected: "a number") }
    return value
  }

  /// A String.
  ///
  /// - Throws: E0303 for anything else, also for an argument that was left out.
  public func string(_ name: String) throws -> String {
    guard let value = self[name]?.asString else { throw wrongType(name, expected: "a String") }
    return value
  }

  /// One of several words; anything else is an E0305 that suggests the nearest one.
  public func choice(_ name: String, among words: [String]) throws -> String {
    let word = try string(name)
    guard words.contains(word) else {
      let list = words.map { StringText.quoted($0) }.joined(separator: ", ")
      let near = Nearest.name(to: word, among: words).map { "did you mean \(StringText.quoted($0))? " } ?? ""
      throw failure(
        "E0305", "\(functionName) does not support the \(name) \(StringText.quoted(word))", at: name,
        help: "\(near)use one of \(list)")
    }
    return word
  }

  /// An amount with a unit; its unit is one of the dialect's.
  ///
  /// - Throws: E0303 for anything else; for an Int, with the amounts in every unit as help.
  public func quantity(_ name: String) throws -> Quantity {
    if let value = self[name]?.asQuantity { return value }
    var help: String?
    let units = interpreter.dialect.units.map(\.plural)
    if let number = self[name]?.asInt {
      // A number that no duration can have is not repeated.
      help = "write " + units.map { "\(number > 0 ? number : 10) \($0)" }.joined(separator: " or ")
    } else if self[name]?.asFloat != nil {
      help = "write an integer with its unit: " + units.map { "10 \($0)" }.joined(separator: " or ")
    } else if let text = self[name]?.asString, text.utf8.count < 32, text.first?.isNumber == true {
      help = "write it without quotes: \(text)"
    }
    throw wrongType(name, expected: units.joined(separator: " or "), help: help)
  }

  /// A Range.
  ///
  /// - Throws: E0303 for anything else, also for an argument that was left out.
  public func range(_ name: String) throws -> RangeValue {
    guard let value = self[name]?.asRange else { throw wrongType(name, expected: "a Range") }
    return value
  }

  /// A Bool; nil if the argument is nil or was left out.
  ///
  /// - Throws: E0303 for anything else.
  public func optionalBool(_ name: String) throws -> Bool? { isAbsent(name) ? nil : try bool(name) }
  /// An Int; nil if the argument is nil or was left out.
  ///
  /// - Throws: E0303 for anything else.
  public func optionalInt(_ name: String) throws -> Int? { isAbsent(name) ? nil : try int(name) }
  /// A number; nil if the argument is nil or was left out.
  ///
  /// - Throws: E0303 for anything else.
  public func optionalFloat(_ name: String) throws -> Double? { isAbsent(name) ? nil : try float(name) }
  /// A String; nil if the argument is nil or was left out.
  ///
  /// - Throws: E0303 for anything else.
  public func optionalString(_ name: String) throws -> String? { isAbsent(name) ? nil : try string(name) }
  /// An amount with a unit; nil if the argument is nil or was left out.
  ///
  /// - Throws: E0303 for anything else.
  public func optionalQuantity(_ name: String) throws -> Quantity? {
    isAbsent(name) ? nil : try quantity(name)
  }
}

// MARK: Collections, functions, host objects

extension Arguments {
  /// The elements of a List, or of a Range.
  public func list(_ name: String) throws -> [AnyValue] {
    if let values = self[name]?.asList { return values }
    if let range = self[name]?.asRange {
      guard range.count <= 100_000_000 else {
        throw failure("E0405", "the range \(range.description) has too many elements", at: name)
      }
      return (0..<range.count).map { .int(range.element($0)) }
    }
    throw wrongType(name, expected: "a List")
  }

  /// The fields of a Record, copied one level deep.
  ///
  /// - Throws: E0303 for anything else, also for an argument that was left out.
  public func record(_ name: String) throws -> Fields {
    guard let value = self[name]?.asRecord else { throw wrongType(name, expected: "a Record") }
    return value
  }

  /// The elements of a List of Ints, or of a Range.
  ///
  /// - Throws: E0303 for anything else, naming the first element that is not an Int; E0405 for a Range of more
  ///   than 100 million elements.
  public func ints(_ name: String) throws -> [Int] {
    try list(name).map {
      guard let value = $0.asInt else {
        throw failure(
          "E0303",
          "\(functionName) expects a List of Ints for '\(name)', but it contains \(Arguments.describe($0))",
          at: name)
      }
      return value
    }
  }

  /// The elements of a List of numbers, with Ints converted to Floats, or of a Range.
  ///
  /// - Throws: E0303 for anything else, naming the first element that is not a number; E0405 for a Range of more
  ///   than 100 million elements.
  public func floats(_ name: String) throws -> [Double] {
    try list(name).map {
      guard let value = $0.asFloat else {
        throw failure(
          "E0303",
          "\(functionName) expects a List of numbers for '\(name)', but it contains \(Arguments.describe($0))",
          at: name)
      }
      return value
    }
  }

  /// The elements of a List of Strings.
  ///
  /// - Throws: E0303 for anything else, naming the first element that is not a String.
  public func strings(_ name: String) throws -> [String] {
    try list(name).map {
      guard let value = $0.asString else {
        throw failure(
          "E0303",
          "\(functionName) expects a List of Strings for '\(name)', but it contains \(Arguments.describe($0))",
          at: name)
      }
      return value
    }
  }

  /// A function of the program or a native function, to be called back.
  ///
  /// - Throws: E0303 for anything else, also for a host object that can be called.
  public func function(_ name: String) throws -> FunctionValue {
    guard let value = self[name]?.asFunction else { throw wrongType(name, expected: "a Function") }
    return value
  }

  /// A host object of that class or protocol; `expected` is its name in the message.
  ///
  /// - Throws: E0303 for anything else, with `help`.
  public func host<T>(
    _ type: T.Type = T.self, _ name: String, expected: String? = nil, help: String? = nil
  ) throws -> T {
    guard let value = self[name]?.asHost(type) else {
      let words = expected ?? String(describing: type)
      let noun = words.hasSuffix("Value") ? String(words.dropLast(5)) : words
      let article = noun.first.map { "aeiouAEIOU".contains($0) } == true ? "an" : "a"
      throw wrongType(name, expected: "\(article) \(noun)", help: help)
    }
    return value
  }

  /// The elements of a List or Range; nil if the argument is nil or was left out.
  ///
  /// - Throws: E0303 for anything else, E0405 for a Range of more than 100 million elements.
  public func optionalList(_ name: String) throws -> [AnyValue]? { isAbsent(name) ? nil : try list(name) }
  /// The fields of a Record; nil if the argument is nil or was left out.
  ///
  /// - Throws: E0303 for anything else.
  public func optionalRecord(_ name: String) throws -> Fields? { isAbsent(name) ? nil : try record(name) }
  /// A function; nil if the argument is nil or was left out.
  ///
  /// - Throws: E0303 for anything else.
  public func optionalFunction(_ name: String) throws -> FunctionValue? {
    isAbsent(name) ? nil : try function(name)
  }
  /// A host object of that class or protocol; nil if the argument is nil or was left out.
  ///
  /// - Throws: E0303 for anything else; `expected` is the name in the message, `help` its help.
  public func optionalHost<T>(
    _ type: T.Type = T.self, _ name: String, expected: String? = nil, help: String? = nil
  ) throws -> T? {
    isAbsent(name) ? nil : try host(type, name, expected: expected, help: help)
  }
}
