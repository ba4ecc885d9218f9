// Modules: found by the interpreter's loader, run once, seen as a value with public names.

extension Machine {
  /// The module for a `use`, loaded at its first use.
  /// - Throws: E0801, E0802, and whatever the module's own program fails with.
  func loadModule(_ use: Use, _ closure: ObjectPointer) throws -> Word {
    let prototype = closure.closure.pointee.prototype.takeUnretainedValue()
    let shown: String
    switch use.source {
    case .library(let name): shown = name
    case .path(let path): shown = path
    }
    guard let loader = interpreter.moduleLoader else {
      throw LanguageFailure(
        "E0801", "there is no module '\(shown)' here: modules cannot be loaded in this place")
    }
    let loaded = try loader(use.source, prototype.file)
    if let known = loadedModules[loaded.identity] {
      switch known.state {
      case .ready: return heap.box(known, .module)
      case .loading: throw circle(loaded.identity, known)
      case .failed: break
      }
    }
    let module = Module(name: moduleName(shown), identity: loaded.identity)
    module.state = .loading
    loadedModules[loaded.identity] = module
    loading.append(module)
    globals.add(module)
    defer { loading.removeLast() }
    do {
      let result = try run(loaded.source, in: module)
      heap.release(result)
    } catch {
      module.state = .failed
      throw error
    }
    module.state = .ready
    return heap.box(module, .module)
  }

  private func moduleName(_ shown: String) -> String {
    var name = shown.split(separator: "/").last.map(String.init) ?? shown
    if name.hasSuffix(".moco") { name.removeLast(5) }
    return name
  }

  private func circle(_ identity: String, _ known: Module) -> LanguageFailure {
    let start = loading.firstIndex { $0 === known } ?? 0
    let names = loading[start...].map(\.name) + [known.name]
    return LanguageFailure(
      "E0802", "these modules use each other in a circle: \(names.joined(separator: " → "))",
      help: "move what both need into a third module")
  }

  /// Parses, compiles and runs a module's source.
  private func run(_ source: SourceFile, in module: Module) throws -> Word {
    let parsed = Parser.parse(source)
    if let error = parsed.diagnostics.first(where: \.isError) { throw error }
    module.doc = parsed.program.doc
    let compiler = Compiler(module: module, file: source, globals: globals, heap: heap)
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
      case .templates(let declaration): names.insert(declaration.name)
      case .use(let use):
        if let name = use.moduleName { names.insert(name) }
        names.formUnion(use.imports.map(\.localName))
      default: break
      }
    }
    return names
  }
}
