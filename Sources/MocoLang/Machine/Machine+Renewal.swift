// Modules that were edited since they ran: read again, with those that use them, for as long as somebody works
// at the prompt.
//
// A new version is a module of its own, so functions of the old one go on as they were, with the globals that
// they know. Where the new one fails, the old one keeps its place.

/// What a module was read from at one time.
package struct ModuleReading {
  let source: Use.Source
  let importer: SourceFile
  /// nil where it could not be read.
  var bytes: [UInt8]?
}

/// What became of a module that was looked at again: the outcome of a reload.
public struct ModuleRenewal {
  /// How it went.
  public enum Outcome {
    /// The new version is in place. Names that the session had from the old one and the new one does not give
    /// keep their values.
    case renewed(kept: [String])
    /// The new version does not run; the old one stays.
    case failed(Diagnostic)
    /// There is nothing to read any more; the old one stays.
    case gone(Diagnostic)
  }

  /// The file, as messages call it; the name of a module of the library.
  public let name: String
  /// Whether the new version took the old one's place.
  public let outcome: Outcome
}

extension Machine {
  /// Reads modules again.
  ///
  /// - Parameter isForced: whether a module runs again although nothing of it has changed.
  func renewModules(_ isForced: (Module) -> Bool) -> [ModuleRenewal] {
    guard let loader = interpreter.moduleLoader, !loadedModules.isEmpty else { return [] }
    var found: [ModuleRenewal] = []
    var renewed: [(old: Module, new: Module)] = []
    for module in inOrder() {
      guard let origin = module.origin else { continue }
      let forced = isForced(module)
      if case .library = origin.use, !forced, !isBehind(module) { continue }
      let now: LoadedModule
      do {
        now = try loader(origin.use, origin.importer)
        module.isKnownMissing = false
      } catch {
        if !module.isKnownMissing || forced {
          found.append(ModuleRenewal(name: shown(module), outcome: .gone(Interpreter.diagnostic(error))))
        }
        module.isKnownMissing = true
        continue
      }
      let behind = isBehind(module)
      guard forced || behind || now.source.bytes != origin.source.bytes else {
        module.failedWith = []
        continue
      }
      let isNews = forced || module.dependencies.contains { old in renewed.contains { $0.old === old } }
      if !isNews, !module.failedWith.isEmpty, module.failedWith.allSatisfy({ isSame($0, loader) }) {
        continue
      }
      do {
        let new = try replace(module, by: now, origin)
        renewed.append((module, new))
        found.append(ModuleRenewal(name: shown(new), outcome: .renewed(kept: [])))
      } catch {
        found.append(ModuleRenewal(name: shown(module), outcome: .failed(Interpreter.diagnostic(error))))
      }
    }
    guard !renewed.isEmpty else { return found }
    let kept = bringIn(renewed)
    for (old, _) in renewed { globals.retire(old) }
    heap.collectCycles()
    return found.map { entry in
      guard case .renewed = entry.outcome else { return entry }
      return ModuleRenewal(name: entry.name, outcome: .renewed(kept: kept[entry.name] ?? []))
    }
  }

  func shown(_ module: Module) -> String {
    guard let origin = module.origin, case .path = origin.use else { return module.name }
    return origin.source.name
  }

  /// Modules that have run, those that others use before these.
  private func inOrder() -> [Module] {
    var seen = Set<ObjectIdentifier>()
    var order: [Module] = []
    var pending = loadedModules.values.filter { $0.state == .ready }
      .sorted { $0.identity > $1.identity }.map { (module: $0, isVisited: false) }
    while let (module, isVisited) = pending.popLast() {
      if isVisited {
        order.append(module)
      } else if seen.insert(ObjectIdentifier(module)).inserted {
        pending.append((module, true))
        for other in module.dependencies {
          if let current = loadedModules[other.identity], current.state == .ready {
            pending.append((current, false))
          }
        }
      }
    }
    return order
  }

  /// Whether it was made with a version of another module that is not in place any more.
  private func isBehind(_ module: Module) -> Bool {
    module.dependencies.contains { loadedModules[$0.identity] !== $0 }
  }

  private func isSame(
    _ reading: ModuleReading, _ loader: (Use.Source, SourceFile) throws -> LoadedModule
  ) -> Bool {
    (try? loader(reading.source, reading.importer).source.bytes) == reading.bytes
  }

  /// - Throws: what the new version fails with; the old one is in place then.
  private func replace(_ old: Module, by now: LoadedModule, _ origin: Module.Origin) throws -> Module {
    readings = [ModuleReading(source: origin.use, importer: origin.importer, bytes: now.source.bytes)]
    defer { readings = nil }
    // A link may lead to another file by now.
    let place = loadedModules[now.identity]
    if now.identity != old.identity { loadedModules[old.identity] = nil }
    do {
      let source = now.source.called(origin.source.name)
      return try load(now.identity, Module.Origin(source, origin.use, importer: origin.importer))
    } catch {
      loadedModules[now.identity] = place
      loadedModules[old.identity] = old
      old.failedWith = readings ?? []
      throw error
    }
  }

  /// Gives the names that the session has from modules their new values.
  ///
  /// - Returns: names that the new versions do not give, by what `shown` calls these.
  private func bringIn(_ renewed: [(old: Module, new: Module)]) -> [String: [String]] {
    var kept: [String: [String]] = [:]
    for (slot, entry) in imports.sorted(by: { $0.key < $1.key }) {
      guard globals.flags[slot] & GlobalFlag.imported != 0 else {
        imports[slot] = nil
        continue
      }
      guard let new = renewed.first(where: { $0.old === entry.module })?.new else { continue }
      guard let name = entry.name else {
        store(globals.words + slot, heap.box(new, .module))
        imports[slot] = (new, nil)
        continue
      }
      if let word = member(name, of: new) {
        heap.retain(word)
        store(globals.words + slot, word)
      } else {
        kept[shown(new), default: []].append(globals.names[slot])
      }
      imports[slot] = (new, name)
    }
    return kept
  }
}

extension Interpreter {
  /// Reads modules again whose files hold something else than when they ran, and those that use them. Names
  /// that the main program has from them mean the new values.
  public func renewModules() -> [ModuleRenewal] {
    guard !machine.loadedModules.isEmpty else { return [] }
    return onMachineThread { self.machine.renewModules { _ in false } } ?? []
  }

  /// Runs modules again, changed or not.
  ///
  /// - Parameter name: of one module, such as `common` or `./common.moco`; nil for all that are files beside
  ///   the program.
  /// - Returns: nil where no module that has run is called so.
  public func renewModules(named name: String?) -> [ModuleRenewal]? {
    let chosen = machine.loadedModules.values.filter { module in
      guard module.state == .ready, let origin = module.origin else { return false }
      guard let name else {
        if case .path = origin.use { return true } else { return false }
      }
      return name == module.name || name == machine.shown(module)
    }
    guard !chosen.isEmpty else { return nil }
    return onMachineThread { self.machine.renewModules { module in chosen.contains { $0 === module } } } ?? []
  }

  /// Names of the modules that have run.
  public var moduleNames: [String] {
    machine.loadedModules.values.filter { $0.state == .ready }.map(\.name).sorted()
  }
}
