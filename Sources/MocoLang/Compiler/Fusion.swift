// Fuses pairs of instructions that often follow each other (the last group of opcodes in Opcode.swift).
//
// Only the opcode of the first instruction changes. The second stays as it is, so that jumps to it still
// work. What the fused instruction cannot do quickly runs as before: the first alone, then the second, each
// with its own source position for errors. A pair is fused only if nothing but the second reads the first's
// result, a temporary that the second releases.

struct Fusion {
  /// Fuses the pairs of a function in place.
  static func fuse(_ code: inout [Instruction]) {
    // Second words are not instructions.
    var isWord = Array(repeating: false, count: code.count)
    for place in code.indices where !isWord[place] && code[place].op.hasWord && place + 1 < code.count {
      isWord[place + 1] = true
    }
    var places = code.indices.filter { !isWord[$0] }
    // Backwards. The second of a pair is not the first of another one, because it would be skipped anyway.
    places.reverse()
    var isFirst = Array(repeating: false, count: code.count)
    for place in places {
      let next = place + 1
      if code[place].op == .jumpBack {
        fuseBack(&code, place, isWord)
        continue
      }
      guard next < code.count, !isWord[next], !isFirst[next], !code[place].op.hasWord else { continue }
      guard let fused = pair(code[place], code[next]) else { continue }
      code[place].op = fused.op
      if fused.isLeft { code[place].k |= 0x80 }
      isFirst[place] = true
    }
  }

  private static func fuseBack(_ code: inout [Instruction], _ place: Int, _ isWord: [Bool]) {
    let target = place + 1 + code[place].bx
    guard code.indices.contains(target), !isWord[target] else { return }
    switch code[target].op {
    case .jumpLess: code[place].op = .jumpBackLess
    case .jumpLessK: code[place].op = .jumpBackLessK
    case .jumpLessOrEqual: code[place].op = .jumpBackLessOrEqual
    case .jumpGreaterK: code[place].op = .jumpBackGreaterK
    default: break
    }
  }

  private static func pair(_ first: Instruction, _ second: Instruction) -> (op: Opcode, isLeft: Bool)? {
    if first.op == .add, second.op == .returnValue, second.a == first.a { return (.addReturn, false) }
    // The operands of the second that are the result of the first and are released.
    let isLeft = second.b == first.a && second.k & 1 != 0
    let isRight = second.c == first.a && second.k & 2 != 0
    switch (first.op, second.op) {
    case (.multiply, .add), (.multiplyK, .add), (.moduloK, .add), (.multiply, .subtract),
      (.multiplyK, .subtract):
      guard isLeft != isRight, second.b != second.c else { return nil }
      let op: Opcode =
        switch (first.op, second.op) {
        case (.multiply, .add): .multiplyAdd
        case (.multiplyK, .add): .multiplyKAdd
        case (.moduloK, .add): .moduloKAdd
        case (.multiply, _): .multiplySubtract
        default: .multiplyKSubtract
        }
      return (op, isLeft)
    case (.multiply, .addK): return isLeft ? (.multiplyAddK, true) : nil
    case (.multiplyK, .addK): return isLeft ? (.multiplyKAddK, true) : nil
    case (.multiply, .moduloK): return isLeft ? (.multiplyModuloK, true) : nil
    case (.add, .moduloK): return isLeft ? (.addModuloK, true) : nil
    case (.addK, .getIndex): return isRight && second.b != second.c ? (.indexAddK, false) : nil
    case (.subtractK, .getIndex): return isRight && second.b != second.c ? (.indexSubtractK, false) : nil
    default: return nil
    }
  }
}

extension Opcode {
  /// Whether a second word comes after the instruction.
  var hasWord: Bool {
    switch self {
    case .updateGlobal, .nextElement, .method, .getMember, .setMember: return true
    case .jumpEqual, .jumpNotEqual, .jumpLess, .jumpLessOrEqual, .jumpGreater, .jumpGreaterOrEqual:
      return true
    case .jumpEqualK, .jumpNotEqualK, .jumpLessK, .jumpLessOrEqualK, .jumpGreaterK, .jumpGreaterOrEqualK:
      return true
    default: return false
    }
  }
}
