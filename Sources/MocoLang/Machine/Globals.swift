// The global names of all modules: one array of slots, so that an instruction finds its global in one load.
// The array lies in reserved address space and never moves; pages are allocated on first access.

import Glibc
import MocoBase

/// A file of the language that was loaded: the main program, a module, or the built-ins.
package final class Module {
  /// Whether its top level is running, has run to the end, or has failed. If a module that is `loading` is
  /// requested again, there is a cycle.
  package enum State { case loading, ready, failed }

  /// The origin of a module, so that it can be read again after its file has changed.
  package struct Origin {
    let source: SourceFile
    /// A file by its full path: the working folder of a program may change.
    let use: Use.Source
    let importer: SourceFile

    init(_ source: SourceFile, _ use: Use.Source, importer: SourceFile) {
      self.source = source
      self.importer = importer
      if case .path = use, let path = source.path { self.use = .path(path) } else { self.use = use }
    }
  }

  /// The name in messages: the name in the library, or the file's name without `.moco`.
  package let name: String
  /// Its identity for the loader; one module runs for each identity. Empty for the main program and the
  /// built-ins.
  package let identity: String
  /// The state of loading; `ready` from the start for the main program and the built-ins.
  package var state = State.ready
  /// Its origin, and the `use` that loaded it first; nil for the main program and the built-ins.
  package var origin: Origin?
  /// The modules that it uses.
  var dependencies: [Module] = []
  /// The sources read by its last failed renewal: until one of them changes, a renewal would fail again.
  var failedWith: [ModuleReading] = []
  /// Whether a message has reported that its file can no longer be read.
  var isKnownMissing = false
  /// Whether another version has replaced it. Its values are released when none of its functions is left.
  package var isRetired = false
  /// Reached by the cycle collector.
  var isReached = false
  /// The Markdown of the `///` lines that open the file; nil without them.
  package var doc: String?
  /// Slots by name.
  package var slots: [String: Int] = [:]
  /// The names in the order of their first use, including those that were only looked up.
  package var order: [String] = []
  /// The names that the running program declares anywhere.
  package var pending: Set<String> = []

  /// A module without names, in the state `ready`.
  package init(name: String, identity: String) {
    self.name = name
    self.identity = identity
  }
}

/// Bits of a global's flags; a name without flags was not declared by a program.
package enum GlobalFlag {
  /// Declared by a program.
  package static let declared: UInt8 = 1
  /// With `let`.
  package static let constant: UInt8 = 2
  /// The slot holds the value of the built-in with that name.
  package static let builtin: UInt8 = 4
  /// Declared by a `use`.
  package static let imported: UInt8 = 8
}

/// The global names of all modules and their values, one slot each. A slot is never given to another name.
package final class Globals {
  static let capacity = 1 << 20

  /// The values by slot, each with a reference; `undefined` for a name without a value. Valid as long as this
  /// object lives.
  package let words: UnsafeMutablePointer<Word>
  /// The flags by slot: see `GlobalFlag`.
  package let flags: UnsafeMutablePointer<UInt8>
  /// The number of used slots; every index below it is valid.
  package private(set) var count = 0
  /// The names by slot.
  package private(set) var names: [String] = []
  private var docs: [Int: String] = [:]
  /// The positions where programs declared names of built-ins: `prompt[3]:1`.
  private var places: [Int: String] = [:]
  private var owners: [Module] = []
  /// The module whose slots hold the built-ins; its names are copied into modules that use them.
  package let builtins = Module(name: "built-ins", identity: "")
  private var modules: [Module] = []
  /// Modules that were replaced but are still in use.
  package private(set) var retired: [Module] = []
  private unowned let heap: Heap

  /// Reserves address space for a million names; memory is used as slots are.
  package init(heap: Heap) {
    self.heap = heap
    words = Globals.reserve(Globals.capacity * MemoryLayout<Word>.stride).assumingMemoryBound(to: Word.self)
    flags = Globals.reserve(Globals.capacity).assumingMemoryBound(to: UInt8.self)
  }

  deinit {
    munmap(words, Globals.capacity * MemoryLayout<Word>.stride)
    munmap(flags, Globals.capacity)
  }

  /// Zeroed address space; memory is allocated only when it is used.
  static func reserve(_ bytes: Int) -> ObjectPointer {
    let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else { abort() }
    return memory
  }

  /// Registers a module, so that built-ins that are defined later are also visible in it.
  package func add(_ module: Module) { modules.append(module) }

  /// Replaces the module with another version. Its values stay as long as one of its functions can run.
  package func retire(_ module: Module) {
    module.isRetired = true
    modules.removeAll { $0 === module }
    retired.append(module)
  }

  /// Releases the values of replaced modules that are no longer reachable.
  func dropUnreached() {
    let gone = retired.filter { !$0.isReached }
    retired.removeAll { !$0.isReached }
    for module in gone {
      for slot in module.slots.values {
        let old = words[slot]
        words[slot] = .undefined
        flags[slot] = 0
        setDoc(nil, slot)
        heap.release(old)
      }
    }
  }

  /// The slot of a name in a module; created on first use, with the value of the built-in if there is one.
  /// - Throws: E0404 if a program has more than a million names.
  package func slot(for name: String, in module: Module) throws -> Int {
    if let slot = module.slots[name] { return slot }
    let slot = try newSlot(name, in: module)
    if module !== builtins, let source = builtins.slots[name], words[source].tag != .undefined {
      words[slot] = words[source]
      heap.retain(words[slot])
      flags[slot] = GlobalFlag.builtin
    }
    return slot
  }

  /// The slot of a built-in; created if there is none.
  ///
  /// - Throws: E0404 if there are more than a million names.
  package func builtinSlot(for name: String) throws -> Int { try slot(for: name, in: builtins) }

  private func newSlot(_ name: String, in module: Module) throws -> Int {
    guard count < Globals.capacity else {
      throw Failure("E0404", "there are more than \(Globals.capacity) global names")
    }
    let slot = count
    count += 1
    names.append(name)
    owners.append(module)
    module.slots[name] = slot
    module.order.append(name)
    return slot
  }

  /// The module that a slot belongs to.
  package func module(of slot: Int) -> Module { owners[slot] }

  /// Sets the Markdown that help shows for a name; nil removes it.
  package func setDoc(_ doc: String?, _ slot: Int) { docs[slot] = doc }
  /// The Markdown that help shows for a name; nil if there is none.
  package func doc(_ slot: Int) -> String? { docs[slot] }

  /// Stores the source position where a program declares a name that shadows a built-in; other names are not
  /// stored.
  package func setPlace(_ place: Span, _ slot: Int) {
    guard builtins.slots[names[slot]] != nil else { return }
    places[slot] = "\(place.file.name):\(place.line)"
  }

  /// The source position, `prompt[3]:1`, where a module declares a name that shadows a built-in; nil if it
  /// does not.
  package func placeCovering(_ name: String, in module: Module) -> String? {
    guard let slot = module.slots[name], flags[slot] & GlobalFlag.declared != 0 else { return nil }
    return places[slot]
  }

  /// Sets the value of a built-in, also in modules that have used the name without declaring it. Takes over
  /// the reference.
  package func defineBuiltin(_ name: String, _ value: Word, doc: String?) {
    guard let slot = try? builtinSlot(for: name) else { return }
    let old = words[slot]
    words[slot] = value
    heap.release(old)
    setDoc(doc, slot)
    for module in modules {
      guard let copy = module.slots[name], flags[copy] & GlobalFlag.declared == 0 else { continue }
      heap.retain(value)
      let old = words[copy]
      words[copy] = value
      flags[copy] = GlobalFlag.builtin
      heap.release(old)
    }
  }

  /// Removes the names that programs declared in a module, all or one.
  package func reset(_ module: Module, only wanted: String? = nil) {
    for name in module.order where wanted == nil || wanted == name {
      guard let slot = module.slots[name] else { continue }
      let old = words[slot]
      words[slot] = .undefined
      flags[slot] = 0
      setDoc(nil, slot)
      places[slot] = nil
      if let source = builtins.slots[name], words[source].tag != .undefined {
        words[slot] = words[source]
        heap.retain(words[slot])
        flags[slot] = GlobalFlag.builtin
      }
      heap.release(old)
    }
  }

  /// Releases everything, at the end of an interpreter.
  package func clear() {
    for slot in 0..<count {
      let old = words[slot]
      words[slot] = .undefined
      heap.release(old)
    }
  }

  /// The names visible to a program: for suggestions and completion.
  package func visibleNames(in module: Module) -> [String] {
    var seen = Set<String>()
    var result: [String] = []
    for name in module.order + builtins.order {
      guard let slot = module.slots[name] ?? builtins.slots[name], words[slot].tag != .undefined else {
        continue
      }
      if seen.insert(name).inserted { result.append(name) }
    }
    return result
  }
}
