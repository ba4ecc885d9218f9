// Which names a cell has made or changed.

extension Interpreter {
  /// The names of the main module and what they stand for, at one time. It holds no value: an object that has gone may
  /// have left its place to another.
  public struct Bindings {
    fileprivate var words: [Int: Word] = [:]

    /// None.
    public init() {}
  }

  /// The names of the main module as they are now.
  public var bindings: Bindings {
    var bindings = Bindings()
    for name in main.order {
      guard let slot = main.slots[name], globals.flags[slot] & GlobalFlag.declared != 0 else { continue }
      bindings.words[slot] = globals.words[slot]
    }
    return bindings
  }

  /// Names that programs have declared or given another value since, in the order of their first declaration. A list
  /// or record that was changed in place is the same value.
  public func names(changedSince before: Bindings) -> [String] {
    main.order.filter { name in
      guard let slot = main.slots[name], globals.flags[slot] & GlobalFlag.declared != 0 else { return false }
      guard let word = before.words[slot] else { return true }
      return word.head != globals.words[slot].head || word.bits != globals.words[slot].bits
    }
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
