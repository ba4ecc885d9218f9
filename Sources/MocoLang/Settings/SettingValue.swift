// The value of a setting: it can be written as a literal, compared, and passed on a command line.

import MocoBase

/// A value that can be written as a literal: of a setting, or of `over`.
public indirect enum SettingValue: Hashable, Sendable {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  /// A number with its unit: `50 epochs`.
  case quantity(SettingValue, unit: String)
  case list([SettingValue])
  case record([Field])

  /// A named value of a record.
  public struct Field: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// The value.
    public let value: SettingValue

    /// A named value.
    public init(name: String, value: SettingValue) {
      self.name = name
      self.value = value
    }
  }
}

extension SettingValue {
  /// The value of a literal; nil for every other expression.
  public init?(_ expr: Expr) {
    switch expr.kind {
    case .nilLiteral: self = .none
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .float(let value): self = .float(value)
    case .string(let literal):
      guard let text = literal.plainText else { return nil }
      self = .string(text)
    case .unary(.negate, _, let operand):
      switch operand.kind {
      case .int(let value): self = .int(0 &- value)
      case .float(let value): self = .float(-value)
      default: return nil
      }
    case .quantity(let amount, let unit, _):
      guard let number = SettingValue(amount) else { return nil }
      self = .quantity(number, unit: unit)
    case .list(let items):
      var values: [SettingValue] = []
      for item in items {
        guard case .element(let element) = item, let value = SettingValue(element) else { return nil }
        values.append(value)
      }
      self = .list(values)
    case .record(let entries):
      var fields: [Field] = []
      for entry in entries {
        guard case .field(let name, _, let element) = entry, let value = SettingValue(element) else {
          return nil
        }
        fields.append(Field(name: name, value: value))
      }
      self = .record(fields)
    default: return nil
    }
  }

  /// The value of a program value that is nil, a Bool, a number, a String or a list of those; nil for others.
  public init?(_ value: AnyValue) {
    switch value.kind {
    case .nil: self = .none
    case .bool(let flag): self = .bool(flag)
    case .int(let number): self = .int(number)
    case .float(let number): self = .float(number)
    case .string(let text): self = .string(text)
    case .list:
      let values = (value.asList ?? []).map { SettingValue($0) }
      guard !values.contains(nil) else { return nil }
      self = .list(values.compactMap { $0 })
    default: return nil
    }
  }

  /// The value for programs; nil for quantities and records, which a sweep does not support.
  public var anyValue: AnyValue? {
    switch self {
    case .none: return .nil
    case .bool(let flag): return .bool(flag)
    case .int(let number): return .int(number)
    case .float(let number): return .float(number)
    case .string(let text): return .string(text)
    case .list(let values):
      let elements = values.map(\.anyValue)
      return elements.contains { $0 == nil } ? nil : .list(elements.compactMap { $0 })
    case .quantity, .record: return nil
    }
  }

  /// The source text of the value.
  public var source: String {
    switch self {
    case .none: "nil"
    case .bool(let flag): flag ? "true" : "false"
    case .int(let number): String(number)
    case .float(let number): NumberText.float(number)
    case .string(let text): StringText.quoted(text)
    case .quantity(let number, let unit): "\(number.source) \(unit)"
    case .list(let values): "[\(values.map(\.source).joined(separator: ", "))]"
    case .record(let fields): "{\(fields.map { "\($0.name): \($0.value.source)" }.joined(separator: ", "))}"
    }
  }

  /// The text for readers: Strings are without quotes.
  public var label: String {
    if case .string(let text) = self { text } else { source }
  }

  /// The value in records: numbers, Bools and Strings unchanged, a quantity as its text.
  public var json: Json {
    switch self {
    case .none: .null
    case .bool(let flag): .bool(flag)
    case .int(let number): .int(number)
    case .float(let number): number.isFinite ? .double(number) : .string(NumberText.float(number))
    case .string(let text): .string(text)
    case .quantity: .string(source)
    case .list(let values): .array(values.map(\.json))
    case .record(let fields): .object(JsonObject(fields.map { ($0.name, $0.value.json) }))
    }
  }

  /// The type name, as `type(x)` returns it.
  public var typeName: String {
    switch self {
    case .none: "Nil"
    case .bool: "Bool"
    case .int: "Int"
    case .float: "Float"
    case .string: "String"
    case .quantity: "Quantity"
    case .list: "List"
    case .record: "Record"
    }
  }

  /// Whether a sweep supports values of this kind: all except quantities and records.
  public var isPlain: Bool {
    switch self {
    case .none, .bool, .int, .float, .string: true
    case .list(let values): values.allSatisfy(\.isPlain)
    case .quantity, .record: false
    }
  }
}

// MARK: - As it is given on a command line

extension SettingValue {
  /// The value of a literal in a text; nil if it is not a literal.
  public static func literal(_ text: String, _ dialect: Dialect) -> SettingValue? {
    let parsed = Parser.parse(SourceFile(name: "setting", text: text), dialect)
    guard !parsed.hasErrors, parsed.program.statements.count == 1,
      case .expr(let expr) = parsed.program.statements[0].kind
    else { return nil }
    return SettingValue(expr)
  }

  /// A text as a value for a setting with these values. A bare word is a String if the values include a
  /// String. An Int becomes a Float if the values include Floats and no Ints.
  ///
  /// - Returns: nil if it has none of their types.
  public static func reading(_ text: String, like known: [SettingValue], _ dialect: Dialect) -> SettingValue?
  {
    if let same = known.first(where: { $0.label == text }) { return same }
    let types = Set(known.map(\.typeName))
    if let value = literal(text, dialect) {
      if types.contains(value.typeName), value.isPlain || known.contains(where: { !$0.isPlain }) {
        return value
      }
      if case .int(let number) = value, types.contains("Float") { return .float(Double(number)) }
    }
    return types.contains("String") ? .string(text) : nil
  }
}
