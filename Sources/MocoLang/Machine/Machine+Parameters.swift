import MocoBase

/// The parameters of any function, native or not. The rules that assign arguments to parameters, and their
/// messages, use this type. Each kind of call decides where the values are stored.
protocol ParameterList {
  /// For messages.
  var calledName: String { get }
  var parameterNames: [String] { get }
  var parameterCount: Int { get }
  /// The number of parameters that can be passed by position.
  var positionalCount: Int { get }
  /// Whether it accepts any number of further positional arguments.
  var takesRest: Bool { get }
  /// Whether it accepts any further named arguments.
  var takesOptions: Bool { get }
  /// The parameter list as written.
  var usage: String { get }

  func place(of key: ObjectPointer) -> Int?
  func isRequired(_ place: Int) -> Bool
}

extension Prototype: ParameterList {
  var calledName: String { name ?? "this function" }
  var parameterNames: [String] { parameters.map(\.name) }
  var parameterCount: Int { parameters.count }
  var positionalCount: Int { parameters.count }
  var takesRest: Bool { false }
  var takesOptions: Bool { false }
  var usage: String { "\(name ?? "")(\(signatureText))" }

  func place(of key: ObjectPointer) -> Int? {
    parameters.firstIndex { $0.key == key || StringObject.equal($0.key, key) }
  }

  func isRequired(_ place: Int) -> Bool { parameters[place].isRequired }
}

extension NativeFunction: ParameterList {
  var calledName: String { name }
  var parameterNames: [String] { signature.parameters.map(\.name) }
  var parameterCount: Int { signature.parameters.count }
  var takesRest: Bool { signature.rest != nil }
  var takesOptions: Bool { signature.options != nil }
  var usage: String { signature.text }

  func place(of key: ObjectPointer) -> Int? {
    let name = StringObject.text(key)
    return signature.parameters.firstIndex { $0.name == name }
  }

  func isRequired(_ place: Int) -> Bool { signature.parameters[place].isRequired }
}

extension Machine {
  /// - Throws: E0306 if a call passes more positional arguments than the function accepts.
  @inline(__always)
  func checkPositions(_ given: Int, of function: some ParameterList) throws {
    if given > function.positionalCount, !function.takesRest { throw tooMany(given, function) }
  }

  /// The index of the parameter for a named argument; nil for one of the function's open options.
  /// - Throws: E0306 if the function has no such parameter, or if its argument was already passed.
  @inline(__always)
  func place(
    of key: ObjectPointer, in function: some ParameterList, isGiven: (Int) -> Bool
  ) throws -> Int? {
    guard let place = function.place(of: key) else {
      if function.takesOptions { return nil }
      throw unknownName(StringObject.text(key), function)
    }
    if isGiven(place) { throw twice(StringObject.text(key), function) }
    return place
  }

  /// - Throws: E0304 for the first required parameter without an argument.
  @inline(__always)
  func checkRequired(of function: some ParameterList, _ count: Int, isGiven: (Int) -> Bool) throws {
    for place in 0..<function.parameterCount where function.isRequired(place) && !isGiven(place) {
      throw missing(function.parameterNames[place], function)
    }
  }

  // MARK: Messages

  private func unknownName(_ text: String, _ function: some ParameterList) -> Failure {
    let names = function.parameterNames
    let help: String
    if let known = interpreter.dialect.help(forArgument: text, among: names) {
      help = known
    } else if let near = Nearest.name(to: text, among: names) {
      help = "did you mean '\(near)'?"
    } else if names.isEmpty {
      help = "leave it out: \(function.calledName) takes no arguments"
    } else {
      help = "its arguments are \(names.joined(separator: ", "))"
    }
    return Failure(
      "E0306", "\(function.calledName) has no argument '\(text)'", help: help, argument: text)
  }

  private func twice(_ name: String, _ function: some ParameterList) -> Failure {
    Failure("E0306", "\(function.calledName) gets the argument '\(name)' more than once", argument: name)
  }

  private func tooMany(_ given: Int, _ function: some ParameterList) -> Failure {
    let (allowed, names) = (function.positionalCount, function.parameterNames)
    let takes = allowed == 0 ? "no arguments" : allowed == 1 ? "1 argument" : "\(allowed) arguments"
    let own =
      names.isEmpty ? "write \(function.calledName)()" : "its arguments are \(names.joined(separator: ", "))"
    return Failure(
      "E0306", "\(function.calledName) takes \(takes), but \(given) \(given == 1 ? "is" : "are") given",
      help: interpreter.dialect.help(forSurplusOf: function.calledName) ?? own)
  }

  private func missing(_ name: String, _ function: some ParameterList) -> Failure {
    Failure(
      "E0304", "\(function.calledName) needs the argument '\(name)'", help: "signature: \(function.usage)")
  }
}
