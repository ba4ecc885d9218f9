// The instructions of the machine.
//
// An instruction is eight bytes: opcode, flags k, and three operands a, b, c of 16 bits; bx is b and c
// together as one signed number of 32 bits. R[x] is a register of the frame, K[x] a constant of the
// prototype, N[x] a name constant (an interned string), G[x] a global, C[x] a cell that the closure captured.
// Where an instruction has a second word, it is written `w` and skipped by the program counter.
//
// Every register owns what it holds. An instruction releases the operands that k marks as temporaries, so
// that nothing outlives the expression that created it: bit 0 for b, bit 1 for c.

/// The operation of an instruction. The comment after each case shows its effect on the registers, constants
/// and globals named above. The machine's loop handles every case.
package enum Opcode: UInt8 {
  // Moves and constants
  case move  // R[a] = R[b]
  case take  // R[a] = R[b]; R[b] = nil
  case loadConstant  // R[a] = K[bx]
  case loadInt  // R[a] = bx
  case loadNil  // R[a] = nil
  case loadBool  // R[a] = b != 0
  case clear  // R[a ..< a+b] = nil
  case getGlobal  // R[a] = G[bx]; E0301 where undefined
  case setGlobal  // G[bx] = R[a], unless it is a constant or undefined (E0302); takes R[a] when k
  case defineGlobal  // G[bx] = R[a], a constant when k bit 0, from a module when k bit 1; takes R[a]
  case updateGlobal  // G[w] = G[w] op R[a], op in b; R[a] is a temporary when k
  case getCell  // R[a] = C[b]
  case setCell  // C[a] = R[b]; takes R[b] when k
  case checkDefined  // E0301 where R[a] is undefined; name N[bx]
  case markUndefined  // R[a] = undefined

  // Arithmetic; …K has K[c] on the right, or with k bit 3 on the left in the source
  case add, addK
  case subtract, subtractK
  case multiply, multiplyK
  case divide, divideK
  case modulo, moduloK
  case power
  case matrixProduct
  case negate  // R[a] = -R[b]
  case not  // R[a] = not R[b]

  // Comparisons to a value: R[a] = R[b] op R[c]
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  case contains, notContains
  // Comparisons that jump: if (R[a] op R[b]) != (k bit 2 set) then pc += w, for …K with K[b];
  // k bit 0, 1: a, b are temporaries
  case jumpEqual, jumpNotEqual, jumpLess, jumpLessOrEqual, jumpGreater, jumpGreaterOrEqual
  case jumpEqualK, jumpNotEqualK, jumpLessK, jumpLessOrEqualK, jumpGreaterK, jumpGreaterOrEqualK

  // Jumps
  case jump  // pc += bx
  case jumpBack  // poll; pc += bx
  case jumpIfFalse  // if not R[a] then pc += bx; E0201 unless a Bool
  case jumpIfTrue
  case jumpIfNotNil  // if R[a] != nil then pc += bx
  case jumpIfGiven  // if R[a] is not undefined then pc += bx
  case checkBool  // E0201 unless R[a] is a Bool

  // Loops. An iteration uses three registers from a on.
  case prepareLoop  // R[a ..< a+3] = iteration over R[a]
  case prepareRange  // R[a ..< a+3] = iteration over R[a] ..< R[a+1], closed when k
  case nextElement  // if there is a next then R[b] = it; poll; pc += w

  // Calls. R[a] is the callee, the arguments follow; the result goes to R[a]. k bit 0: R[a+1] may be
  // `undefined`, which means that a member was found and no receiver is passed.
  case call  // R[a] = R[a](R[a+1] … R[a+b])
  case callNamed  // the last arguments are named by name list c
  case callSpread  // R[a+1] a List of positional arguments, R[a+2] a Record of named ones; k bit 0: R[a+3] the receiver
  case method  // R[a+1] is x: R[a] = x.N[b] and R[a+1] = undefined, or R[a] = G[w] (w < 0: R[a] as it is); c caches the position
  case returnValue  // return R[a]
  case returnNil
  case closure  // R[a] = function bx of the prototype, with its captured cells
  case closeCells  // cells of R[a …] leave their registers

  // Members and elements
  case getMember  // R[a] = R[b].N[c]; w caches the position
  case setMember  // R[a].N[b] = R[c]; w caches the position
  case getIndex  // R[a] = R[b][R[c]]
  case getItems  // R[a] = R[b][R[b+1], … R[b+c]], `undefined` for a bare `:`
  case setIndex  // R[a][R[b]] = R[c]; k bit 0, 1, 2: temporaries; bit 3: the value is K[c]
  case setItems  // R[a][R[a+1], … R[a+b]] = R[c]

  // Making
  case newList  // R[a] = [R[b] … R[b+c-1]], taking them
  case newRecord  // R[a] = record of name list c with R[b] …, taking them
  case appendTo  // R[a] a List: append R[b], taking it
  case spreadTo  // R[a] a List: append the elements of R[b]
  case setKey  // R[a] a Record: R[a][R[b]] = R[c], taking it; k bit 2: E0115 where the key is there
  case mergeTo  // R[a] a Record: the fields of R[b]
  case range  // R[a] = R[b] ..< R[c]; closed when k bit 2
  case quantity  // R[a] = R[b] of the unit c
  case concatenate  // R[a] = R[b] … R[b+c-1] converted to text and joined
  case format  // R[a] = R[b] formatted with K[c]

  // Taking apart
  case unpackList  // R[a …] = the elements of R[b], c of them; k bit 2: and a rest after them; bit 3: of a loop
  case unpackField  // R[a] = R[b].N[c], E0311 without it
  case unshare  // R[a] = a copy of R[a] if it is a view of shared numbers

  // Two instructions in one (Fusion.swift). Each replaces the first instruction and has its operands; the
  // second stays after it. If the operands are plain numbers, it does the work of both and skips the second.
  // Otherwise it does the work of the first alone. k bit 7: the result of the first is the left operand of
  // the second.
  case multiplyAdd, multiplyKAdd, moduloKAdd  // R[w.a] = x + R[b] op R[c]
  case multiplySubtract, multiplyKSubtract  // R[w.a] = R[b] * R[c] - x, or x - R[b] * R[c]
  case multiplyAddK, multiplyKAddK, multiplyModuloK, addModuloK  // R[w.a] = (R[b] op R[c]) op K[w.c]
  case indexAddK, indexSubtractK  // R[w.a] = R[w.b][R[b] ± K[c]]
  case addReturn  // return R[b] + R[c]
  // jumpBack, and the comparison that it goes to
  case jumpBackLess, jumpBackLessK, jumpBackLessOrEqual, jumpBackGreaterK

  case useModule  // R[a] = module of use list bx; k: at the top level
  case importName  // R[a] = R[b].N[c], E0803 without it
}

/// One instruction, eight bytes. The second word that some opcodes need is stored as a separate instruction
/// after it.
package struct Instruction {
  /// The operation.
  package var op: Opcode
  /// Flags. The opcode defines the meaning of the bits; usually bits 0 and 1 mark b and c as temporaries.
  package var k: UInt8
  /// The first operand: usually the register of the result.
  package var a: UInt16
  /// The second operand, or the lower half of `bx`.
  package var b: UInt16
  /// The third operand, or the upper half of `bx`.
  package var c: UInt16

  /// An instruction with three operands. Each is truncated to 16 bits without a check: the builder has
  /// checked the range.
  package init(_ op: Opcode, k: UInt8 = 0, a: Int = 0, b: Int = 0, c: Int = 0) {
    self.op = op
    self.k = k
    self.a = UInt16(truncatingIfNeeded: a)
    self.b = UInt16(truncatingIfNeeded: b)
    self.c = UInt16(truncatingIfNeeded: c)
  }

  /// An instruction with one register and a signed number of 32 bits; both are truncated without a check.
  package init(_ op: Opcode, k: UInt8 = 0, a: Int = 0, bx: Int) {
    self.op = op
    self.k = k
    self.a = UInt16(truncatingIfNeeded: a)
    b = UInt16(truncatingIfNeeded: bx)
    c = UInt16(truncatingIfNeeded: bx >> 16)
  }

  /// b and c together as one signed number of 32 bits: a constant, a global, or the distance of a jump in
  /// instructions.
  @inline(__always) package var bx: Int {
    Int(Int32(bitPattern: UInt32(b) | UInt32(c) << 16))
  }

  /// A second word: a number of 32 bits in place of b and c.
  package static func word(_ number: Int) -> Instruction { Instruction(.jump, bx: number) }
}
