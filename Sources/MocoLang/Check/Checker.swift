import MocoBase

/// Finds errors before a program runs: unknown names, unknown arguments, incomplete forms, assignments to
/// constants, unreachable statements.
///
/// It reports only what is certain: members, the types of values and names that a later cell may declare are
/// left to the running program. Names and arguments inside `try { … }` are not checked, because the error may
/// be intended.
public struct Checker {
  /// Parses and checks, as `moco check` does. If a text does not parse, only the parse errors are reported,
  /// because names declared by an invalid statement would be missing everywhere else.
  public static func check(_ file: SourceFile, _ context: CheckContext) -> [Diagnostic] {
    CheckedProgram(file, context).diagnostics
  }

  /// Checks a program that was parsed without errors: names, arguments, options and discarded values.
  ///
  /// - Returns: errors and warnings, in source order.
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
    /// Its parameters, if it is certain that it is this function.
    var callable: CheckContext.Callable?
    var isRead = false
    let isGlobal: Bool
    let functionDepth: Int
    /// The scope that it is declared in, where the check was told its place; nil for the whole file.
    var scope: Span?
  }

  struct Scope {
    /// Index into `variables`.
    var names: [String: Int] = [:]
    /// The functions of a block are visible in the entire block, so that they can call each other.
    var functions: Set<String> = []
  }

  let program: Program
  let context: CheckContext
  var diagnostics: [Diagnostic] = []
  var variables: [Variable] = []
  var scopes: [Scope] = []
  /// Top-level names declared anywhere in the program, with the position of the first declaration.
  var globals: [String: Span] = [:]
  /// Top-level names declared more than once (in several cells), whose value is uncertain.
  var redeclared: Set<String> = []
  /// Functions of the top level. Whether a call before the declaration works is left to the running program.
  var globalFunctions: Set<String> = []
  /// Where names are read and assigned to, with indices into `variables`.
  var uses: [(place: Span, variable: Int)] = []
  /// Uses of names whose declaration comes later in the text.
  var pendingUses: [(name: String, place: Span)] = []
  var functionDepth = 0
  var loopDepth = 0
  var tryDepth = 0
  var currentCell = 0
  var cellOfGlobal: [String: Int] = [:]
  /// The value of the expression that is checked next is discarded.
  var isThrownAway = false
  /// Index into the program's comments that look like a division.
  var nextSlash = 0
  /// The fields that the program sets, any of which may hold a function.
  let fieldNames: Set<String>
  /// Deprecated names that have been reported.
  var oldNames: Set<String> = []
  /// The controls that the program declares, with their positions.
  var controls: [String: Span] = [:]
  /// The call that creates the control of the current declaration.
  var declaredControl: Span?
  /// Whether E0125 was reported.
  var hasRemarkedOnControl = false

  static let maximumDiagnostics = 50

  init(program: Program, context: CheckContext) {
    self.program = program
    self.context = context
    fieldNames = Checker.fieldNames(program.file, context.dialect)
  }

  /// Warnings of code that does something other than it appears to. They are also reported before a run.
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

  mutating func run() {
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
      // The last value of a cell is shown; a file without cells shows nothing.
      let isShown = context.isPrompt || program.hasCells
      statements(Array(program.statements[range]), takesLast: isShown)
    }
  }

  /// - Parameter takesLast: whether the value of the last statement is the value of the block.
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
            ? "every branch of the '\(end.word)' before it leaves the block"
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

  mutating func inScope(_ place: Span, _ body: (inout Checker) -> Void) {
    let earlier = pendingUses.count
    scopes.append(Scope())
    body(&self)
    guard let scope = scopes.popLast() else { return }
    for index in scope.names.values { variables[index].scope = place }
    settleUses(in: scope, from: earlier)
    for index in scope.names.values.sorted() { warnIfUnused(variables[index]) }
  }

  private mutating func warnIfUnused(_ variable: Variable) {
    guard !variable.isRead, !variable.isGlobal, !variable.name.hasPrefix("_") else { return }
    switch variable.kind {
    case .constant, .variable:
      report(
        "E0117", "'\(variable.name)' is never used", at: variable.span,
        help: "remove it, or rename it _\(variable.name) if it is unused on purpose", severity: .warning)
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
      uses.append((span, index))
      return
    }
    pendingUses.append((name, span))
    if scopes.contains(where: { $0.functions.contains(name) }) { return }
    if context.names[name] != nil || context.builtins[name] != nil { return }
    if let place = globals[name] {
      // In a function, the declaration may run before the call; otherwise the call fails.
      guard functionDepth == 0, tryDepth == 0, !globalFunctions.contains(name) else { return }
      report(
        "E0301", "'\(name)' is used before it is declared", at: span,
        labels: [.init(place, "declared here")])
      return
    }
    guard tryDepth == 0, diagnostics.count < Checker.maximumDiagnostics else { return }
    report(
      "E0301", "unknown name '\(shown(name))'", at: span,
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
  /// The names that the statement binds in its own scope.
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
