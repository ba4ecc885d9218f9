// Settings: the literals of a program's top-level constants, its controls, and what it goes through with `over`.

import MocoBase

/// A setting of a program: a `let` at the top level that `--set` can change.
public struct ProgramSetting: Sendable {
  /// What it is set with.
  public enum Kind: Sendable {
    /// A literal.
    case literal(SettingValue)
    /// The values that a sweep goes through, never none; a run takes the first.
    case over([SettingValue])
    /// Another control, whose values are known when it runs.
    case control
  }

  /// The name of the `let`.
  public let name: String
  /// What it is set with.
  public let kind: Kind
  /// Where a sweep goes through the values of an `over`; nil: everywhere.
  public let condition: SweptCondition?
  /// Where the name stands.
  public let nameSpan: Span
  /// Where its value stands: the literal, or the call.
  public let valueSpan: Span

  /// What it is where nobody sets it; nil for controls whose values are known when they run.
  public var usual: SettingValue? {
    switch kind {
    case .literal(let value): value
    case .over(let values): values.first
    case .control: nil
    }
  }

  /// What it is where nobody sets it and the settings above are these; nil for controls whose values are known when they run.
  ///
  /// - Throws: a `Diagnostic`, E1102, for a condition that is not a Bool.
  public func usual(_ above: [String: SettingValue]) throws -> SettingValue? {
    try condition?.value(above) ?? usual
  }

  /// A text for it, as `--set` takes it.
  ///
  /// - Throws: E0307 where it cannot be that. Texts for other controls are theirs to refuse, and come back as they are.
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
      // A bare word is a String where the program has one; in quotes it is a literal like any other.
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
  /// The settings in their order. Of a name that comes twice each is there.
  ///
  /// - Throws: a `Diagnostic` (E1102) for an `over` whose values cannot be gone through.
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
  /// - Throws: a `Diagnostic` (E1102) for one that cannot be told before anything runs.
  func condition(of call: Call, _ values: [SettingValue], _ context: CheckContext) throws -> SweptCondition? {
    guard let first = values.first else { return nil }
    return try SweptCondition(
      call, known: { namesOfSettings(before: call.callee.span.start, context) }, first: first)
  }

  /// Names of the settings above a place whose values are known before anything runs.
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
