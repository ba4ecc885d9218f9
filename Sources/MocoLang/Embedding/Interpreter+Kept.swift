// Names of the main module that are saved and restored later: the values of some cells, while others run.

/// The value of a name of the main module at one time, with its kind of declaration. It keeps the value, not
/// a copy of its contents, which may be changed in place.
///
/// It belongs to the thread that runs the interpreter's programs.
public final class KeptName {
  let heap: Heap
  let word: Word
  let flags: UInt8
  let doc: String?
  let origin: (module: Module, name: String?)?

  init(_ word: Word, in heap: Heap, flags: UInt8, doc: String?, origin: (module: Module, name: String?)?) {
    (self.heap, self.word, self.flags, self.doc, self.origin) = (heap, word, flags, doc, origin)
    heap.retain(word)
  }

  deinit { heap.release(word) }
}

extension Interpreter {
  /// The value of a name of the main module; nil if no program has declared it.
  public func keep(_ name: String) -> KeptName? {
    guard let slot = main.slots[name], globals.flags[slot] & GlobalFlag.declared != 0,
      globals.words[slot].tag != .undefined
    else { return nil }
    return KeptName(
      globals.words[slot], in: heap, flags: globals.flags[slot], doc: globals.doc(slot),
      origin: machine.imports[slot])
  }

  /// Sets the names of the main module to these, and removes all others that programs have declared.
  public func setNames(_ kept: [String: KeptName]) {
    for name in main.order where kept[name] == nil {
      guard let slot = main.slots[name], globals.flags[slot] & GlobalFlag.declared != 0 else { continue }
      globals.reset(main, only: name)
      machine.imports[slot] = nil
    }
    for (name, value) in kept {
      guard let slot = try? globals.slot(for: name, in: main) else { continue }
      heap.retain(value.word)
      machine.store(globals.words + slot, value.word)
      globals.flags[slot] = value.flags
      globals.setDoc(value.doc, slot)
      machine.imports[slot] = value.origin
    }
  }

  /// Deep copies of names, made together: objects that two of them share are shared by their copies. Later
  /// changes to the originals do not affect them.
  ///
  /// - Parameter limit: the approximate number of bytes that the copies may use.
  /// - Returns: nil if a value cannot be copied this way (a function with captured variables, an optimizer in
  ///   use), or is too large.
  public func copies(of names: [String: KeptName], limit: Int) -> (names: [String: KeptName], bytes: Int)? {
    var copying = JointCopy(heap: heap, limit: limit)
    defer { copying.release() }
    var result: [String: KeptName] = [:]
    for (name, kept) in names.sorted(by: { $0.key < $1.key }) {
      guard let word = try? copying.copy(kept.word, depth: 0) else { return nil }
      result[name] = KeptName(word, in: heap, flags: kept.flags, doc: kept.doc, origin: kept.origin)
      heap.release(word)
    }
    return (result, copying.bytes)
  }

  /// The state of the random numbers.
  package var chance: RandomState {
    get { machine.random }
    set { machine.random = newValue }
  }

  /// The full paths of the modules in use that are files beside a program, in order.
  public var modulePaths: [String] {
    machine.loadedModules.values.compactMap { module in
      guard let origin = module.origin, case .path = origin.use else { return nil }
      return origin.source.path
    }.sorted()
  }
}

/// Copies values that may refer to each other.
private struct JointCopy {
  let heap: Heap
  let limit: Int
  var bytes = 0
  /// The copy of each object, with a reference.
  private var copies: [ObjectPointer: Word] = [:]
  /// The memory that host objects use.
  private var memory: Set<ObjectIdentifier> = []

  init(heap: Heap, limit: Int) { (self.heap, self.limit) = (heap, limit) }

  /// Thrown if a value cannot be copied.
  private struct Refusal: Error {}

  func release() { for word in copies.values { heap.release(word) } }

  /// - Returns: the copy, with a reference for the caller.
  mutating func copy(_ word: Word, depth: Int) throws -> Word {
    guard word.isObject else { return word }
    if let known = copies[word.pointer] {
      heap.retain(known)
      return known
    }
    guard depth < 500, bytes <= limit else { throw Refusal() }
    switch word.tag {
    case .list:
      let source = word.pointer.list.pointee
      try take(source.count &* MemoryLayout<Word>.stride)
      let result = try heap.list(capacity: source.count)
      remember(result, of: word)
      for index in 0..<source.count {
        do {
          try heap.append(try copy(source.items[index], depth: depth + 1), to: result.pointer)
        } catch {
          heap.release(result)
          throw error
        }
      }
      return result
    case .record:
      let source = word.pointer.record.pointee
      try take(source.used &* MemoryLayout<RecordSlot>.stride)
      let result = heap.record(capacity: source.count)
      remember(result, of: word)
      for index in 0..<source.used {
        guard let key = source.entries[index].key else { continue }
        do {
          let value = try copy(source.entries[index].value, depth: depth + 1)
          try heap.setField(key, of: result.pointer, to: value)
        } catch {
          heap.release(result)
          throw error
        }
      }
      return result
    case .closure where word.pointer.closure.pointee.count > 0: throw Refusal()
    case .host: return try copyHost(word)
    default:
      heap.retain(word)
      return word
    }
  }

  private mutating func copyHost(_ word: Word) throws -> Word {
    let host = word.pointer.hostBox.pointee.host
    var holds = false
    host.visitReferences { held in
      if case .object = held.stored.storage { holds = true }
    }
    guard !holds else { throw Refusal() }
    var mark = ChangeMark()
    let before = mark.value
    host.mark(&mark)
    if mark.value == before {
      heap.retain(word)
      return word
    }
    try take(host.byteCount)
    guard let copy = try host.copiedWhole(&memory) else { throw Refusal() }
    let result = try copy.owned(in: heap)
    remember(result, of: word)
    return result
  }

  private mutating func remember(_ copy: Word, of word: Word) {
    heap.retain(copy)
    copies[word.pointer] = copy
  }

  private mutating func take(_ more: Int) throws {
    let (sum, overflow) = bytes.addingReportingOverflow(max(more, 0))
    bytes = overflow ? Int.max : sum
    if bytes > limit { throw Refusal() }
  }
}
