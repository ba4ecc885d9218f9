// Settings: the literals of a program's top-level constants, its controls, and its values of `over`.

import MocoBase

/// A setting of a program: a `let` at the top level that `--set` can change.
public struct ProgramSetting: Sendable {
  /// The kind of setting.
  public enum Kind: Sendable {
    /// A literal.
    case literal(SettingValue)
    /// The values of a sweep, at least one; a run uses the first.
    case over([SettingValue])
    /// Another control, whose values are known only when it runs.
    case control
  }

  /// The name of the `let`.
  public let name: String
  /// The kind of setting.
  public let kind: Kind
  /// The condition under which a sweep uses the values of an `over`; nil for always.
  public let condition: SweptCondition?
  /// The position of the name.
  public let nameSpan: Span
  /// The position of the value: the literal, or the call.
  public let valueSpan: Span

  /// The default; nil for controls whose values are known only when they run.
  public var usual: SettingValue? {
    switch kind {
    case .literal(let value): value
    case .over(let values): values.first
    case .control: nil
    }
  }

  /// The default, given the settings above; nil for controls whose values are known only when they run.
  ///
  /// - Throws: a `Diagnostic`, E1102, for a condition that is not a Bool.
  public func usual(_ above: [String: SettingValue]) throws -> SettingValue? {
    try condition?.value(above) ?? usual
  }

  /// The value for `--set`, in its normal form.
  ///
  /// - Throws: E0307 if the value is not valid. Texts for other controls are returned unchanged; the controls
  ///   check them.
  public func value(_ text: String, _ dialect: Dialect) throws -> SettingValue {
    switch kind {
    case .control: return .string(text)
    case .over(let values):
      let known = values + (condition?.possible ?? [])
      guard let value = SettingValue.reading(text, like: known, dialect) else {
        throw SweptValues.refusal(of: text, for: name, values)
      }
      return value
    case .literal(let usual):
      // A bare word is a String if the program's value is a String; a quoted word is a literal.
      if case .string = usual, !(text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")) {
        return .string(text)
      }
      guard let value = SettingValue.literal(text, dialect) else {
        throw Failure(
          "E0307", "--set \(name)=\(text): this is not a literal",
          help: "write a number, true, false, nil, a list of those, or a quoted string")
      }
      return value
    }
  }
}

extension Program {
  /// The settings in order. A name that is declared twice is listed twice.
  ///
  /// - Throws: a `Diagnostic` (E1102) for an `over` with invalid values.
  public func settings(_ context: CheckContext) throws -> [ProgramSetting] {
    let own = Set(statements.flatMap { $0.declaredNames.map(\.0) })
    var found: [ProgramSetting] = []
    for statement in statements {
      guard case .binding(let binding) = statement.kind, !binding.isMutable,
        case .name(let name) = binding.pattern.kind
      else { continue }
      func add(_ kind: ProgramSetting.Kind, _ condition: SweptCondition? = nil) {
        found.append(
          ProgramSetting(
            name: name, kind: kind, condition: condition, nameSpan: binding.pattern.span,
            valueSpan: binding.value.span))
      }
      if let value = SettingValue(binding.value) {
        add(.literal(value))
      } else if let function = binding.controlCall?.function, !own.contains(function),
        context.names[function] == nil, context.controls[function] != nil
      {
        guard context.swept.contains(function), case .call(let call) = binding.value.kind else {
          add(.control)
          continue
        }
        let values = try SweptValues(call).values
        add(.over(values), try condition(of: call, values, context))
      }
    }
    return found
  }

  /// The condition of an `over` with these values.
  ///
  /// - Throws: a `Diagnostic` (E1102) for one that cannot be evaluated before the program runs.
  func condition(of call: Call, _ values: [SettingValue], _ context: CheckContext) throws -> SweptCondition? {
    guard let first = values.first else { return nil }
    return try SweptCondition(
      call, known: { namesOfSettings(before: call.callee.span.start, context) }, first: first)
  }

  /// The names of the settings above a position whose values are known before the program runs.
  private func namesOfSettings(before place: Int, _ context: CheckContext) -> Set<String> {
    var names: Set<String> = []
    for statement in statements {
      guard case .binding(let binding) = statement.kind, !binding.isMutable,
        case .name(let name) = binding.pattern.kind, binding.value.span.end <= place
      else { continue }
      let isSwept = binding.controlCall.map { context.swept.contains($0.function) } ?? false
      if isSwept || SettingValue(binding.value) != nil { names.insert(name) }
    }
    return names
  }
}
