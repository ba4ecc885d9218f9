import MocoBase

/// The objects that functions of a program reach: variables of enclosing functions, lists, records, other
/// functions, global names. It also makes copies of the functions with some of these objects replaced.
///
/// It belongs to the thread that runs the interpreter's programs.
public final class FunctionReach {
  /// Why functions cannot be copied this way.
  ///
  /// - Safety: it is thrown and caught on the thread that runs the interpreter's programs.
  public enum Obstacle: Error, @unchecked Sendable {
    /// A global name refers to an object that is replaced.
    case global(String)
    /// A Swift object holds such an object.
    case host(any HostObject)
    /// A bound method, whose object cannot be searched for.
    case method(String)
    /// A native function in place of a function of the program.
    case unwritten
    /// Too many objects are reached.
    case tooMuch
  }

  /// The host objects that are reached, without duplicates, in the order in which they are found.
  public private(set) var hosts: [any HostObject] = []

  private let heap: Heap
  private let globals: Globals
  private let roots: [ObjectReference]
  /// All objects that are reached, with their holders.
  private var holders: [ObjectPointer: [Holder]] = [:]
  private var order: [Word] = []
  private var methods: [(ObjectPointer, String)] = []
  private var prototypes: Set<ObjectIdentifier> = []
  private static let most = 1 << 18

  private enum Holder {
    case object(ObjectPointer)
    case global(Int)
  }

  /// - Throws: an `Obstacle`.
  public init(_ functions: [FunctionValue]) throws {
    roots = try functions.map { function in
      guard case .object(let reference) = function.value.storage, reference.tag == .closure else {
        throw Obstacle.unwritten
      }
      return reference
    }
    guard let first = roots.first, let globals = first.heap.interpreter?.globals,
      roots.allSatisfy({ $0.heap === first.heap })
    else { throw Obstacle.unwritten }
    (heap, self.globals) = (first.heap, globals)
    for root in roots { note(root.value, nil) }
    var next = 0
    while next < order.count {
      guard order.count < FunctionReach.most else { throw Obstacle.tooMuch }
      visit(order[next])
      next += 1
    }
  }

  private func note(_ word: Word, _ holder: Holder?) {
    guard word.isObject, word.tag != .string, word.tag != .range else { return }
    if holders[word.pointer] == nil {
      holders[word.pointer] = []
      order.append(word)
    }
    if let holder { holders[word.pointer]?.append(holder) }
  }

  private func visit(_ word: Word) {
    let object = word.pointer
    switch word.tag {
    case .list:
      let list = object.list.pointee
      for index in 0..<list.count { note(list.items[index], .object(object)) }
    case .record:
      let record = object.record.pointee
      for index in 0..<record.used where record.entries[index].key != nil {
        note(record.entries[index].value, .object(object))
      }
    case .closure:
      let cells = object.closureCells
      for index in 0..<object.closure.pointee.count {
        note(.object(.upvalue, cells[index]), .object(object))
      }
      visitGlobals(of: object.closure.pointee.prototype.takeUnretainedValue())
    case .upvalue: note(object.upvalue.pointee.location.pointee, .object(object))
    case .module:
      guard let module = object.box.pointee.box.takeUnretainedValue() as? Module else { return }
      for slot in module.slots.values { note(globals.words[slot], .global(slot)) }
    case .native:
      guard let function = object.box.pointee.box.takeUnretainedValue() as? NativeFunction else { return }
      if !isBuiltin(object) { methods.append((object, function.name)) }
    case .host:
      let host = object.hostBox.pointee.host
      hosts.append(host)
      host.visitReferences { held in
        if case .object(let reference) = held.stored.storage, reference.heap === heap {
          note(reference.value, .object(object))
        }
      }
    default: break
    }
  }

  /// The global names that a function reads, including those read by functions declared inside it.
  private func visitGlobals(of prototype: Prototype) {
    guard prototypes.insert(ObjectIdentifier(prototype)).inserted else { return }
    let code = prototype.code.pointee.instructions
    for place in 0..<prototype.instructionCount {
      switch code[place].op {
      case .getGlobal: note(globals.words[code[place].bx], .global(code[place].bx))
      case .method where place + 1 < prototype.instructionCount && code[place + 1].bx >= 0:
        note(globals.words[code[place + 1].bx], .global(code[place + 1].bx))
      default: break
      }
    }
    for inner in prototype.functions { visitGlobals(of: inner) }
  }

  private func isBuiltin(_ object: ObjectPointer) -> Bool {
    globals.builtins.slots.values.contains { slot in
      let word = globals.words[slot]
      return word.isObject && word.pointer == object
    }
  }

  /// Copies of the functions, in order, with some objects replaced. Everything that leads to a replaced
  /// object is copied together: objects that two functions share are shared by their copies. Everything else
  /// is shared with the originals.
  ///
  /// - Parameter replaced: the replacement of an object; nil to keep it.
  /// - Throws: an `Obstacle`; E0405.
  public func copies(replacing replaced: (any HostObject) -> (any HostObject)?) throws -> [FunctionValue] {
    var copies: [ObjectPointer: Word] = [:]
    defer { for word in copies.values { heap.release(word) } }
    // From the replaced objects back to their holders.
    var open: [ObjectPointer] = []
    var touched: Set<ObjectPointer> = []
    for word in order where word.tag == .host {
      guard let other = replaced(word.pointer.hostBox.pointee.host) else { continue }
      copies[word.pointer] = heap.host(other)
      touched.insert(word.pointer)
      open.append(word.pointer)
    }
    for (object, name) in methods {
      let byCells = (holders[object] ?? []).contains { if case .object = $0 { true } else { false } }
      if byCells { throw Obstacle.method(name) }
    }
    while let object = open.popLast() {
      for holder in holders[object] ?? [] {
        switch holder {
        case .global(let slot): throw Obstacle.global(globals.names[slot])
        case .object(let above):
          if Tag(UInt32(above.header.pointee.tag)) == .host, copies[above] == nil {
            throw Obstacle.host(above.hostBox.pointee.host)
          }
          if touched.insert(above).inserted { open.append(above) }
        }
      }
    }
    // All are created empty, then filled, because they may hold each other.
    let changed = order.filter { touched.contains($0.pointer) && $0.tag != .host }
    for word in changed { copies[word.pointer] = try emptyCopy(word) }
    func now(_ word: Word) -> Word {
      let word = word.isObject ? copies[word.pointer] ?? word : word
      heap.retain(word)
      return word
    }
    for word in changed {
      guard let copy = copies[word.pointer]?.pointer else { continue }
      let object = word.pointer
      switch word.tag {
      case .list:
        let list = object.list.pointee
        for index in 0..<list.count { try heap.append(now(list.items[index]), to: copy) }
      case .record:
        let record = object.record.pointee
        for index in 0..<record.used {
          guard let key = record.entries[index].key else { continue }
          try heap.setField(key, of: copy, to: now(record.entries[index].value))
        }
      case .closure:
        for index in 0..<object.closure.pointee.count {
          let cell = Word.object(.upvalue, object.closureCells[index])
          copy.closureCells[index] = now(cell).pointer
          copy.closure.pointee.count = index + 1
        }
      case .upvalue: copy.upvalue.pointee.closed = now(object.upvalue.pointee.location.pointee)
      default: break
      }
    }
    return roots.map { root in FunctionValue(AnyValue(copies[root.raw] ?? root.value, in: heap)) }
  }

  /// - Returns: a copy without contents, with a reference.
  private func emptyCopy(_ word: Word) throws -> Word {
    switch word.tag {
    case .list: return try heap.list(capacity: word.pointer.list.pointee.count)
    case .record: return heap.record(capacity: word.pointer.record.pointee.count)
    case .closure:
      let source = word.pointer.closure.pointee
      let object = heap.allocate(
        MemoryLayout<ClosureObject>.size + source.count * MemoryLayout<ObjectPointer>.stride, .closure)
      object.closure.pointee.prototype = Unmanaged.passRetained(source.prototype.takeUnretainedValue())
      object.closure.pointee.code = source.code
      object.closure.pointee.count = 0
      return .object(.closure, object)
    case .upvalue:
      let cell = heap.allocate(MemoryLayout<UpvalueObject>.size, .upvalue)
      cell.upvalue.pointee.nextOpen = nil
      cell.upvalue.pointee.closed = .null
      Machine.close(cell)
      return .object(.upvalue, cell)
    default: throw Obstacle.tooMuch
    }
  }
}
