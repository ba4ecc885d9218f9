import MocoAutograd
import MocoBase
import MocoLang
import MocoMethods

/// Reads the parameters of a custom model, and groups of parameters for optimizers.
struct OwnParameters {
  /// The options of `{value: w, rate: 0.1, decay: 0}`.
  struct Group {
    var rate = 1.0
    var decay: Double?

    static let names = ["value", "rate", "decay"]
  }

  private let arguments: Arguments
  /// The argument that holds them.
  private let argument: String
  private(set) var parameters: [Parameter] = []

  /// - Parameter argument: the argument that holds them, for messages.
  init(_ arguments: Arguments, argument: String = "parameters") {
    self.arguments = arguments
    self.argument = argument
  }

  /// A record by names.
  ///
  /// - Throws: E0303 for other types, E0207 for tensors that are not trainable, E0305 for numbers out of range and
  ///   for a tensor that has two names.
  static func named(_ value: AnyValue, _ arguments: Arguments) throws -> [Parameter] {
    var reader = OwnParameters(arguments)
    if let list: ParameterListValue = value.asHost() {
      try reader.add(list, "", Group())
    } else if let record = value.asRecord {
      for (name, value) in record { try reader.add(value, name, Group()) }
    } else {
      throw arguments.wrongType(
        "parameters", expected: "a record of tensors by name", help: "write parameters: {ctx: ctx}")
    }
    return reader.parameters
  }

  /// A tensor, a group of tensors, or a list or record of these: "ctx", "ctx.0", "ctx.first".
  mutating func add(_ value: AnyValue, _ name: String, _ group: Group) throws {
    if let tensor: TensorValue = value.asHost() { return try add(tensor.variable, name, group) }
    if let list: ParameterListValue = value.asHost() { return try add(list, name, group) }
    if let record = value.asRecord {
      guard record["value"] == nil else { return try addGroup(record, name) }
      for (inner, value) in record { try add(value, name.isEmpty ? inner : "\(name).\(inner)", group) }
      return
    }
    if let list = value.asList {
      for (place, value) in list.enumerated() {
        try add(value, name.isEmpty ? "\(place)" : "\(name).\(place)", group)
      }
      return
    }
    if let host: any HostObject = value.asHost(),
      let list: ParameterListValue = try host.member("parameters")?.asHost()
    {
      return try add(list, name, group)
    }
    throw arguments.failure(
      "E0303",
      "\(arguments.functionName) expects tensors for '\(argument)', but \(quoted(name)) is \(Arguments.describe(value))",
      at: argument, help: "make it with parameter(…)")
  }

  private mutating func addGroup(_ record: Fields, _ name: String) throws {
    if let other = record.names.first(where: { !Group.names.contains($0) }) {
      let (message, help) = OptionBlock(Group.names).unknown(other, owner: "the group \(quoted(name))")
      throw arguments.failure("E0306", message, at: argument, help: help)
    }
    var group = Group()
    func number(_ key: String) throws -> Double? {
      guard let value = record[key], !value.isNil else { return nil }
      guard let number = value.asFloat, number.isFinite, number >= 0 else {
        throw arguments.failure(
          "E0305", "the \(key) of \(quoted(name)) is \(Arguments.describe(value))", at: argument,
          help: key == "rate"
            ? "pass a factor on the learning rate, at least 0" : "pass a weight decay of at least 0")
      }
      return number
    }
    group.rate = try number("rate") ?? 1
    group.decay = try number("decay")
    try add(record["value"] ?? .nil, name, group)
  }

  private mutating func add(_ list: ParameterListValue, _ name: String, _ group: Group) throws {
    for parameter in list.parameters {
      try add(
        parameter.variable, name.isEmpty ? parameter.name : "\(name).\(parameter.name)",
        Group(rate: group.rate * parameter.rateFactor, decay: group.decay ?? parameter.decay))
    }
  }

  private mutating func add(_ variable: Variable, _ name: String, _ group: Group) throws {
    guard variable.isLeaf else {
      throw arguments.failure(
        "E0207", "\(quoted(name)) was computed from other tensors, so it is not a parameter", at: argument,
        help: "pass those tensors, or a new parameter with its values: parameter(x.detach())")
    }
    guard variable.requiresGrad else {
      throw arguments.failure(
        "E0207", "\(quoted(name)) is not trainable", at: argument,
        help: "make it with parameter(…)")
    }
    if let other = parameters.first(where: { $0.variable === variable }) {
      throw arguments.failure(
        "E0305",
        "\(quoted(name)) and \(quoted(other.name)) are the same tensor, which would be updated twice",
        at: argument,
        help: "list it once")
    }
    guard !parameters.contains(where: { $0.name == name }) else {
      throw arguments.failure(
        "E0305", "duplicate parameter name \(quoted(name))", at: argument,
        help: "give each a unique name")
    }
    parameters.append(Parameter(name, variable, rateFactor: group.rate, decay: group.decay))
  }

  private func quoted(_ name: String) -> String { "\"\(name)\"" }
}
