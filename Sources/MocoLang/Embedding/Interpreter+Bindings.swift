// Which names a cell has made or changed.

import MocoBase

/// What a value holds, as a number: another number after it was changed in place.
///
/// It is made of what is cheap to look at: the elements of lists and fields of records, the variables that functions
/// have captured, and of host objects what they add themselves, such as how often a tensor was written to.
public struct ChangeMark {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
  /// Values that may still be looked at.
  fileprivate var steps: Int

  /// - Parameter steps: how many values are looked at, at most.
  package init(steps: Int = 1 << 16) { self.steps = steps }

  /// Whether everything was looked at.
  fileprivate var isWhole: Bool { steps > 0 }

  /// Adds a number.
  public mutating func add(_ number: Int) { add(bits: UInt64(bitPattern: Int64(number))) }

  /// Adds which object something is.
  public mutating func add(_ object: AnyObject) {
    add(bits: UInt64(UInt(bitPattern: Unmanaged.passUnretained(object).toOpaque())))
  }

  fileprivate mutating func add(bits: UInt64) {
    value = (value ^ bits) &* 0x9e37_79b9_7f4a_7c15 &+ (value >> 29)
  }

  /// Adds a value with all that it holds.
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
  /// The names of the main module and what they stand for, at one time. It holds no value: an object that has gone may
  /// have left its place to another.
  public struct Bindings {
    fileprivate var words: [Int: Word] = [:]
    /// Nil where a value is too large to be looked at.
    fileprivate var marks: [Int: UInt64?] = [:]

    /// None.
    public init() {}
  }

  /// Values that are looked at for the marks of all names together: about a millisecond.
  private static let mostMarked = 1 << 18

  /// The names of the main module as they are now.
  ///
  /// - Parameter marked: whether what they hold is looked at too, so that changes in place are seen.
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

  /// Names that programs have declared, given another value or changed in place since, in the order of their first
  /// declaration. A change in place is seen in lists, records, variables that functions have captured, tensors, models and
  /// optimizers, wherever it was done; of other host objects, which do not say, only that a name stands for another one.
  ///
  /// - Parameters:
  ///   - before: marked, for changes in place.
  ///   - mentioned: whether a cell may have changed a value that is too large to be looked at.
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

  /// Whether a cell names one of the values, or calls a function of a program, which may do anything.
  package func mentions(_ names: Set<String>) -> (String) -> Bool {
    let calls = names.contains { name in
      guard let slot = main.slots[name] else { return false }
      return globals.words[slot].tag == .closure || globals.words[slot].tag == .module
    }
    return { calls || names.contains($0) }
  }
}

extension Program {
  /// Names whose values statements of the top level, and of its loops, change in place or assign: `x` in `x[i] = 1`,
  /// `x.a += 1` and `x = 2`.
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
  /// The names that a target of an assignment begins with.
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
