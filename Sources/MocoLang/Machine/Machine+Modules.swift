// Modules: found by the interpreter's loader, run once, and used as a value with public names.

import MocoBase

extension Machine {
  /// The module for a `use`, loaded at its first use.
  /// - Throws: E0801, E0802, and any error of the module's own program.
  ///
  /// - Parameter isTopLevel: whether the `use` declares globals.
  func loadModule(_ use: Use, _ closure: ObjectPointer, isTopLevel: Bool) throws -> Word {
    let prototype = closure.closure.pointee.prototype.takeUnretainedValue()
    guard let loader = interpreter.moduleLoader else {
      throw Failure(
        "E0801", "cannot load the module '\(use.source.text)': modules are not available here")
    }
    let loaded = try read(use.source, from: prototype.file, by: loader)
    let origin = Module.Origin(loaded.source, use.source, importer: prototype.file)
    let module = try known(loaded.identity) ?? load(loaded.identity, origin)
    if !prototype.module.dependencies.contains(where: { $0 === module }) {
      prototype.module.dependencies.append(module)
    }
    if isTopLevel, prototype.module === interpreter.main { noteImports(use, module) }
    return heap.box(module, .module)
  }

  /// The module with this identity, if it has run.
  /// - Throws: E0802 if it is running.
  private func known(_ identity: String) throws -> Module? {
    guard let known = loadedModules[identity] else { return nil }
    switch known.state {
    case .ready: return known
    case .loading: throw circle(identity, known)
    case .failed: return nil
    }
  }

  func read(
    _ source: Use.Source, from importer: SourceFile,
    by loader: (Use.Source, SourceFile) throws -> LoadedModule
  ) throws -> LoadedModule {
    var reading = ModuleReading(source: source, importer: importer, bytes: nil)
    defer { readings?.append(reading) }
    let loaded = try loader(source, importer)
    reading.bytes = loaded.source.bytes
    return loaded
  }

  /// Runs a module, which replaces any module with the same identity.
  func load(_ identity: String, _ origin: Module.Origin) throws -> Module {
    let module = Module(name: moduleName(origin.use.text), identity: identity)
    module.origin = origin
    module.state = .loading
    loadedModules[identity] = module
    loading.append(module)
    globals.add(module)
    defer { loading.removeLast() }
    let parsed = Parser.parse(origin.source, interpreter.dialect)
    interpreter.moduleStarts?(parsed)
    do {
      let result = try run(parsed, in: module)
      heap.release(result)
    } catch {
      module.state = .failed
      globals.retire(module)
      throw error
    }
    module.state = .ready
    return module
  }

  /// Stores the origin of the names of a `use`. If one of them is missing, the `use` fails.
  private func noteImports(_ use: Use, _ module: Module) {
    guard use.imports.allSatisfy({ member($0.name, of: module) != nil }) else { return }
    for item in use.imports {
      if let slot = interpreter.main.slots[item.localName] { imports[slot] = (module, item.name) }
    }
    if let name = use.moduleName, let slot = interpreter.main.slots[name] { imports[slot] = (module, nil) }
  }

  private func moduleName(_ shown: String) -> String {
    var name = shown.split(separator: "/").last.map(String.init) ?? shown
    if name.hasSuffix(".moco") { name.removeLast(5) }
    return name
  }

  private func circle(_ identity: String, _ known: Module) -> Failure {
    let start = loading.firstIndex { $0 === known } ?? 0
    let names = loading[start...].map(\.name) + [known.name]
    return Failure(
      "E0802", "these modules use each other in a cycle: \(names.joined(separator: " → "))",
      help: "move what both need into a third module")
  }

  /// Compiles and runs a module that was read.
  private func run(_ parsed: ParseResult, in module: Module) throws -> Word {
    if let error = parsed.diagnostics.first(where: \.isError) { throw error }
    module.doc = parsed.program.doc
    let compiler = Compiler(
      module: module, file: parsed.program.file, dialect: interpreter.dialect, globals: globals, heap: heap)
    module.pending = declaredNames(parsed.program)
    guard let prototype = try compiler.compile(parsed.program) else {
      throw compiler.diagnostics.first ?? Diagnostic("E0404", "this module cannot be compiled")
    }
    let closure = newClosure(prototype, base: nil, outer: nil)
    defer { heap.release(closure) }
    return try call(closure)
  }

  /// The names that a program's top level declares, for "used before its declaration".
  func declaredNames(_ program: Program) -> Set<String> {
    var names = Set<String>()
    for statement in program.statements {
      switch statement.kind {
      case .binding(let binding): names.formUnion(binding.pattern.names.map(\.name))
      case .function(let declaration): names.insert(declaration.name)
      case .groups(let declaration): names.insert(declaration.name)
      case .use(let use):
        if let name = use.moduleName { names.insert(name) }
        names.formUnion(use.imports.map(\.localName))
      default: break
      }
    }
    return names
  }
}

extension Use.Source {
  /// The name as written in a program.
  fileprivate var text: String {
    switch self {
    case .library(let name): return name
    case .path(let path): return path
    }
  }
}
