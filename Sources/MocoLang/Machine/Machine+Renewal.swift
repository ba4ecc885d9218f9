// Reloading of modules that were edited since they ran, together with the modules that use them, during work
// at the prompt.
//
// A new version is a separate module, so functions of the old one keep working with the old globals. If the
// new version fails, the old one stays in use.

/// The source of a module at one time.
package struct ModuleReading {
  let source: Use.Source
  let importer: SourceFile
  /// nil if it could not be read.
  var bytes: [UInt8]?
}

/// The outcome of reloading a module.
public struct ModuleRenewal {
  /// The kind of outcome.
  public enum Outcome {
    /// The new version is in use. Names that the session imported from the old version and that the new one
    /// does not export keep their values.
    case renewed(kept: [String])
    /// The new version fails; the old one stays in use.
    case failed(Diagnostic)
    /// The source no longer exists; the old one stays in use.
    case gone(Diagnostic)
  }

  /// The file as named in messages, or the name of a library module.
  public let name: String
  /// Whether the new version replaced the old one.
  public let outcome: Outcome
}

extension Machine {
  /// Reads modules again.
  ///
  /// - Parameter isForced: whether a module runs again even if it has not changed.
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

  /// The modules that have run, each before the modules that use it.
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

  /// Whether it uses a version of another module that has been replaced.
  private func isBehind(_ module: Module) -> Bool {
    module.dependencies.contains { loadedModules[$0.identity] !== $0 }
  }

  private func isSame(
    _ reading: ModuleReading, _ loader: (Use.Source, SourceFile) throws -> LoadedModule
  ) -> Bool {
    (try? loader(reading.source, reading.importer).source.bytes) == reading.bytes
  }

  /// - Throws: the error of the new version; the old one is then still in use.
  private func replace(_ old: Module, by now: LoadedModule, _ origin: Module.Origin) throws -> Module {
    readings = [ModuleReading(source: origin.use, importer: origin.importer, bytes: now.source.bytes)]
    defer { readings = nil }
    // A link may now point to another file.
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

  /// Updates the names that the session imported from modules.
  ///
  /// - Returns: the names that the new versions do not export, by the `shown` name of the module.
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
  /// Reloads modules whose files have changed since they ran, and the modules that use them. Names that the
  /// main program imported from them get the new values.
  public func renewModules() -> [ModuleRenewal] {
    guard !machine.loadedModules.isEmpty else { return [] }
    return onMachineThread { self.machine.renewModules { _ in false } } ?? []
  }

  /// Runs modules again, changed or not.
  ///
  /// - Parameter name: the name of one module, such as `common` or `./common.moco`; nil for all modules that
  ///   are files beside the program.
  /// - Returns: nil if no module with this name has run.
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
