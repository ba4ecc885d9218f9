// From the syntax tree to instructions, in one pass.
//
// Names: a local of this function is a register; a local of an enclosing function is a cell that the closure
// captures; everything else is a global of the module, looked up at run time through its slot. The top level
// of a program declares globals, blocks declare locals.

import MocoBase

/// Compiles the syntax tree of one program to a prototype. Each instance compiles once.
package final class Compiler {
  let heap: Heap
  let globals: Globals
  let module: Module
  let file: SourceFile
  let dialect: Dialect
  var builder: FunctionBuilder
  var diagnostics: [Diagnostic] = []
  /// `--set` values for top-level constants, and those that were used.
  var overrides: [String: String] = [:]
  var usedOverrides: Set<String> = []
  /// A function that is called with each cell that has ended and its value; nil for none.
  var cellEnd: Word?
  /// The function that replaces the callee of the call that is compiled next: a declared control.
  var declaredControl: NativeFunction?
  /// Whether the expression that is compiled next may be a range of Floats: the argument of a control.
  var takesFloatRange = false
  /// Names that the program declares at its top level.
  var ownNames: Set<String> = []
  /// Top-level names of the cell that is being compiled, with their positions.
  var declaredInCell: [String: Span] = [:]

  /// A compiler for a program whose globals belong to `module`. Constants and interned names are created on
  /// `heap`, slots in `globals`.
  package init(module: Module, file: SourceFile, dialect: Dialect, globals: Globals, heap: Heap) {
    self.module = module
    self.file = file
    self.dialect = dialect
    self.globals = globals
    self.heap = heap
    builder = FunctionBuilder(heap: heap, parent: nil, file: file, name: nil)
  }

  /// The top level as a function without parameters, or nil with `diagnostics`.
  package func compile(_ program: Program) throws -> Prototype? {
    let cells = program.cells
    var cell = 0
    let statements = program.statements
    ownNames = Set(statements.flatMap { $0.declaredNames.map(\.0) })
    for (index, statement) in statements.enumerated() {
      while cell + 1 < cells.count, !cells[cell].statements.contains(index) {
        cell += 1
        declaredInCell = [:]
      }
      let isLast = index == statements.count - 1
      if let cellEnd, cells.indices.contains(cell), cells[cell].statements.upperBound == index + 1 {
        try compile(statement, ending: cell, cellEnd, isLast: isLast)
      } else {
        try compile(statement, isLast: isLast ? .tail : .discard)
      }
    }
    let end = file.span(file.bytes.count, file.bytes.count)
    builder.emit(Instruction(.returnNil), end)
    if builder.isTooLarge { tooLarge(statements.first?.span ?? end) }
    for name in overrides.keys.sorted() where !usedOverrides.contains(name) {
      report(unknownOverride(name, program))
    }
    return diagnostics.isEmpty ? Prototype(builder, module: module) : nil
  }

  /// The last statement of a cell; its value is reported before anything else runs.
  private func compile(_ statement: Stmt, ending cell: Int, _ cellEnd: Word, isLast: Bool) throws {
    let span = statement.span
    let (top, free) = (builder.localTop, builder.free)
    let value = builder.temporary()
    builder.emit(Instruction(.loadNil, a: value), span)
    // The statement does not use the register.
    builder.localTop = builder.free
    if case .expr = statement.kind {
      try compile(statement, isLast: .value(value))
    } else {
      try compile(statement, isLast: .discard)
    }
    builder.localTop = top
    builder.free = value + 1
    let base = builder.temporary()
    loadConstant(builder.constant(word: cellEnd), base, span)
    builder.emit(Instruction(.loadInt, a: builder.temporary(), bx: cell), span)
    builder.emit(Instruction(.move, a: builder.temporary(), b: value), span)
    loadConstant(builder.constant(word: .bool(statement.hidesValue)), builder.temporary(), span)
    builder.emit(Instruction(.call, a: base, b: 3), span)
    builder.emit(Instruction(.clear, a: base, b: 1), span)
    if isLast {
      builder.emit(Instruction(.returnValue, a: value), span)
    } else {
      builder.emit(Instruction(.clear, a: value, b: 1), span)
    }
    builder.free = free
  }

  private func unknownOverride(_ name: String, _ program: Program) -> Diagnostic {
    var candidates: [String] = []
    for statement in program.statements {
      if case .binding(let binding) = statement.kind, !binding.isMutable,
        case .name(let name) = binding.pattern.kind,
        Compiler.isLiteral(binding.value) || isControl(binding)
      {
        candidates.append(name)
      }
    }
    var help = candidates.isEmpty ? ["the program has no top-level `let name = literal`, and no control"] : []
    if let near = Nearest.name(to: name, among: candidates) {
      help = ["did you mean --set \(near)=…?"]
    } else if !candidates.isEmpty {
      help = ["these can be set: \(candidates.joined(separator: ", "))"]
    }
    return Diagnostic(
      "E0307", "--set \(name)=…: the program has no top-level `let \(name)` with a literal or a control",
      help: help)
  }

  func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  func tooLarge(_ span: Span) {
    report(
      Diagnostic(
        "E0404", "this function is too large to compile", at: span, help: ["split it into several functions"])
    )
  }

  // MARK: Names

  enum Place {
    case local(Int)
    case cell(Int)
    case global(Int)
  }

  func resolve(_ name: String) throws -> Place {
    if let index = localIndex(name, in: builder) { return .local(index) }
    if let cell = capture(name, in: builder) { return .cell(cell) }
    return .global(try globals.slot(for: name, in: module))
  }

  private func localIndex(_ name: String, in builder: FunctionBuilder) -> Int? {
    builder.locals.lastIndex { $0.name == name }
  }

  /// The captured cell for a name of an enclosing function; nil if it is a global.
  private func capture(_ name: String, in builder: FunctionBuilder) -> Int? {
    if let known = builder.capturedNames.firstIndex(where: { $0.name == name }) { return known }
    guard let parent = builder.parent else { return nil }
    let cell: CapturedCell
    let isMutable: Bool
    if let index = localIndex(name, in: parent) {
      parent.locals[index].isCaptured = true
      cell = CapturedCell(isLocal: true, index: parent.locals[index].register)
      isMutable = parent.locals[index].isMutable
    } else if let outer = capture(name, in: parent) {
      cell = CapturedCell(isLocal: false, index: outer)
      isMutable = parent.capturedNames[outer].isMutable
    } else {
      return nil
    }
    builder.captured.append(cell)
    builder.capturedNames.append(CapturedName(name: name, cell: cell, isMutable: isMutable))
    if builder.captured.count > 100 { builder.isTooLarge = true }
    return builder.captured.count - 1
  }

  var isTopLevel: Bool { builder.parent == nil && builder.depth == 0 }

  /// A new local in the next free register.
  @discardableResult
  func declareLocal(_ name: String, isMutable: Bool, span: Span?) -> Int {
    let register = builder.temporary()
    builder.localTop = builder.free
    builder.heldCount = max(builder.heldCount, builder.localTop)
    builder.locals.append(
      Local(name: name, register: register, isMutable: isMutable, span: span, start: builder.here))
    return register
  }

  /// Internal registers that must survive statements: the state of a loop, the list of a comprehension.
  func reserve(_ count: Int) -> Int {
    let first = builder.free
    for _ in 0..<count { declareLocal("", isMutable: false, span: nil) }
    return first
  }

  func checkDuplicate(_ name: String, _ span: Span, from scopeStart: Int) {
    guard name != "", let earlier = builder.locals[scopeStart...].first(where: { $0.name == name }) else {
      return
    }
    if earlier.isPending { return }
    reportDuplicate(name, span, earlier: earlier.span)
  }

  func reportDuplicate(_ name: String, _ span: Span, earlier: Span?) {
    report(
      Diagnostic(
        "E0308", "'\(name)' is declared twice in the same scope", at: span,
        labels: earlier.map { [Diagnostic.Label($0, "first here")] } ?? [],
        help: ["to change it, declare it with var and write \(name) = …"]))
  }

  // MARK: Scopes

  struct Scope {
    var locals: Int
    var localTop: Int
    var free: Int
  }

  func enterScope() -> Scope {
    let scope = Scope(locals: builder.locals.count, localTop: builder.localTop, free: builder.free)
    builder.localTop = builder.free
    builder.depth += 1
    scopeStarts.append(builder.locals.count)
    return scope
  }

  /// Ends a scope: captured variables leave their registers, and the others are released.
  func leaveScope(_ scope: Scope, _ span: Span, keepsValues: Bool = false) {
    if !keepsValues { releaseLocals(from: scope.locals, span) }
    forgetScope(scope)
  }

  func forgetScope(_ scope: Scope) {
    if builder.locals[scope.locals...].contains(where: \.isCaptured) {
      for index in builder.loops.indices { builder.loops[index].hasCaptures = true }
    }
    builder.endLocals(from: scope.locals)
    builder.localTop = scope.localTop
    builder.free = scope.free
    builder.depth -= 1
    scopeStarts.removeLast()
  }

  /// Code that closes captured cells and clears the registers of the locals from that index on.
  func releaseLocals(from index: Int, _ span: Span) {
    guard index < builder.locals.count else { return }
    let first = builder.locals[index].register
    if builder.locals[index...].contains(where: \.isCaptured) {
      builder.emit(Instruction(.closeCells, a: first), span)
    }
    let last = builder.locals[builder.locals.count - 1].register
    builder.emit(Instruction(.clear, a: first, b: last - first + 1), span)
  }

  /// Where the locals of each open scope begin.
  var scopeStarts: [Int] = []

  static func isLiteral(_ expr: Expr) -> Bool {
    switch expr.kind {
    case .nilLiteral, .bool, .int, .float: return true
    case .string(let literal): return literal.plainText != nil
    case .unary(.negate, _, let operand):
      switch operand.kind {
      case .int, .float: return true
      default: return false
      }
    case .quantity(let amount, _, _): return isLiteral(amount)
    case .list(let items):
      return items.allSatisfy { if case .element(let e) = $0 { return isLiteral(e) } else { return false } }
    case .record(let entries):
      return entries.allSatisfy {
        if case .field(_, _, let e) = $0 { return isLiteral(e) } else { return false }
      }
    default: return false
    }
  }
}
