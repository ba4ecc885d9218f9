// The syntax tree: statements, patterns, programs.

/// A statement with its source range.
public final class Stmt: Sendable {
  /// The kind, with its parts.
  public let kind: Kind
  /// Its source range: from the first byte to after the last one, without a `;`.
  public let span: Span
  /// Whether it ends with `;`: its value is then not shown at the prompt and in a cell.
  public let hidesValue: Bool
  /// One more than the highest expression or block in it. Never above `Parser.maximumHeight`.
  public let height: Int

  /// A statement; its height is computed from its parts.
  public init(_ kind: Kind, _ span: Span, hidesValue: Bool = false) {
    self.kind = kind
    self.span = span
    self.hidesValue = hidesValue
    self.height = 1 + kind.childHeight
  }

  /// The kinds of statements.
  public enum Kind: Sendable {
    case expr(Expr)
    case binding(Binding)
    case assign(Assignment)
    case function(FunctionDeclaration)
    case groups(GroupsDeclaration)
    case use(Use)
    case whileLoop(condition: Expr, body: Block)
    case forLoop(pattern: Pattern, source: Expr, body: Block)
    case breakLoop
    case continueLoop
    case returnValue(Expr?)
    /// Text that the parser could not understand; only in programs with errors.
    case invalid
  }
}

/// `{ … }` with statements and its own scope. The value is that of the last statement if it is an expression,
/// otherwise nil.
public struct Block: Sendable {
  /// In source order; empty for `{}`.
  public let statements: [Stmt]
  /// From the opening brace to the closing one; in `x => e` the range of e.
  public let span: Span
  /// The height of the highest statement in it; 0 for an empty block.
  public let height: Int

  /// A block; its height is computed from its statements.
  public init(statements: [Stmt], span: Span) {
    self.statements = statements
    self.span = span
    self.height = statements.reduce(0) { max($0, $1.height) }
  }
}

/// `let pattern = value`, `var pattern = value`
public struct Binding: Sendable {
  /// Whether it is declared with `var`, so that the names can be assigned to.
  public let isMutable: Bool
  /// The pattern that destructures the value and declares the names.
  public let pattern: Pattern
  /// The value.
  public let value: Expr
  /// The Markdown of the `///` lines above.
  public let doc: String?

  /// A declaration of variables.
  public init(isMutable: Bool, pattern: Pattern, value: Expr, doc: String?) {
    self.isMutable = isMutable
    self.pattern = pattern
    self.value = value
    self.doc = doc
  }
}

/// `target = value`, `target += value`
public struct Assignment: Sendable {
  /// Kind `.name`, `.member` or `.index`, or a `.list` of such, the last perhaps spread.
  public let target: Expr
  /// The operator of a compound assignment.
  public let op: BinaryOperator?
  /// The position of `=` or the compound operator.
  public let operatorSpan: Span
  /// The value on the right of the operator.
  public let value: Expr

  /// An assignment; without an operator the old value is not read.
  public init(target: Expr, op: BinaryOperator?, operatorSpan: Span, value: Expr) {
    self.target = target
    self.op = op
    self.operatorSpan = operatorSpan
    self.value = value
  }
}

/// `func name(…) { … }`
public struct FunctionDeclaration: Sendable {
  /// The name that it declares, a constant.
  public let name: String
  /// The position of the name.
  public let nameSpan: Span
  /// The function itself, which has the same name.
  public let function: FunctionExpr
  /// The Markdown of the `///` lines above; nil without them.
  public let doc: String?

  /// The declaration of a function.
  public init(name: String, nameSpan: Span, function: FunctionExpr, doc: String?) {
    self.name = name
    self.nameSpan = nameSpan
    self.function = function
    self.doc = doc
  }
}

/// A declaring form: `templates name { group "…" { "…" } }` is a constant,
/// `templates({"…": ["…"]}, name: "name", doc: "…")`.
public struct GroupsDeclaration: Sendable {
  /// One block of strings with its name.
  public struct Group: Sendable {
    /// A string.
    public let name: Expr
    /// Strings.
    public let items: [Expr]
    /// From the word that begins the group to its closing brace.
    public let span: Span

    /// One group as it is written.
    public init(name: Expr, items: [Expr], span: Span) {
      self.name = name
      self.items = items
      self.span = span
    }
  }

  /// The form of the dialect with this verb.
  public let form: DeclaringForm
  /// The name that it declares, a constant.
  public let name: String
  /// The position of the name.
  public let nameSpan: Span
  /// In source order.
  public let groups: [Group]
  /// From the `///` lines above.
  public let doc: String?
  /// The equivalent call, with spans: its callee is the form's function.
  public let lowered: Expr

  /// A declaration; `lowered` is executed.
  public init(
    form: DeclaringForm, name: String, nameSpan: Span, groups: [Group], doc: String?, lowered: Expr
  ) {
    self.form = form
    self.name = name
    self.nameSpan = nameSpan
    self.groups = groups
    self.doc = doc
    self.lowered = lowered
  }
}

/// `use templates`, `use "./common.moco" as common`, `use {eurosat, dtd as textures} from templates`
public struct Use: Sendable {
  /// The source of a `use`.
  public enum Source: Sendable, Equatable {
    /// A module of the standard library.
    case library(String)
    /// A path, relative to the file that uses it.
    case path(String)
  }

  /// One name imported from a module.
  public struct Import: Sendable {
    /// The name in the module.
    public let name: String
    /// The position of that name.
    public let nameSpan: Span
    /// The local name.
    public let localName: String
    /// The position of the local name; the same position without `as`.
    public let localSpan: Span

    /// One name, and its local name.
    public init(name: String, nameSpan: Span, localName: String, localSpan: Span) {
      self.name = name
      self.nameSpan = nameSpan
      self.localName = localName
      self.localSpan = localSpan
    }
  }

  /// The module.
  public let source: Source
  /// The position of the module's name or path.
  public let sourceSpan: Span
  /// The local name of the module; nil if only names are imported from it.
  public let moduleName: String?
  /// The position of the local name of the module; nil if it has none.
  public let moduleNameSpan: Span?
  /// The imported names; empty if the module itself is imported.
  public let imports: [Import]

  /// A `use`: either a module with a name, or names imported from it.
  public init(
    source: Source, sourceSpan: Span, moduleName: String?, moduleNameSpan: Span?, imports: [Import]
  ) {
    self.source = source
    self.sourceSpan = sourceSpan
    self.moduleName = moduleName
    self.moduleNameSpan = moduleNameSpan
    self.imports = imports
  }
}

/// The pattern on the left of `=` in a declaration and after `for`.
public final class Pattern: Sendable {
  /// The kinds of patterns.
  public indirect enum Kind: Sendable {
    case name(String)
    /// `_`
    case ignore
    /// `[a, b, ..rest]`: without a rest the lengths must agree.
    case list([Pattern], rest: Pattern?)
    /// `{loss, accuracy: a}`: required keys; other keys are ignored.
    case record([Field])
  }

  /// A key and the pattern for its value.
  public struct Field: Sendable {
    /// The required key.
    public let key: String
    /// The position of the key.
    public let keySpan: Span
    /// The pattern for the value; the name of the key in the short form.
    public let pattern: Pattern

    /// One field of a record's pattern.
    public init(key: String, keySpan: Span, pattern: Pattern) {
      self.key = key
      self.keySpan = keySpan
      self.pattern = pattern
    }
  }

  /// The kind, with its parts.
  public let kind: Kind
  /// Its source range: from the first byte to after the last one.
  public let span: Span

  /// A pattern with its source range.
  public init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }

  /// All names it binds, from left to right.
  public var names: [(name: String, span: Span)] {
    switch kind {
    case .name(let name): [(name, span)]
    case .ignore: []
    case .list(let patterns, let rest): patterns.flatMap(\.names) + (rest?.names ?? [])
    case .record(let fields): fields.flatMap(\.pattern.names)
    }
  }
}

/// A parsed file, or one input of the prompt.
public struct Program: Sendable {
  /// A piece between two `// %%` lines.
  public struct Cell: Sendable {
    /// The kind of content of a cell.
    public enum Kind: String, Sendable {
      case code
      /// `// %% [markdown]`: prose in `//` lines.
      case markdown
      /// `// %% [raw]`: text in `//` lines for other programs, which is not shown on pages.
      case raw
    }

    /// The title after `%%`; empty for a cell without a title.
    public let title: String
    /// The kind of content.
    public let kind: Kind
    /// The JSON object at the end of the `// %%` line, as written; empty if there is none.
    public let attributes: String
    /// From the `// %%` line (or the start of the file) to the next.
    public let span: Span
    /// Indices into `statements`.
    public let statements: Range<Int>

    /// A cell; `statements` are indices into the program's.
    public init(
      title: String, kind: Kind = .code, attributes: String = "", span: Span, statements: Range<Int>
    ) {
      self.title = title
      self.kind = kind
      self.attributes = attributes
      self.span = span
      self.statements = statements
    }
  }

  /// The text that was read; all spans refer to it.
  public let file: SourceFile
  /// The top level, in source order.
  public let statements: [Stmt]
  /// The `///` lines that open the file.
  public let doc: String?
  /// Never empty; one untitled cell for a file without `// %%`.
  public let cells: [Cell]
  /// Whether the file has `// %%` lines: then the last value of each cell is shown.
  public let hasCells: Bool
  /// Comments that look like a division, in source order.
  public let slashes: [SlashComment]

  /// A program. There is at least one cell, and every statement belongs to one.
  public init(
    file: SourceFile, statements: [Stmt], doc: String?, cells: [Cell], hasCells: Bool = false,
    slashes: [SlashComment] = []
  ) {
    self.file = file
    self.statements = statements
    self.doc = doc
    self.cells = cells
    self.hasCells = hasCells
    self.slashes = slashes
  }
}
