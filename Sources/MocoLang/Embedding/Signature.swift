/// What a function takes, read from a line such as
///
///     router(dim, experts: Int = 6, top_k = 2, *names, **options)
///
/// - `name` must be given, by position or by name; `name = literal` may be left out. A default is a number, a
///   string, `true`, `false`, `nil` or `[]`; `name = …` with any other text means "may be left
///   out".
/// - `name: Type` is for readers of the help text.
/// - `*name` takes the rest of the positions; what follows it can be given by name only. A bare `*` does just
///   that.
/// - `**name` takes all names that are left over (open options).
public struct Signature {
  /// One parameter of a signature line.
  public struct Parameter {
    /// The name by which an argument can be given.
    public var name: String
    /// The type as written behind `:`, for readers of the help; nothing is checked by it.
    public var typeName: String?
    /// The default where it is a literal.
    public var defaultValue: AnyValue?
    /// The default as written; non-nil means that the argument may be left out.
    public var defaultText: String?
    /// Whether it comes after a `*`, so that it can be given by name alone.
    public var isNameOnly: Bool

    /// Whether a call must give it.
    public var isRequired: Bool { defaultText == nil }
  }

  /// What stands before the parenthesis.
  public var functionName: String
  /// In their order, without those after `*` and `**`.
  public var parameters: [Parameter]
  /// The name after `*`, where there is one.
  public var rest: String?
  /// The name after `**`, where there is one.
  public var options: String?
  /// The line as it was written.
  public var text: String
}
