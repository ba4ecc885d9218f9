// What a prompt or an editor asks for.

extension Interpreter {
  public struct NameInfo {
    public var name: String
    public var typeName: String
    /// Defined by Swift code, and not since by a program.
    public var isBuiltin: Bool
    /// Declared with `let`.
    public var isConstant: Bool
    public var doc: String?
  }

  /// Names in scope at the top level: those of programs first, in the order of their declaration, then the built-ins.
  public var names: [NameInfo] { [] }

  public func value(named name: String) -> AnyValue? { nil }

  /// Fields and methods after a dot.
  public func members(of value: AnyValue) -> [String] { [] }

  /// The names of a function's parameters, for completion inside a call.
  public func parameters(of value: AnyValue) -> [String] { [] }

  /// What `help(x)` shows, as Markdown.
  public func help(for value: AnyValue) -> String? { nil }
  public func help(named name: String) -> String? { nil }

  /// As `print` writes it.
  public func text(_ value: AnyValue) -> String { "" }

  /// For the prompt's automatic display: fitted to the width, host objects as cards, strings quoted.
  public func display(_ value: AnyValue, width: Int = 80, style: DisplayStyle = DisplayStyle()) -> String { "" }

  /// Forgets the names that programs declared.
  public func reset() {}
}
