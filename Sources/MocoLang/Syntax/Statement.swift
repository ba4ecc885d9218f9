// The syntax tree: statements, patterns, programs.

/// A statement with its place.
public final class Stmt: Sendable {
  /// What it is, with its parts.
  public let kind: Kind
  /// Its place: from the first byte to behind the last one, without a `;`.
  public let span: Span
  /// Ended by `;`: its value is not shown in the prompt and in a cell.
  public let hidesValue: Bool
  /// One more than the highest expression or block in it. Never above `Parser.maximumHeight`.
  public let height: Int

  /// A statement; its height is worked out from its parts.
  public init(_ kind: Kind, _ span: Span, hidesValue: Bool = false) {
    self.kind = kind
    self.span = span
    self.hidesValue = hidesValue
    self.height = 1 + kind.childHeight
  }

  /// What a statement is.
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
  /// In the order of the text; empty for `{}`.
  public let statements: [Stmt]
  /// From the opening brace to the closing one; in `x => e` the place of e.
  public let span: Span
  /// The height of the highest statement in it; 0 for an empty block.
  public let height: Int

  /// A block; its height is worked out from its statements.
  public init(statements: [Stmt], span: Span) {
    self.statements = statements
    self.span = span
    self.height = statements.reduce(0) { max($0, $1.height) }
  }
}

/// `let pattern = value`, `var pattern = value`
public struct Binding: Sendable {
  /// Declared with `var`, so that the names can be assigned to.
  public let isMutable: Bool
  /// The names that it declares, and how the value is taken apart for them.
  public let pattern: Pattern
  /// What the names get.
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
  /// Where `=` or the compound operator stands.
  public let operatorSpan: Span
  /// What is right of the operator.
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
  /// Where the name stands.
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

  /// The form that the dialect has for its verb.
  public let form: DeclaringForm
  /// The name that it declares, a constant.
  public let name: String
  /// Where the name stands.
  public let nameSpan: Span
  /// In the order of the text.
  public let groups: [Group]
  /// From the `///` lines above.
  public let doc: String?
  /// The call this stands for, with spans: its callee is the form's function.
  public let lowered: Expr

  /// A declaration; `lowered` is what runs.
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
  /// What a `use` brings in.
  public enum Source: Sendable, Equatable {
    /// A module of the standard library.
    case library(String)
    /// A path, relative to the file that uses it.
    case path(String)
  }

  /// One name that is taken out of a module.
  public struct Import: Sendable {
    /// The name in the module.
    public let name: String
    /// Where that name stands.
    public let nameSpan: Span
    /// The name it gets here.
    public let localName: String
    /// Where the name here stands; the same place without `as`.
    public let localSpan: Span

    /// One name, and what it is called here.
    public init(name: String, nameSpan: Span, localName: String, localSpan: Span) {
      self.name = name
      self.nameSpan = nameSpan
      self.localName = localName
      self.localSpan = localSpan
    }
  }

  /// The module.
  public let source: Source
  /// Where the module's name or path stands.
  public let sourceSpan: Span
  /// The name the module itself gets; nil where only names are taken out of it.
  public let moduleName: String?
  /// Where the module's own name here stands; nil where it has none.
  public let moduleNameSpan: Span?
  /// The names that are taken out of the module; empty where the module itself is brought in.
  public let imports: [Import]

  /// A `use`: either a module with a name, or names out of it.
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
  /// What a pattern is.
  public indirect enum Kind: Sendable {
    case name(String)
    /// `_`
    case ignore
    /// `[a, b, ..rest]`: without a rest the lengths must agree.
    case list([Pattern], rest: Pattern?)
    /// `{loss, accuracy: a}`: keys that must be there; further ones are not looked at.
    case record([Field])
  }

  /// A key and the pattern for its value.
  public struct Field: Sendable {
    /// The key that must be there.
    public let key: String
    /// Where the key stands.
    public let keySpan: Span
    /// What the value is bound to; the key's own name in the short form.
    public let pattern: Pattern

    /// One field of a record's pattern.
    public init(key: String, keySpan: Span, pattern: Pattern) {
      self.key = key
      self.keySpan = keySpan
      self.pattern = pattern
    }
  }

  /// What it is, with its parts.
  public let kind: Kind
  /// Its place: from the first byte to behind the last one.
  public let span: Span

  /// A pattern at a place.
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
    /// What a cell holds.
    public enum Kind: String, Sendable {
      case code
      /// `// %% [markdown]`: prose in `//` lines.
      case markdown
      /// `// %% [raw]`: text in `//` lines that other programs read, and no page shows.
      case raw
    }

    /// Behind `%%`; empty for a cell without a title.
    public let title: String
    /// What it holds.
    public let kind: Kind
    /// The JSON object at the end of the `// %%` line, as it is written there; empty where there is none.
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

  /// The text that was read; all spans count in it.
  public let file: SourceFile
  /// The top level, in the order of the text.
  public let statements: [Stmt]
  /// The `///` lines that open the file.
  public let doc: String?
  /// Never empty; one untitled cell for a file without `// %%`.
  public let cells: [Cell]
  /// Written with `// %%`: what a cell ends with is shown.
  public let hasCells: Bool
  /// Comments that read as a division, in the order of the text.
  public let slashes: [SlashComment]

  /// A program. There is at least one cell, and every statement lies in one.
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
