// The names that a cell has created or changed.

import MocoBase

/// A hash of the contents of a value, which differs after a change in place.
///
/// It is computed from data that is cheap to read: the elements of lists, the fields of records, the
/// variables that functions have captured, and data that host objects add, such as the number of writes to a
/// tensor.
public struct ChangeMark {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
  /// The number of values that may still be visited.
  fileprivate var steps: Int

  /// - Parameter steps: the maximum number of values to visit.
  package init(steps: Int = 1 << 16) { self.steps = steps }

  /// Whether every value was visited.
  fileprivate var isWhole: Bool { steps > 0 }

  /// Adds a number.
  public mutating func add(_ number: Int) { add(bits: UInt64(bitPattern: Int64(number))) }

  /// Adds the identity of an object.
  public mutating func add(_ object: AnyObject) {
    add(bits: UInt64(UInt(bitPattern: Unmanaged.passUnretained(object).toOpaque())))
  }

  fileprivate mutating func add(bits: UInt64) {
    value = (value ^ bits) &* 0x9e37_79b9_7f4a_7c15 &+ (value >> 29)
  }

  /// Adds a value with all its contents.
  package mutating func add(_ word: Word, depth: Int = 0) {
    steps -= 1
    guard steps > 0, depth < 100 else {
      steps = 0
      return
    }
    add(bits: UInt64(truncatingIfNeeded: word.head))
    add(bits: UInt64(truncatingIfNeeded: word.bits))
    guard word.isObject else { return }
    let object = word.pointer
    switch word.tag {
    case .string: add(object.string.pointee.byteCount)
    case .list:
      let list = object.list.pointee
      add(list.count)
      for index in 0..<list.count where steps > 0 { add(list.items[index], depth: depth + 1) }
    case .record:
      let record = object.record.pointee
      add(record.count)
      for index in 0..<record.used where steps > 0 {
        guard let key = record.entries[index].key else { continue }
        add(bits: UInt64(UInt(bitPattern: key)))
        add(record.entries[index].value, depth: depth + 1)
      }
    case .closure:
      let cells = object.closureCells
      for index in 0..<object.closure.pointee.count where steps > 0 {
        add(cells[index].upvalue.pointee.location.pointee, depth: depth + 1)
      }
    case .host:
      let host = object.hostBox.pointee.host
      host.mark(&self)
      host.visitReferences { held in
        if case .object(let reference) = held.stored.storage { add(reference.value, depth: depth + 1) }
      }
    default: break
    }
  }
}

extension Interpreter {
  /// A snapshot of the names of the main module and their values. It holds no references: the address of a
  /// released object may be reused.
  public struct Bindings {
    fileprivate var words: [Int: Word] = [:]
    /// Nil if a value is too large to visit.
    fileprivate var marks: [Int: UInt64?] = [:]

    /// None.
    public init() {}
  }

  /// The number of values visited for the marks of all names: about a millisecond.
  private static let mostMarked = 1 << 18

  /// The names of the main module as they are now.
  ///
  /// - Parameter marked: whether contents are included, so that changes in place are detected.
  public func bindings(marked: Bool = false) -> Bindings {
    var bindings = Bindings()
    var left = Interpreter.mostMarked
    for name in main.order {
      guard let slot = main.slots[name], globals.flags[slot] & GlobalFlag.declared != 0 else { continue }
      bindings.words[slot] = globals.words[slot]
      guard marked, globals.words[slot].isObject else { continue }
      let steps = min(left, 1 << 16)
      var mark = ChangeMark(steps: steps)
      mark.add(globals.words[slot])
      left -= steps - mark.steps
      bindings.marks[slot] = .some(mark.isWhole ? mark.value : nil)
    }
    return bindings
  }

  /// The names that programs have since declared, assigned or changed in place, in the order of their first
  /// declaration. Changes in place are detected in lists, records, captured variables, tensors, models and
  /// optimizers. For other host objects only assignments of a different object are detected.
  ///
  /// - Parameters:
  ///   - before: a marked snapshot, to detect changes in place.
  ///   - mentioned: whether a cell may have changed a value that is too large to visit.
  public func names(changedSince before: Bindings, mentioned: (String) -> Bool = { _ in true }) -> [String] {
    let now = bindings(marked: !before.marks.isEmpty)
    return main.order.filter { name in
      guard let slot = main.slots[name], let word = now.words[slot] else { return false }
      guard let old = before.words[slot] else { return true }
      if old.head != word.head || old.bits != word.bits { return true }
      guard let found = before.marks[slot] else { return false }
      guard let oldMark = found, let newMark = now.marks[slot] ?? nil else { return mentioned(name) }
      return oldMark != newMark
    }
  }

  /// Whether a cell names one of the values, or calls a function of a program, which may have any effect.
  package func mentions(_ names: Set<String>) -> (String) -> Bool {
    let calls = names.contains { name in
      guard let slot = main.slots[name] else { return false }
      return globals.words[slot].tag == .closure || globals.words[slot].tag == .module
    }
    return { calls || names.contains($0) }
  }
}

extension Program {
  /// Names whose values are changed in place or assigned by top-level statements and loops: `x` in
  /// `x[i] = 1`, `x.a += 1` and `x = 2`.
  public var assignedNames: [String] {
    var names: [String] = []
    var pending = Array(statements.reversed())
    while let statement = pending.popLast() {
      switch statement.kind {
      case .assign(let assignment): names += assignment.target.rootNames
      case .whileLoop(_, let body), .forLoop(_, _, let body): pending += body.statements.reversed()
      default: break
      }
    }
    return names
  }
}

extension Expr {
  /// The names with which the targets of an assignment begin.
  fileprivate var rootNames: [String] {
    var names: [String] = []
    var pending = [self]
    while let target = pending.popLast() {
      switch target.kind {
      case .name(let name): names.append(name)
      case .member(let inner, _, _), .index(let inner, _, _): pending.append(inner)
      case .list(let items): pending += items.map(\.expr)
      default: break
      }
    }
    return names
  }
}
