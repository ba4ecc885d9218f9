import MocoBase

/// The values in a call of `over`, as its text says them: a sweep has to know them before anything runs.
public struct SweptValues {
  /// At least one, no two with the same text.
  public let values: [SettingValue]
  /// Where `over` may stand, as help.
  package static let place =
    "write let name = over(…) at the top level of the program, outside of functions, loops and other expressions"
  /// Values at most.
  public static let most = 10_000

  /// - Throws: a `Diagnostic`, E1102, where there is none, one comes twice, or one is not written out.
  init(_ call: Call) throws {
    var written: Expr?
    for (place, argument) in call.arguments.enumerated() {
      switch argument.kind {
      case .positional where place == 0: written = argument.value
      case .named("values", _): written = argument.value
      case .spread:
        throw SweptValues.fault(
          "over takes its values in one list", at: argument.value.span, "write them out: over([1, 2, 4])")
      default: break
      }
    }
    guard let written else {
      throw SweptValues.fault(
        "over has no values to go through", at: call.callee.span, "write them out: over([1, 2, 4])")
    }
    let values = try SweptValues.values(written)
    try SweptValues.check(values) { SweptValues.fault($0, at: written.span, $1) }
    self.values = values
  }

  private static func values(_ written: Expr) throws -> [SettingValue] {
    switch written.kind {
    case .range(let lower, let upper, let isClosed, _):
      guard case .int(let first)? = SettingValue(lower), case .int(let last)? = SettingValue(upper) else {
        throw fault(
          "the ends of this range are not written out as Ints", at: written.span,
          "write two Ints, over(1...3), or a list")
      }
      let range = RangeValue(start: first, end: last, isClosed: isClosed)
      guard range.count <= most else {
        throw fault("over cannot go through \(range.count) values", at: written.span, "give at most \(most)")
      }
      return (0..<range.count).map { .int(range.element($0)) }
    case .list(let items):
      return try items.map { item in
        guard case .element(let element) = item else {
          throw fault(
            "over needs each of its values written out", at: written.span,
            "write the values themselves: over([1, 2, 4])")
        }
        guard let value = SettingValue(element), value.isPlain else {
          throw fault(
            "this is not a value that over can go through", at: element.span,
            "write a number, true, false, nil, a String, or a list of those, not what has to be worked out")
        }
        return value
      }
    default:
      throw fault(
        "over needs a list or a range that is written out, since a sweep knows its values before anything runs",
        at: written.span, "write over([1, 2, 4]) or over(1...3)")
    }
  }

  /// What both the text and the running call have to be.
  package static func check<Fault: Error>(
    _ values: [SettingValue], _ fault: (_ message: String, _ help: String) -> Fault
  ) throws {
    guard !values.isEmpty else {
      throw fault("over has no values to go through", "give at least one: over([1, 2, 4])")
    }
    guard values.count <= most else {
      throw fault("over cannot go through \(values.count) values", "give at most \(most)")
    }
    var seen: Set<String> = []
    for value in values {
      if !seen.insert(value.label).inserted {
        throw fault("over has \(value.source) twice", "write each value once")
      }
      if case .float(let number) = value, !number.isFinite {
        throw fault("over cannot go through \(value.source)", "give numbers")
      }
      if value.label.isEmpty || value.label.contains(where: \.isNewline) {
        throw fault(
          "a value of over is \(value.label.isEmpty ? "empty" : "of several lines")",
          "give texts of one line, which tables and folders can be named by")
      }
    }
  }

  private static func fault(_ message: String, at span: Span, _ help: String) -> Diagnostic {
    Diagnostic("E1102", message, at: span, help: [help])
  }

  /// E0307 for a text that is not a value of the types which `over` goes through.
  package static func refusal(of text: String, for name: String, _ values: [SettingValue]) -> Failure {
    var types: [String] = []
    for value in values where !types.contains(value.typeName) { types.append(value.typeName) }
    let shown = values.prefix(12).map(\.label).joined(separator: ", ")
    return Failure(
      "E0307",
      "--set \(name)=\(text): over goes through values of the type \(types.joined(separator: " or "))",
      help:
        "give one of \(shown)\(values.count > 12 ? ", … (\(values.count))" : ""), or another one of their type"
    )
  }
}
