import MocoBase

/// The values in a call of `over`, read from the source: a sweep must know them before the program runs.
public struct SweptValues {
  /// At least one, no two with the same text.
  public let values: [SettingValue]
  /// The help about where `over` is allowed.
  package static let place =
    "write let name = over(…) at the top level of the program, outside of functions, loops and other expressions"
  /// The maximum number of values.
  public static let most = 10_000

  /// - Throws: a `Diagnostic`, E1102, if there are no values, duplicates, or values that are not literals.
  init(_ call: Call) throws {
    var written: Expr?
    for (place, argument) in call.arguments.enumerated() {
      switch argument.kind {
      case .positional where place == 0: written = argument.value
      case .named("values", _): written = argument.value
      case .spread:
        throw SweptValues.fault(
          "over expects its values in one list", at: argument.value.span, "write them out: over([1, 2, 4])")
      default: break
      }
    }
    guard let written else {
      throw SweptValues.fault(
        "over has no values", at: call.callee.span, "write them out: over([1, 2, 4])")
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
          "the ends of this range must be Int literals", at: written.span,
          "write two Ints, over(1...3), or a list")
      }
      let range = RangeValue(start: first, end: last, isClosed: isClosed)
      guard range.count <= most else {
        throw fault("over has too many values: \(range.count)", at: written.span, "use at most \(most)")
      }
      return (0..<range.count).map { .int(range.element($0)) }
    case .list(let items):
      return try items.map { item in
        guard case .element(let element) = item else {
          throw fault(
            "over needs each value as a literal", at: written.span,
            "write the values themselves: over([1, 2, 4])")
        }
        guard let value = SettingValue(element), value.isPlain else {
          throw fault(
            "over does not accept this value", at: element.span,
            "use a literal: a number, true, false, nil, a String, or a list of those")
        }
        return value
      }
    default:
      throw fault(
        "over needs a literal list or range: a sweep reads the values before the program runs",
        at: written.span, "write over([1, 2, 4]) or over(1...3)")
    }
  }

  /// Checks that apply to both the source and the running call.
  package static func check<Fault: Error>(
    _ values: [SettingValue], _ fault: (_ message: String, _ help: String) -> Fault
  ) throws {
    guard !values.isEmpty else {
      throw fault("over has no values", "use at least one: over([1, 2, 4])")
    }
    guard values.count <= most else {
      throw fault("over has too many values: \(values.count)", "use at most \(most)")
    }
    var seen: Set<String> = []
    for value in values {
      if !seen.insert(value.label).inserted {
        throw fault("over contains \(value.source) more than once", "write each value once")
      }
      if case .float(let number) = value, !number.isFinite {
        throw fault("over does not accept \(value.source)", "use finite numbers")
      }
      if value.label.isEmpty || value.label.contains(where: \.isNewline) {
        throw fault(
          "a value of over \(value.label.isEmpty ? "is empty" : "has several lines")",
          "use Strings of one line: they name tables and folders")
      }
    }
  }

  private static func fault(_ message: String, at span: Span, _ help: String) -> Diagnostic {
    Diagnostic("E1102", message, at: span, help: [help])
  }

  /// E0307 for a text that does not have one of the types of the `over` values.
  package static func refusal(of text: String, for name: String, _ values: [SettingValue]) -> Failure {
    var types: [String] = []
    for value in values where !types.contains(value.typeName) { types.append(value.typeName) }
    let shown = values.prefix(12).map(\.label).joined(separator: ", ")
    return Failure(
      "E0307",
      "--set \(name)=\(text): the values of over have the type \(types.joined(separator: " or "))",
      help:
        "use one of \(shown)\(values.count > 12 ? ", … (\(values.count))" : ""), or another value of this type"
    )
  }
}
