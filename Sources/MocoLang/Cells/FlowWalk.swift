/// Walks the cells of a program in order and records what each reads and changes.
///
/// Every expression has roots: the names of the program that it may share data with, so that a change to it
/// changes them. `let opt = sgd(mix.parameters, lr: 0.1)` makes `mix` a root of `opt`, and `opt.step()`
/// changes both.
struct FlowWalk {
  /// The names a value may share data with.
  enum Root: Hashable {
    case global(String)
    /// A parameter of the function that is being walked.
    case parameter(String)
  }

  /// A name of the scope that is being walked.
  struct Local {
    var roots: Set<Root> = []
    /// The function that the name refers to, if known.
    var function: FunctionExpr?
  }

  /// The recorded facts of a cell, or of a function.
  struct Trace {
    var reads: Set<String> = []
    var changes: Set<Root> = []
    /// Built-in functions and methods that are called.
    var calls: Set<String> = []
    /// The names the value of a function may share data with.
    var gives: Set<Root> = []
  }

  /// The name under which random numbers are recorded; it is not a valid name in a program.
  static let randomState = "random numbers"
  /// The name under which a file is recorded.
  static func file(_ path: String) -> String { "file \(path)" }
  /// The path of a recorded name; nil if it is not a file.
  static func path(ofFile name: String) -> String? {
    name.hasPrefix("file ") ? String(name.dropFirst("file ".count)) : nil
  }
  /// Whether a recorded name is not a name of the program.
  static func isHidden(_ name: String) -> Bool { name == randomState || name.hasPrefix("file ") }

  let program: Program
  let context: CheckContext
  /// Functions that the program declares, by name; later cells may declare them again.
  var functions: [String: FunctionExpr] = [:]
  /// The names of the program, each with the names that its value may share data with.
  var holds: [String: Set<Root>] = [:]
  /// The effects of calls of declared functions, as far as they have been computed.
  var summaries: [String: Trace] = [:]
  /// The functions that are being walked.
  var active: Set<String> = []
  /// Those among them that were called again in the meantime: the effects of their callers are only partly
  /// known.
  var recursive: Set<String> = []
  var scopes: [[String: Local]] = []
  var trace = Trace()
  /// The names that the cell has declared so far.
  var declared: Set<String> = []
  /// The number of nested local functions that are being followed.
  var depth = 0
  /// The number of expressions that may still be walked. At 0, calls count as changing their arguments.
  var budget = 1_000_000

  init(_ program: Program, _ context: CheckContext) {
    self.program = program
    self.context = context
    // A function may be called above its declaration.
    for statement in program.statements {
      if case .function(let declaration) = statement.kind, functions[declaration.name] == nil {
        functions[declaration.name] = declaration.function
      }
    }
  }

  /// The effects of a cell; the cells above it have been walked.
  mutating func cell(_ cell: Program.Cell) -> CellFlow.Cell {
    trace = Trace()
    declared = []
    summaries = [:]
    scopes = []
    var result = CellFlow.Cell()
    for index in cell.statements where program.statements.indices.contains(index) {
      let statement = program.statements[index]
      _ = walk(statement)
      for (name, _) in statement.declaredNames {
        declared.insert(name)
        if !result.defines.contains(name) { result.defines.append(name) }
      }
    }
    var changes: Set<String> = []
    for case .global(let name) in trace.changes { changes.insert(name) }
    // Names that share a changed value have changed too.
    for (name, roots) in holds where !changes.contains(name) {
      if roots.contains(where: { trace.changes.contains($0) && !isSettled($0) }) { changes.insert(name) }
    }
    result.changes = changes.subtracting(result.defines)
    result.changesGiven = result.changes.union(changes.intersection(trace.reads))
    result.reads = trace.reads
    result.calls = trace.calls
    return result
  }

  /// Random numbers and files are not shared with any name.
  private func isSettled(_ root: Root) -> Bool {
    if case .global(let name) = root { FlowWalk.isHidden(name) } else { true }
  }

  // MARK: - Names

  func local(_ name: String) -> Local? {
    for scope in scopes.reversed() {
      if let found = scope[name] { return found }
    }
    return nil
  }

  /// Whether the program, or the session before it, has defined the name.
  func isOwn(_ name: String) -> Bool {
    local(name) != nil || holds[name] != nil || functions[name] != nil || context.names[name] != nil
      || declared.contains(name)
  }

  mutating func read(_ name: String) {
    if !declared.contains(name) { trace.reads.insert(name) }
  }

  mutating func change(_ roots: Set<Root>) {
    for root in roots {
      if case .global(let name) = root {
        read(name)
        for held in holds[name] ?? [] { trace.changes.insert(held) }
      }
      trace.changes.insert(root)
    }
  }

  /// A value that is stored in or assigned to a name adds its roots to the name.
  mutating func add(_ roots: Set<Root>, to name: String) {
    for index in scopes.indices.reversed() where scopes[index][name] != nil {
      scopes[index][name]?.roots.formUnion(roots)
      return
    }
    holds[name, default: []].formUnion(roots.subtracting([.global(name)]))
  }

  /// A declaration: of the innermost scope, or of the program.
  mutating func declare(_ name: String, _ roots: Set<Root>, function: FunctionExpr? = nil) {
    if scopes.isEmpty {
      holds[name] = roots.subtracting([.global(name)])
      functions[name] = function
      summaries = [:]
      declared.insert(name)
    } else {
      scopes[scopes.count - 1][name] = Local(roots: roots, function: function)
    }
  }

  mutating func declare(_ pattern: Pattern, _ roots: Set<Root>) {
    for (name, _) in pattern.names { declare(name, roots) }
  }

  // MARK: - Statements

  /// - Returns: the roots of an expression's value; empty for other statements.
  mutating func walk(_ statement: Stmt) -> Set<Root> {
    switch statement.kind {
    case .expr(let expr): return roots(expr)
    case .binding(let binding): bind(binding)
    case .assign(let assignment): assign(assignment)
    case .function(let declaration):
      declare(declaration.name, captured(declaration.function), function: declaration.function)
    case .groups(let groups):
      _ = roots(groups.lowered)
      declare(groups.name, [])
    case .use(let use):
      if case .path(let path) = use.source { read(FlowWalk.file(path)) }
      for (name, _) in statement.declaredNames { declare(name, []) }
    case .whileLoop(let condition, let body):
      // Twice, so that values stored at the end of the body are known at its beginning.
      for _ in 0..<2 {
        _ = roots(condition)
        _ = block(body)
      }
    case .forLoop(let pattern, let source, let body):
      let held = roots(source)
      for _ in 0..<2 { _ = block(body) { $0.declare(pattern, held) } }
    case .returnValue(let expr):
      if let expr { trace.gives.formUnion(roots(expr)) }
    case .breakLoop, .continueLoop, .invalid: break
    }
    return []
  }

  private mutating func bind(_ binding: Binding) {
    if case .name(let name) = binding.pattern.kind, !binding.isMutable,
      case .function(let function) = binding.value.kind
    {
      return declare(name, captured(function), function: function)
    }
    declare(binding.pattern, roots(binding.value))
  }

  private mutating func assign(_ assignment: Assignment) {
    let value = roots(assignment.value)
    assign(assignment.target, value)
  }

  private mutating func assign(_ target: Expr, _ value: Set<Root>) {
    switch target.kind {
    case .name(let name):
      if local(name) == nil { change([.global(name)]) }
      add(value, to: name)
    case .list(let items):
      for item in items { assign(item.expr, value) }
    default:
      change(roots(target))
      if let name = owner(target) { add(value, to: name) }
    }
  }

  /// The name at the root of `x.a[1].b`.
  func owner(_ expr: Expr) -> String? {
    switch expr.kind {
    case .name(let name): name
    case .member(let base, _, _), .index(let base, _, _): owner(base)
    default: nil
    }
  }

  /// A block in its own scope. - Returns: the roots of its value.
  mutating func block(_ block: Block, _ begin: (inout FlowWalk) -> Void = { _ in }) -> Set<Root> {
    scopes.append([:])
    defer { scopes.removeLast() }
    begin(&self)
    var last: Set<Root> = []
    for statement in block.statements { last = walk(statement) }
    return last
  }
}
