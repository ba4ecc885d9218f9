// The syntax tree: statements, patterns, programs.

/// A statement with its place.
public final class Stmt: Sendable {
  public let kind: Kind
  public let span: Span
  /// Ended by `;`: its value is not shown in the prompt and in a cell.
  public let hidesValue: Bool
  public let height: Int

  public init(_ kind: Kind, _ span: Span, hidesValue: Bool = false) {
    self.kind = kind
    self.span = span
    self.hidesValue = hidesValue
    self.height = 1 + kind.childHeight
  }

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
    /// Stands where the parser could not make sense; only in programs with errors.
    case invalid
  }
}

/// `{ … }` with statements: its own scope. The value is the last statement's where that is an expression,
/// else nil.
public struct Block: Sendable {
  public let statements: [Stmt]
  public let span: Span
  public let height: Int

  public init(statements: [Stmt], span: Span) {
    self.statements = statements
    self.span = span
    self.height = statements.reduce(0) { max($0, $1.height) }
  }
}

/// `let pattern = value`, `var pattern = value`
public struct Binding: Sendable {
  public let isMutable: Bool
  public let pattern: Pattern
  public let value: Expr
  /// The Markdown of the `///` lines above.
  public let doc: String?

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
  public let operatorSpan: Span
  public let value: Expr

  public init(target: Expr, op: BinaryOperator?, operatorSpan: Span, value: Expr) {
    self.target = target
    self.op = op
    self.operatorSpan = operatorSpan
    self.value = value
  }
}

/// `func name(…) { … }`
public struct FunctionDeclaration: Sendable {
  public let name: String
  public let nameSpan: Span
  public let function: FunctionExpr
  public let doc: String?

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
  public struct Group: Sendable {
    /// A string.
    public let name: Expr
    /// Strings.
    public let items: [Expr]
    public let span: Span

    public init(name: Expr, items: [Expr], span: Span) {
      self.name = name
      self.items = items
      self.span = span
    }
  }

  public let form: DeclaringForm
  public let name: String
  public let nameSpan: Span
  public let groups: [Group]
  /// From the `///` lines above.
  public let doc: String?
  /// The call this stands for, with spans: its callee is the form's function.
  public let lowered: Expr

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
  public enum Source: Sendable, Equatable {
    /// A module of the standard library.
    case library(String)
    /// A path, relative to the file that uses it.
    case path(String)
  }

  public struct Import: Sendable {
    public let name: String
    public let nameSpan: Span
    /// The name it gets here.
    public let localName: String
    public let localSpan: Span

    public init(name: String, nameSpan: Span, localName: String, localSpan: Span) {
      self.name = name
      self.nameSpan = nameSpan
      self.localName = localName
      self.localSpan = localSpan
    }
  }

  public let source: Source
  public let sourceSpan: Span
  /// The name the module itself gets; nil where only names are taken out of it.
  public let moduleName: String?
  public let moduleNameSpan: Span?
  public let imports: [Import]

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

/// What stands left of `=` in a declaration and after `for`.
public final class Pattern: Sendable {
  public indirect enum Kind: Sendable {
    case name(String)
    /// `_`
    case ignore
    /// `[a, b, ..rest]`: without a rest the lengths must agree.
    case list([Pattern], rest: Pattern?)
    /// `{loss, accuracy: a}`: keys that must be there; further ones are not looked at.
    case record([Field])
  }

  public struct Field: Sendable {
    public let key: String
    public let keySpan: Span
    public let pattern: Pattern

    public init(key: String, keySpan: Span, pattern: Pattern) {
      self.key = key
      self.keySpan = keySpan
      self.pattern = pattern
    }
  }

  public let kind: Kind
  public let span: Span

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
    public let title: String
    /// `// %% [markdown]`
    public let isMarkdown: Bool
    /// From the `// %%` line (or the start of the file) to the next.
    public let span: Span
    /// Indices into `statements`.
    public let statements: Range<Int>

    public init(title: String, isMarkdown: Bool, span: Span, statements: Range<Int>) {
      self.title = title
      self.isMarkdown = isMarkdown
      self.span = span
      self.statements = statements
    }
  }

  public let file: SourceFile
  public let statements: [Stmt]
  /// The `///` lines that open the file.
  public let doc: String?
  /// Never empty; one untitled cell for a file without `// %%`.
  public let cells: [Cell]
  /// Written with `// %%`: what a cell ends with is shown.
  public let hasCells: Bool
  /// Comments that read as a division, in the order of the text.
  public let slashes: [SlashComment]

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
