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

  /// A text for it, as `--set` takes it.
  ///
  /// - Throws: E0307 where it cannot be that. Texts for other controls are theirs to refuse, and come back as they are.
  public func value(_ text: String, _ dialect: Dialect) throws -> SettingValue {
    switch kind {
    case .control: return .string(text)
    case .over(let values):
      guard let value = SettingValue.reading(text, like: values, dialect) else {
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
          "E0307", "--set \(name)=\(text): this is no literal",
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
      func add(_ kind: ProgramSetting.Kind) {
        found.append(
          ProgramSetting(
            name: name, kind: kind, nameSpan: binding.pattern.span, valueSpan: binding.value.span))
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
        add(.over(try SweptValues(call).values))
      }
    }
    return found
  }
}
