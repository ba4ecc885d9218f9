/// The parameters of a function, read from a line such as
///
///     router(dim, experts: Int = 6, top_k = 2, *names, **options)
///
/// - `name` must be passed, by position or by name; `name = literal` may be left out. A default is a number,
///   a string, `true`, `false`, `nil` or `[]`; `name = …` with any other text means "may be left out".
/// - `name: Type` is for readers of the help text.
/// - `*name` collects the other positional arguments; the parameters after it can be passed only by name. A
///   bare `*` has only the second effect.
/// - `**name` collects all other named arguments (open options).
public struct Signature {
  /// One parameter of a signature line.
  public struct Parameter {
    /// The name by which an argument can be passed.
    public var name: String
    /// The type as written after `:`, for readers of the help; it is not checked.
    public var typeName: String?
    /// The default if it is a literal.
    public var defaultValue: AnyValue?
    /// The default as written; non-nil means that the argument may be left out.
    public var defaultText: String?
    /// Whether it comes after a `*`, so that it can be passed only by name.
    public var isNameOnly: Bool

    /// Whether a call must pass it.
    public var isRequired: Bool { defaultText == nil }
  }

  /// The name before the parenthesis.
  public var functionName: String
  /// The parameters in order, without those of `*` and `**`.
  public var parameters: [Parameter]
  /// The name after `*`, if there is one.
  public var rest: String?
  /// The name after `**`, if there is one.
  public var options: String?
  /// The line as it was written.
  public var text: String
}
