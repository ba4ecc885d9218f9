import MocoBase
import MocoLang
import MocoRuntime

/// The names that a program declares at its top level, as completion and help see them where the program has not run: an
/// editor's view of a file.
package struct DeclaredNames {
  /// What is known of a name, or of a value, without running anything.
  package struct Entry {
    /// What it stands for.
    enum Kind {
      /// A function with its parameters.
      case function(FunctionExpr)
      /// A value, as it is written.
      case value(Expr)
      /// A module, with its public names.
      case module(names: [String])
      /// A name that `use { … } from` takes out of a module.
      case imported(module: String)
      /// A part of a pattern.
      case part
    }

    var name: String
    var kind: Kind
    /// Whether it was declared with `let`, or in another way that allows no assignment.
    var isConstant = true
    /// The Markdown above its declaration.
    var doc: String?

    /// `name(a, b = 2)`, for a function.
    var signature: String? {
      guard case .function(let function) = kind else { return nil }
      let list = function.parameters.map { parameter in
        parameter.name + (parameter.defaultValue.map { " = " + $0.span.text.oneLine } ?? "")
      }
      return "\(name)(\(list.joined(separator: ", ")))"
    }

    /// What hovering shows, as Markdown.
    ///
    /// - Parameter type: of its value, where it is known.
    func help(type: String?) -> String {
      var head = signature ?? name + (type.map { ": \($0)" } ?? "")
      switch kind {
      case .value(let expr) where expr.isShort: head += " = " + expr.span.text.oneLine
      case .module(let names):
        head = "module \(name)" + (names.isEmpty ? "" : "\n\nNames: " + names.joined(separator: ", "))
      case .imported(let module): head += "\n\nFrom the module \(module)."
      default: break
      }
      return head + (doc.map { "\n\n" + $0 } ?? "")
    }
  }

  private(set) var entries: [String: Entry] = [:]
  /// Names of scopes around the cursor: parameters and variables of functions and loops.
  package var locals: [NameTable.Name] = []

  /// - Parameters:
  ///   - program: what could be read of a file; it may have errors.
  ///   - moduleNames: the public names of a module, read and not run.
  package init(_ program: Program, moduleNames: (Use.Source) -> [String] = { _ in [] }) {
    for statement in program.statements {
      switch statement.kind {
      case .binding(let binding): add(binding)
      case .function(let declaration):
        add(Entry(name: declaration.name, kind: .function(declaration.function), doc: declaration.doc))
      case .groups(let declaration):
        let type = DeclaredNames.named(declaration.lowered)
        add(Entry(name: declaration.name, kind: .value(type ?? declaration.lowered), doc: declaration.doc))
      case .use(let use):
        let module =
          switch use.source {
          case .library(let name): name
          case .path(let path): StringText.quoted(path)
          }
        for item in use.imports { add(Entry(name: item.localName, kind: .imported(module: module))) }
        if let name = use.moduleName {
          add(Entry(name: name, kind: .module(names: moduleNames(use.source))))
        }
      default: break
      }
    }
  }

  /// The call that a declaration stands for, so that its type is that of the call's result.
  private static func named(_ lowered: Expr) -> Expr? {
    if case .call = lowered.kind { return lowered }
    return nil
  }

  private mutating func add(_ entry: Entry) { entries[entry.name] = entry }

  private mutating func add(_ binding: Binding) {
    guard case .name(let name) = binding.pattern.kind else {
      for (name, _) in binding.pattern.names {
        add(
          Entry(name: name, kind: .part, isConstant: !binding.isMutable, doc: binding.doc))
      }
      return
    }
    let kind: Entry.Kind =
      if case .function(let function) = binding.value.kind { .function(function) } else {
        .value(binding.value)
      }
    add(Entry(name: name, kind: kind, isConstant: !binding.isMutable, doc: binding.doc))
  }

  /// Every name that can be used at the cursor, each once.
  var names: [String] {
    let own = Set(locals.map(\.name))
    return own.sorted() + entries.keys.filter { !own.contains($0) }.sorted()
  }

  /// The names as candidates.
  ///
  /// - Parameter type: that of a name's value, where it is known.
  func candidate(_ name: String, type: (String) -> String?) -> Completion.Candidate? {
    if let local = locals.first(where: { $0.name == name }) {
      let kind: Completion.Candidate.Kind =
        switch local.kind {
        case .function: .function
        case .constant, .groups: .constant
        default: .variable
        }
      return Completion.Candidate(name, kind)
    }
    guard let entry = entries[name] else { return nil }
    let kind: Completion.Candidate.Kind =
      switch entry.kind {
      case .function: .function
      case .module: .module
      default: entry.isConstant ? .constant : .variable
      }
    return Completion.Candidate(name, kind, type: type(name), doc: entry.doc.map { Summary.of($0) })
  }
}

extension Expr {
  /// Whether a line can show it as it is written.
  fileprivate var isShort: Bool { span.end - span.start <= 60 && !span.text.contains("\n") }
}

extension String {
  /// Without line breaks, and cut where it is long.
  fileprivate var oneLine: String {
    let line = String(map { $0.isNewline ? " " : $0 })
    return line.count > 60 ? line.prefix(60) + "…" : line
  }
}

// What an expression gives, as far as its text says.

extension Lookup {
  /// How many declarations are followed from one to the next.
  private static let deepest = 32

  func find(declared name: String, _ depth: Int) -> Found? {
    guard let entry = declared?.entries[name], depth < Lookup.deepest else { return nil }
    switch entry.kind {
    case .function, .module: return .declared(entry)
    case .imported, .part: return nil
    case .value(let expr): return infer(expr, depth + 1)
    }
  }

  /// Whether a name is one of the program's, so that a built-in of that name is not meant.
  func isDeclared(_ name: String) -> Bool {
    declared.map { $0.entries[name] != nil || $0.locals.contains { $0.name == name } } ?? false
  }

  private func infer(_ expr: Expr, _ depth: Int) -> Found? {
    guard depth < Lookup.deepest else { return nil }
    switch expr.kind {
    case .bool: return .type("Bool")
    case .int: return .type("Int")
    case .float: return .type("Float")
    case .string: return .type("String")
    case .list: return .type("List")
    case .range: return .type("Range")
    case .quantity: return .type("Quantity")
    case .record: return .declared(DeclaredNames.Entry(name: "", kind: .value(expr)))
    case .comprehension(let made): return .type(made.key == nil ? "List" : "Record")
    case .function(let function):
      return .declared(DeclaredNames.Entry(name: "function", kind: .function(function)))
    case .name(let name): return find(first: name, depth + 1)
    case .member(let base, let name, _):
      return infer(base, depth + 1).flatMap { next($0, .name(name), nil) }
    case .index(let base, let items, _):
      guard let found = infer(base, depth + 1) else { return nil }
      if items.count == 1, case .expr(let item) = items[0] {
        if case .int(let place) = item.kind { return next(found, .place(place), nil) }
        if case .string(let literal) = item.kind, let key = literal.plainText {
          return next(found, .key(key), nil)
        }
      }
      return next(found, .slice, nil)
    case .call(let call): return infer(call, depth + 1)
    default: return nil
    }
  }

  private func infer(_ call: Call, _ depth: Int) -> Found? {
    switch call.callee.kind {
    case .builtin(let name): return interpreter.resultTypes[name].map { .type($0) }
    case .name(let name):
      if isDeclared(name) { return nil }
      return interpreter.resultTypes[name].map { .type($0) }
    case .member:
      return infer(call.callee, depth + 1).flatMap { next($0, .call, nil) }
    default: return nil
    }
  }

  /// A field of a record that a program writes, or a name of a module.
  func member(_ name: String, of entry: DeclaredNames.Entry) -> Found? {
    guard case .value(let expr) = entry.kind, case .record(let entries) = expr.kind else { return nil }
    for case .field(name, _, let value) in entries.reversed() { return infer(value, 1) }
    return nil
  }

  /// The names after a dot.
  func members(of entry: DeclaredNames.Entry) -> [String] {
    switch entry.kind {
    case .module(let names): return names
    case .value(let expr):
      guard case .record(let entries) = expr.kind else { return [] }
      return entries.compactMap { if case .field(let name, _, _) = $0 { name } else { nil } }
    default: return []
    }
  }

  /// What hovering over a name of the program shows; nil for other names.
  func help(declared name: String) -> String? {
    if let local = declared?.locals.first(where: { $0.name == name }) { return "\(name): \(local.kind.word)" }
    guard let entry = declared?.entries[name] else { return nil }
    return entry.help(type: find(declared: name, 0)?.typeName)
  }
}

extension DeclaredNames.Entry {
  /// The type of its value, where it is known.
  var typeName: String? {
    switch kind {
    case .function: "Function"
    case .module: "Module"
    case .value(let expr): if case .record = expr.kind { "Record" } else { nil }
    case .imported, .part: nil
    }
  }
}

extension NameTable.Name.Kind {
  /// What hovering calls it.
  package var word: String {
    switch self {
    case .constant: "a local constant"
    case .variable: "a local variable"
    case .function: "a local function"
    case .parameter: "a parameter"
    case .loop: "the variable of a loop"
    case .error: "the error that was caught"
    case .module: "a module"
    case .groups: "a local constant"
    }
  }
}
