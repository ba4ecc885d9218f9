import MocoBase

/// Looks for what is wrong before a program runs: names that do not exist, arguments no function takes,
/// forms that are not whole, assignments to constants, statements that cannot be reached.
///
/// It says nothing that could be wrong: a member, a value's type, a name that a later cell may declare are
/// left to the running program. Inside `try { … }` names and arguments are not looked at, because there the
/// error may be wanted.
public struct Checker {
  /// Parses and checks: what `moco check` says. Where a text does not parse, only that is said, because names
  /// that a broken statement would have declared are missing everywhere else.
  public static func check(_ file: SourceFile, _ context: CheckContext) -> [Diagnostic] {
    CheckedProgram(file, context).diagnostics
  }

  /// Checks a program that has been parsed without errors: names, arguments, options and what is thrown away.
  ///
  /// - Returns: errors and warnings, in the order of the text.
  public static func check(_ program: Program, _ context: CheckContext) -> [Diagnostic] {
    var checker = Checker(program: program, context: context)
    checker.run()
    checker.diagnostics.sort { ($0.primary?.start ?? 0) < ($1.primary?.start ?? 0) }
    return checker.diagnostics
  }

  /// A name that the program declares.
  struct Variable {
    enum Kind {
      case constant, variable, function, parameter, loop, error, module, groups
    }

    let name: String
    let span: Span
    let kind: Kind
    /// What it takes, where it is certainly this function.
    var callable: CheckContext.Callable?
    var isRead = false
    let isGlobal: Bool
    let functionDepth: Int
  }

  struct Scope {
    /// Index into `variables`.
    var names: [String: Int] = [:]
    /// The functions of a block are known in all of it, so that they can call each other.
    var functions: Set<String> = []
  }

  let program: Program
  let context: CheckContext
  var diagnostics: [Diagnostic] = []
  var variables: [Variable] = []
  var scopes: [Scope] = []
  /// Top-level names declared anywhere in the program, with the place of the first declaration.
  var globals: [String: Span] = [:]
  /// Top-level names declared more than once (in several cells), whose value is uncertain.
  var redeclared: Set<String> = []
  /// Functions of the top level: whether a call before the declaration works is left to the running program.
  var globalFunctions: Set<String> = []
  var functionDepth = 0
  var loopDepth = 0
  var tryDepth = 0
  var currentCell = 0
  var cellOfGlobal: [String: Int] = [:]
  /// The value of the expression that is checked next is thrown away.
  var isThrownAway = false
  /// Index into the program's comments that read as a division.
  var nextSlash = 0
  /// Fields that the program writes, any of which may hold a function.
  let fieldNames: Set<String>
  /// Older names of functions that have been remarked on.
  var oldNames: Set<String> = []
  /// The controls that the program declares, with their places.
  var controls: [String: Span] = [:]
  /// The call that makes the control which is declared now.
  var declaredControl: Span?
  /// Whether it was said of a control that nobody can move it.
  var hasRemarkedOnControl = false

  static let maximumDiagnostics = 50

  private init(program: Program, context: CheckContext) {
    self.program = program
    self.context = context
    fieldNames = Checker.fieldNames(program.file, context.dialect)
  }

  /// Warnings of what a program does otherwise than it seems to say: told before a run too.
  public static let surprises: Set<String> = ["E0121", "E0122", "E0123", "E0124", "E0125"]

  mutating func report(_ diagnostic: Diagnostic) {
    guard diagnostics.count < Checker.maximumDiagnostics else { return }
    diagnostics.append(diagnostic)
  }

  mutating func report(
    _ code: String, _ message: String, at span: Span, labels: [Diagnostic.Label] = [], help: String? = nil,
    severity: Diagnostic.Severity = .error
  ) {
    report(
      Diagnostic(code, message, at: span, labels: labels, help: help.map { [$0] } ?? [], severity: severity))
  }

  // MARK: - The program

  private mutating func run() {
    for statement in program.statements {
      for (name, span) in statement.declaredNames {
        if globals[name] != nil { redeclared.insert(name) } else { globals[name] = span }
      }
    }
    for case .function(let declaration) in program.statements.lazy.map(\.kind) {
      globalFunctions.insert(declaration.name)
    }
    scopes = [Scope()]
    for (index, cell) in program.cells.enumerated() {
      currentCell = index
      let range = cell.statements.clamped(to: 0..<program.statements.count)
      // What a cell ends with is shown; a file without cells shows nothing.
      let isShown = context.isPrompt || program.hasCells
      statements(Array(program.statements[range]), takesLast: isShown)
    }
  }

  /// - Parameter takesLast: whether the value of the last statement is that of the whole.
  mutating func statements(_ list: [Stmt], takesLast: Bool) {
    if scopes.count > 1 {
      for case .function(let declaration) in list.lazy.map(\.kind) {
        scopes[scopes.count - 1].functions.insert(declaration.name)
      }
    }
    var ended: (word: String, warned: Bool)?
    for (place, statement) in list.enumerated() {
      if let end = ended, !end.warned {
        report(
          "E0112", "this is never reached", at: statement.span,
          help: ["if", "try"].contains(end.word)
            ? "every branch of the '\(end.word)' before it leaves"
            : end.word == "while true" ? "the loop before it has no break" : "it comes after '\(end.word)'",
          severity: .warning)
        ended = (end.word, true)
      }
      let isThrownAway = !(takesLast && place == list.count - 1)
      if case .expr = statement.kind { self.isThrownAway = isThrownAway }
      check(statement)
      warnOfSlashes(in: statement)
      if isThrownAway { warnIfThrownAway(statement, isFirst: place == 0) }
      if ended == nil, let word = statement.leavingWord { ended = (word, false) }
    }
  }

  // MARK: - Scopes

  mutating func inScope(_ body: (inout Checker) -> Void) {
    scopes.append(Scope())
    body(&self)
    guard let scope = scopes.popLast() else { return }
    for index in scope.names.values.sorted() { warnIfUnused(variables[index]) }
  }

  private mutating func warnIfUnused(_ variable: Variable) {
    guard !variable.isRead, !variable.isGlobal, !variable.name.hasPrefix("_") else { return }
    switch variable.kind {
    case .constant, .variable:
      report(
        "E0117", "'\(variable.name)' is never used", at: variable.span,
        help: "remove it, or call it _\(variable.name) where it is meant to be unused", severity: .warning)
    default: break
    }
  }

  mutating func declare(
    _ name: String, _ span: Span, _ kind: Variable.Kind, callable: CheckContext.Callable? = nil
  ) {
    guard name != "_" else { return }
    let isGlobal = scopes.count == 1
    if let index = scopes[scopes.count - 1].names[name] {
      let earlier = variables[index]
      // Across cells, and at the prompt, a name may be declared again.
      let mayRepeat = isGlobal && (context.isPrompt || cellOfGlobal[name] != currentCell)
      if !mayRepeat {
        report(
          "E0308", "'\(name)' is declared twice in the same scope", at: span,
          labels: [.init(earlier.span, "first here")],
          help: "to change it, declare it with var and write \(name) = …")
      }
    }
    if isGlobal { cellOfGlobal[name] = currentCell }
    let isCertain = !(isGlobal && redeclared.contains(name))
    scopes[scopes.count - 1].names[name] = variables.count
    variables.append(
      Variable(
        name: name, span: span, kind: kind, callable: isCertain ? callable : nil, isGlobal: isGlobal,
        functionDepth: functionDepth))
  }

  mutating func declare(_ pattern: Pattern, _ kind: Variable.Kind, callable: CheckContext.Callable? = nil) {
    if case .name(let name) = pattern.kind {
      declare(name, pattern.span, kind, callable: callable)
      return
    }
    var seen: [String: Span] = [:]
    for (name, span) in pattern.names {
      if let first = seen[name] {
        report(
          "E0115", "'\(name)' appears twice in this pattern", at: span, labels: [.init(first, "first here")])
        continue
      }
      seen[name] = span
      declare(name, span, kind)
    }
  }

  func lookup(_ name: String) -> Int? {
    for scope in scopes.reversed() {
      if let index = scope.names[name] { return index }
    }
    return nil
  }

  // MARK: - Names

  mutating func read(_ name: String, _ span: Span) {
    if let index = lookup(name) {
      variables[index].isRead = true
      return
    }
    if scopes.contains(where: { $0.functions.contains(name) }) { return }
    if context.names[name] != nil || context.builtins[name] != nil { return }
    if let place = globals[name] {
      // In a function the declaration has run by the time of the call, or is found missing then.
      guard functionDepth == 0, tryDepth == 0, !globalFunctions.contains(name) else { return }
      report(
        "E0301", "'\(name)' is used before it is declared", at: span,
        labels: [.init(place, "declared here")])
      return
    }
    guard tryDepth == 0, diagnostics.count < Checker.maximumDiagnostics else { return }
    report(
      "E0301", "there is no '\(shown(name))'", at: span,
      help: context.dialect.help(forName: name) ?? suggestion(for: name).map { "did you mean '\($0)'?" }
        ?? context.dialect.help(nearName: name))
  }

  func shown(_ name: String) -> String { name.count > 60 ? name.prefix(60) + "…" : name }

  func suggestion(for name: String) -> String? {
    var candidates: Set<String> = ["true", "false", "nil", "not"]
    for scope in scopes { candidates.formUnion(scope.names.keys) }
    candidates.formUnion(context.builtins.keys)
    candidates.formUnion(context.names.keys)
    candidates.formUnion(globals.keys)
    return Nearest.name(to: name, among: candidates)
  }
}

extension Stmt {
  /// What the statement binds in its own scope.
  package var declaredNames: [(name: String, span: Span)] {
    switch kind {
    case .binding(let binding): binding.pattern.names
    case .function(let declaration): [(declaration.name, declaration.nameSpan)]
    case .groups(let declaration): [(declaration.name, declaration.nameSpan)]
    case .use(let use):
      use.imports.map { ($0.localName, $0.localSpan) }
        + (use.moduleName.map { [($0, use.moduleNameSpan ?? use.sourceSpan)] } ?? [])
    default: []
    }
  }
}
