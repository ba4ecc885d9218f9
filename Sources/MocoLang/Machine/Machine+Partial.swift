// The partial result of long work that failed: the name that would have received the result receives it.

extension Machine {
  /// Finds the destination of the result of the failed call before `pc`.
  ///
  /// - Returns: whether the function that made the call would have returned it.
  func hold(_ raised: RaisedError, at pc: UnsafeMutablePointer<Instruction>) -> Bool {
    guard let partial = raised.partial else { return false }
    let call = pc - 1
    guard [.call, .callNamed, .callSpread].contains(call.pointee.op) else { return false }
    var register = call.pointee.a
    var next = pc
    // Every function ends with a return, so there is always an instruction to inspect.
    while next.pointee.op == .move || next.pointee.op == .take, next.pointee.b == register {
      register = next.pointee.a
      next += 1
    }
    guard next.pointee.a == register else { return false }
    let slot = next.pointee.bx
    switch next.pointee.op {
    case .returnValue: return true
    case .defineGlobal: break
    case .setGlobal: guard (try? checkAssignable(slot)) != nil else { return false }
    default: return false
    }
    guard let word = try? partial.value.owned(in: heap) else { return false }
    store(globals.words + slot, word)
    if next.pointee.op == .defineGlobal {
      globals.flags[slot] = GlobalFlag.declared | (next.pointee.k & 1 != 0 ? GlobalFlag.constant : 0)
    }
    raised.heldBy = globals.names[slot]
    return false
  }
}
