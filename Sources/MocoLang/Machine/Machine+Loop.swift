// The loop over instructions. Each case is the equation beside its opcode (Opcode.swift); slow operations are
// in the other Machine files. Fast paths test tags and fall back to a slow path that handles every type and
// reports errors.
//
// `pc` is the running instruction and moves on at the end, past a second word as well, after everything that
// can throw: the position of an error is always `pc`. Frames save the next instruction.

import Synchronization

extension Machine {
  /// Removes the top frame and stores its result in the caller's register. The result of the entry frame is
  /// left to the code that runs it.
  ///
  /// - Returns: whether it was the entry frame.
  @inline(__always)
  private func leave(
    _ base: UnsafeMutablePointer<Word>, _ code: UnsafeMutablePointer<CodeBlock>, _ result: Word,
    _ entryDepth: Int
  ) -> Bool {
    var place = base
    let end = base + code.pointee.heldCount
    while place < end {
      if place.pointee.isObject {
        let object = place.pointee.pointer
        place.pointee = .null
        heap.release(object: object)
      }
      place += 1
    }
    let depth = state.pointee.depth
    state.pointee.depth = depth &- 1
    if depth == entryDepth { return true }
    store(base - 1, result)
    return false
  }

  /// Runs the frame on top, which is an entry frame, until it returns.
  /// - Throws: `RaisedError`.
  func execute() throws -> Word {
    let state = self.state
    let heap = self.heap
    let frames = state.pointee.frames
    let globalWords = globals.words
    let interrupt = interruptFlag
    let appendFunction = self.appendFunction
    let attention = withUnsafeMutablePointer(to: &heap.counters.pointee.attention) { $0 }
    let entryDepth = state.pointee.depth
    let callerTop = frames[entryDepth].base - 1

    var pc = frames[entryDepth].pc
    var base = frames[entryDepth].base
    var code = frames[entryDepth].closure.closure.pointee.code
    var constants = code.pointee.constants

    while true {
      do {
        while true {
          let i = pc.pointee
          switch i.op {

          // MARK: Moves and constants

          case .move:
            let word = base[Int(i.b)]
            heap.retain(word)
            store(base + Int(i.a), word)

          case .take:
            // Plain values may stay behind. The test of the tag also keeps the compiler from loading both halves
            // at once, which waits for the two stores that wrote them.
            let word = base[Int(i.b)]
            if word.isObject { base[Int(i.b)] = .null }
            store(base + Int(i.a), word)

          case .loadConstant:
            let word = constants[i.bx]
            heap.retain(word)
            store(base + Int(i.a), word)

          case .loadInt:
            store(base + Int(i.a), .int(i.bx))

          case .loadNil:
            store(base + Int(i.a), .null)

          case .loadBool:
            store(base + Int(i.a), .bool(i.b != 0))

          case .clear:
            // Plain values may stay: they are not read again.
            var place = base + Int(i.a)
            let end = place + Int(i.b)
            repeat {
              if place.pointee.isObject { store(place, .null) }
              place += 1
            } while place < end

          case .getGlobal:
            let word = globalWords[i.bx]
            if word.tag == .undefined { throw undefinedGlobal(i.bx) }
            heap.retain(word)
            store(base + Int(i.a), word)

          case .setGlobal:
            try setGlobal(i.bx, base + Int(i.a))

          case .defineGlobal:
            let word = base[Int(i.a)]
            base[Int(i.a)] = .null
            store(globalWords + i.bx, word)
            globals.flags[i.bx] =
              GlobalFlag.declared | (i.k & 1 != 0 ? GlobalFlag.constant : 0)
              | (i.k & 2 != 0 ? GlobalFlag.imported : 0)

          case .updateGlobal:
            let slot = pc[1].bx
            let left = globalWords[slot]
            let right = base[Int(i.a)]
            if globals.flags[slot] == GlobalFlag.declared {
              if left.tag == .int, right.tag == .int, i.b == UInt16(Opcode.add.rawValue) {
                let (sum, overflow) = left.asInt.addingReportingOverflow(right.asInt)
                if !overflow {
                  globalWords[slot] = .int(sum)
                  pc += 2
                  continue
                }
              } else if left.tag == .float, right.tag == .float, i.b == UInt16(Opcode.add.rawValue) {
                globalWords[slot] = .float(left.asFloat + right.asFloat)
                pc += 2
                continue
              }
            }
            try updateGlobal(slot, i, base)
            pc += 1

          case .getCell:
            let word = base[-1].pointer.closureCells[Int(i.b)].upvalue.pointee.location.pointee
            if word.tag == .undefined { throw undefinedCell(base[-1].pointer, Int(i.b)) }
            heap.retain(word)
            store(base + Int(i.a), word)

          case .setCell:
            let word = base[Int(i.b)]
            if i.k & 1 != 0 { base[Int(i.b)] = .null } else { heap.retain(word) }
            store(base[-1].pointer.closureCells[Int(i.a)].upvalue.pointee.location, word)

          case .checkDefined:
            if base[Int(i.a)].tag == .undefined { throw undefinedLocal(base[-1].pointer, i.bx) }

          case .markUndefined:
            store(base + Int(i.a), .undefined)

          // MARK: Arithmetic

          case .add:
            let left = base + Int(i.b)
            let right = base + Int(i.c)
            if left.holds(.float), right.holds(.float) {
              put(base + Int(i.a), left.float + right.float)
            } else {
              let quick = Machine.quickAdd(left.pointee, right.pointee)
              if quick.tag != .undefined {
                store(base + Int(i.a), quick)
              } else {
                try slowBinary(.add, i, base, left.pointee, right.pointee)
              }
            }

          case .addK:
            let left = base + Int(i.b)
            let right = constants + Int(i.c)
            if left.holds(.float), right.holds(.float) {
              put(base + Int(i.a), left.float + right.float)
            } else {
              let quick = Machine.quickAdd(left.pointee, right.pointee)
              if quick.tag != .undefined {
                store(base + Int(i.a), quick)
              } else {
                try slowBinaryK(.add, i, base, left.pointee, right.pointee)
              }
            }

          case .subtract:
            let left = base + Int(i.b)
            let right = base + Int(i.c)
            if left.holds(.float), right.holds(.float) {
              put(base + Int(i.a), left.float - right.float)
            } else {
              let quick = Machine.quickSubtract(left.pointee, right.pointee)
              if quick.tag != .undefined {
                store(base + Int(i.a), quick)
              } else {
                try slowBinary(.subtract, i, base, left.pointee, right.pointee)
              }
            }

          case .subtractK:
            let left = base + Int(i.b)
            let right = constants + Int(i.c)
            if left.holds(.float), right.holds(.float) {
              put(base + Int(i.a), left.float - right.float)
            } else {
              let quick = Machine.quickSubtract(left.pointee, right.pointee)
              if quick.tag != .undefined {
                store(base + Int(i.a), quick)
              } else {
                try slowBinaryK(.subtract, i, base, left.pointee, right.pointee)
              }
            }

          case .multiply:
            let left = base + Int(i.b)
            let right = base + Int(i.c)
            if left.holds(.float), right.holds(.float) {
              put(base + Int(i.a), left.float * right.float)
            } else {
              let quick = Machine.quickMultiply(left.pointee, right.pointee)
              if quick.tag != .undefined {
                store(base + Int(i.a), quick)
              } else {
                try slowBinary(.multiply, i, base, left.pointee, right.pointee)
              }
            }

          case .multiplyK:
            let left = base + Int(i.b)
            let right = constants + Int(i.c)
            if left.holds(.float), right.holds(.float) {
              put(base + Int(i.a), left.float * right.float)
            } else {
              let quick = Machine.quickMultiply(left.pointee, right.pointee)
              if quick.tag != .undefined {
                store(base + Int(i.a), quick)
              } else {
                try slowBinaryK(.multiply, i, base, left.pointee, right.pointee)
              }
            }

          case .divide:
            let left = base[Int(i.b)]
            let right = base[Int(i.c)]
            let quick = Machine.quickDivide(left, right)
            if quick.tag != .undefined {
              store(base + Int(i.a), quick)
            } else {
              try slowBinary(.divide, i, base, left, right)
            }

          case .divideK:
            let left = base[Int(i.b)]
            let quick = Machine.quickDivide(left, constants[Int(i.c)])
            if quick.tag != .undefined {
              store(base + Int(i.a), quick)
            } else {
              try slowBinaryK(.divide, i, base, left, constants[Int(i.c)])
            }

          case .modulo:
            let left = base[Int(i.b)]
            let right = base[Int(i.c)]
            let quick = Machine.quickModulo(left, right)
            if quick.tag != .undefined {
              store(base + Int(i.a), quick)
            } else {
              try slowBinary(.modulo, i, base, left, right)
            }

          case .moduloK:
            let left = base[Int(i.b)]
            let quick = Machine.quickModulo(left, constants[Int(i.c)])
            if quick.tag != .undefined {
              store(base + Int(i.a), quick)
            } else {
              try slowBinaryK(.modulo, i, base, left, constants[Int(i.c)])
            }

          case .power:
            try slowBinary(.power, i, base, base[Int(i.b)], base[Int(i.c)])

          case .matrixProduct:
            try slowBinary(.matrixProduct, i, base, base[Int(i.b)], base[Int(i.c)])

          case .negate:
            let word = base[Int(i.b)]
            if word.tag == .float {
              store(base + Int(i.a), .float(-word.asFloat))
            } else {
              try negate(i, base)
            }

          case .not:
            let word = base[Int(i.b)]
            if word.tag == .bool {
              store(base + Int(i.a), .bool(!word.asBool))
            } else {
              throw notBool(word, "not")
            }

          // MARK: Comparisons to a value

          case .equal:
            try slowBinary(.equal, i, base, base[Int(i.b)], base[Int(i.c)])
          case .notEqual:
            try slowBinary(.notEqual, i, base, base[Int(i.b)], base[Int(i.c)])
          case .less:
            try slowBinary(.less, i, base, base[Int(i.b)], base[Int(i.c)])
          case .lessOrEqual:
            try slowBinary(.lessOrEqual, i, base, base[Int(i.b)], base[Int(i.c)])
          case .greater:
            try slowBinary(.greater, i, base, base[Int(i.b)], base[Int(i.c)])
          case .greaterOrEqual:
            try slowBinary(.greaterOrEqual, i, base, base[Int(i.b)], base[Int(i.c)])

          case .contains, .notContains:
            let found = try contains(base[Int(i.c)], base[Int(i.b)])
            if i.k & 1 != 0 { store(base + Int(i.b), .null) }
            if i.k & 2 != 0 { store(base + Int(i.c), .null) }
            store(base + Int(i.a), .bool(found == (i.op == .contains)))

          // MARK: Comparisons that jump

          case .jumpEqual, .jumpEqualK:
            let left = base[Int(i.a)]
            let right = i.op == .jumpEqual ? base[Int(i.b)] : constants[Int(i.b)]
            var holds: Bool
            if left.tag == .int, right.tag == .int {
              holds = left.bits == right.bits
            } else {
              holds = try slowCondition(.equal, i, base, left, right)
            }
            holds = holds != (i.k & 4 != 0)
            let distance = pc[1].bx
            pc += 1
            if holds { pc += distance }

          case .jumpNotEqual, .jumpNotEqualK:
            let left = base[Int(i.a)]
            let right = i.op == .jumpNotEqual ? base[Int(i.b)] : constants[Int(i.b)]
            var holds: Bool
            if left.tag == .int, right.tag == .int {
              holds = left.bits != right.bits
            } else {
              holds = try slowCondition(.notEqual, i, base, left, right)
            }
            holds = holds != (i.k & 4 != 0)
            let distance = pc[1].bx
            pc += 1
            if holds { pc += distance }

          case .jumpLess:
            let left = base + Int(i.a)
            let right = base + Int(i.b)
            var holds: Bool
            if left.holds(.int), right.holds(.int) {
              holds = left.pointee.asInt < right.pointee.asInt
            } else if left.holds(.float), right.holds(.float) {
              holds = left.float < right.float
            } else {
              holds = try slowCondition(.less, i, base, left.pointee, right.pointee)
            }
            holds = holds != (i.k & 4 != 0)
            let distance = pc[1].bx
            pc += 1
            if holds { pc += distance }

          case .jumpLessK:
            let left = base + Int(i.a)
            let right = constants + Int(i.b)
            var holds: Bool
            if left.holds(.int), right.holds(.int) {
              holds = left.pointee.asInt < right.pointee.asInt
            } else if left.holds(.float), right.holds(.float) {
              holds = left.float < right.float
            } else {
              holds = try slowCondition(.less, i, base, left.pointee, right.pointee)
            }
            holds = holds != (i.k & 4 != 0)
            let distance = pc[1].bx
            pc += 1
            if holds { pc += distance }

          case .jumpLessOrEqual, .jumpLessOrEqualK:
            let left = base + Int(i.a)
            let right = (i.op == .jumpLessOrEqual ? base : constants) + Int(i.b)
            var holds: Bool
            if left.holds(.int), right.holds(.int) {
              holds = left.pointee.asInt <= right.pointee.asInt
            } else if left.holds(.float), right.holds(.float) {
              holds = left.float <= right.float
            } else {
              holds = try slowCondition(.lessOrEqual, i, base, left.pointee, right.pointee)
            }
            holds = holds != (i.k & 4 != 0)
            let distance = pc[1].bx
            pc += 1
            if holds { pc += distance }

          case .jumpGreater, .jumpGreaterK:
            let left = base + Int(i.a)
            let right = (i.op == .jumpGreater ? base : constants) + Int(i.b)
            var holds: Bool
            if left.holds(.int), right.holds(.int) {
              holds = left.pointee.asInt > right.pointee.asInt
            } else if left.holds(.float), right.holds(.float) {
              holds = left.float > right.float
            } else {
              holds = try slowCondition(.greater, i, base, left.pointee, right.pointee)
            }
            holds = holds != (i.k & 4 != 0)
            let distance = pc[1].bx
            pc += 1
            if holds { pc += distance }

          case .jumpGreaterOrEqual, .jumpGreaterOrEqualK:
            let left = base + Int(i.a)
            let right = (i.op == .jumpGreaterOrEqual ? base : constants) + Int(i.b)
            var holds: Bool
            if left.holds(.int), right.holds(.int) {
              holds = left.pointee.asInt >= right.pointee.asInt
            } else if left.holds(.float), right.holds(.float) {
              holds = left.float >= right.float
            } else {
              holds = try slowCondition(.greaterOrEqual, i, base, left.pointee, right.pointee)
            }
            holds = holds != (i.k & 4 != 0)
            let distance = pc[1].bx
            pc += 1
            if holds { pc += distance }

          // MARK: Jumps

          case .jump:
            pc += i.bx

          case .jumpBack:
            if interrupt.pointee.load(ordering: .relaxed) | attention.pointee != 0 { try poll() }
            pc += i.bx

          case .jumpIfFalse:
            let word = base[Int(i.a)]
            if word.tag != .bool { throw notBool(word, "condition") }
            if !word.asBool { pc += i.bx }

          case .jumpIfTrue:
            let word = base[Int(i.a)]
            if word.tag != .bool { throw notBool(word, "condition") }
            if word.asBool { pc += i.bx }

          case .jumpIfNotNil:
            if base[Int(i.a)].tag != .null { pc += i.bx }

          case .jumpIfGiven:
            if base[Int(i.a)].tag != .undefined { pc += i.bx }

          case .checkBool:
            let word = base[Int(i.a)]
            if word.tag != .bool { throw notBool(word, "condition") }

          // MARK: Loops

          case .prepareLoop:
            try prepareLoop(base + Int(i.a))

          case .prepareRange:
            try prepareRange(base + Int(i.a), isClosed: i.k & 1 != 0)

          case .nextElement:
            if interrupt.pointee.load(ordering: .relaxed) | attention.pointee != 0 { try poll() }
            let iteration = base + Int(i.a)
            if iteration.pointee.tag == .int {
              let remaining = iteration[1].asInt
              if remaining > 0 {
                let current = iteration.pointee.asInt
                iteration[1].bits = UInt64(bitPattern: Int64(remaining &- 1))
                iteration[0].bits = UInt64(bitPattern: Int64(current &+ iteration[2].asInt))
                store(base + Int(i.b), .int(current))
                pc += 1 + pc[1].bx
              } else {
                pc += 1
              }
            } else if iteration.pointee.tag == .list {
              let place = iteration[1].asInt
              let list = iteration.pointee.pointer.list
              if place < list.pointee.count {
                let word = list.pointee.items[place]
                heap.retain(word)
                iteration[1].bits = UInt64(bitPattern: Int64(place &+ 1))
                store(base + Int(i.b), word)
                pc += 1 + pc[1].bx
              } else {
                pc += 1
              }
            } else if try nextElement(iteration, base + Int(i.b)) {
              pc += 1 + pc[1].bx
            } else {
              pc += 1
            }

          // MARK: Calls

          case .call:
            let row = base + Int(i.a)
            var count = Int(i.b)
            if i.k & 1 != 0, row[1].tag == .undefined {
              // No receiver is passed: the arguments move into its place.
              count &-= 1
              var place = row + 1
              let end = place + count
              while place < end {
                let word = place[1]
                if word.isObject { place[1] = .null }
                place.pointee = word
                place += 1
              }
              place.pointee = .null
            }
            if interrupt.pointee.load(ordering: .relaxed) | attention.pointee != 0 { try poll() }
            let callee = row.pointee
            if callee.tag == .closure {
              let callable = callee.pointer.closure.pointee.code
              let depth = state.pointee.depth &+ 1
              let newBase = row + 1
              let top = newBase + callable.pointee.registerCount
              if depth >= recursionLimit || top >= stackEnd { throw recursionError() }
              if count != callable.pointee.parameterCount {
                if count < callable.pointee.parameterCount, count >= callable.pointee.requiredCount {
                  for place in count..<callable.pointee.parameterCount { store(newBase + place, .undefined) }
                } else {
                  try bind(row, count: count, names: [])
                }
              }
              frames[depth &- 1].pc = pc + 1
              frames[depth].base = newBase
              state.pointee.depth = depth
              state.pointee.top = top
              code = callable
              base = newBase
              constants = callable.pointee.constants
              pc = callable.pointee.instructions
              continue
            } else if callee.tag == .native, callee.bits == appendFunction.bits, count == 2,
              row[1].tag == .list
            {
              // `xs.append(x)`, the most frequent call in loops.
              frames[state.pointee.depth].pc = pc + 1
              let value = row[2]
              if value.isObject { row[2] = .null }
              try heap.append(value, to: row[1].pointer)
              store(row + 1, .null)
              store(row, .null)
            } else {
              frames[state.pointee.depth].pc = pc + 1
              if try !callPlain(row, count) { try callNative(row, count: count, names: [], site: pc) }
            }

          case .callNamed, .callSpread:
            let row = base + Int(i.a)
            if interrupt.pointee.load(ordering: .relaxed) | attention.pointee != 0 { try poll() }
            frames[state.pointee.depth].pc = pc + 1
            if try callWithNames(i, row, base[-1].pointer) {
              code = row.pointee.pointer.closure.pointee.code
              try pushFrame(row)
              base = row + 1
              constants = code.pointee.constants
              pc = code.pointee.instructions
              continue
            }

          case .method:
            let row = base + Int(i.a)
            let receiver = row[1]
            if receiver.tag == .record {
              let record = receiver.pointer.record
              if Int(i.c) < record.pointee.used,
                record.pointee.entries[Int(i.c)].key == code.pointee.names[Int(i.b)]
              {
                let word = record.pointee.entries[Int(i.c)].value
                if word.tag == .closure {
                  heap.retain(word)
                  store(row, word)
                  store(row + 1, .undefined)
                  pc += 2
                  continue
                }
              }
            } else if receiver.tag.rawValue < Tag.host.rawValue, pc[1].bx >= 0 {
              let word = globalWords[pc[1].bx]
              if word.tag != .undefined {
                heap.retain(word)
                store(row, word)
                pc += 2
                continue
              }
            }
            try findMethod(row, Int(i.b), slot: pc[1].bx, base[-1].pointer, remembering: pc)
            pc += 1

          case .returnValue, .returnNil:
            var result = Word.null
            if i.op == .returnValue {
              result = base[Int(i.a)]
              base[Int(i.a)] = .null
            }
            if let open = state.pointee.openCells, open.upvalue.pointee.location >= base {
              // The result's own register may be captured as well.
              if i.op == .returnValue {
                heap.retain(result)
                base[Int(i.a)] = result
              }
              closeCells(from: base)
            }
            if leave(base, code, result, entryDepth) {
              state.pointee.top = callerTop
              return result
            }
            let frame = frames + state.pointee.depth
            pc = frame.pointee.pc
            base = frame.pointee.base
            code = base[-1].pointer.closure.pointee.code
            constants = code.pointee.constants
            state.pointee.top = base + code.pointee.registerCount
            continue

          case .addReturn:
            let sum = Machine.quickAdd(base[Int(i.b)], base[Int(i.c)])
            if sum.tag != .undefined, state.pointee.openCells == nil {
              if leave(base, code, sum, entryDepth) {
                state.pointee.top = callerTop
                return sum
              }
              let frame = frames + state.pointee.depth
              pc = frame.pointee.pc
              base = frame.pointee.base
              code = base[-1].pointer.closure.pointee.code
              constants = code.pointee.constants
              state.pointee.top = base + code.pointee.registerCount
              continue
            } else if sum.tag != .undefined {
              store(base + Int(i.a), sum)
            } else {
              try slowBinary(.add, i, base, base[Int(i.b)], base[Int(i.c)])
            }

          case .closure:
            makeClosure(i, base, base[-1].pointer)

          case .closeCells:
            if state.pointee.openCells != nil { closeCells(from: base + Int(i.a)) }

          // MARK: Members and elements

          case .getMember:
            let object = base[Int(i.b)]
            if object.tag == .record {
              let record = object.pointer.record
              let key = code.pointee.names[Int(i.c)]
              let cached = pc[1].bx
              if cached < record.pointee.used, record.pointee.entries[cached].key == key {
                let word = record.pointee.entries[cached].value
                heap.retain(word)
                if i.k & 1 != 0, i.a != i.b { store(base + Int(i.b), .null) }
                store(base + Int(i.a), word)
                pc += 2
                continue
              }
            }
            try getMember(i, base, base[-1].pointer, pc + 1)
            pc += 1

          case .setMember:
            let object = base[Int(i.a)]
            if object.tag == .record {
              let record = object.pointer.record
              let cached = pc[1].bx
              if cached < record.pointee.used,
                record.pointee.entries[cached].key == code.pointee.names[Int(i.b)]
              {
                let value = base[Int(i.c)]
                // A temporary is moved into the record.
                if i.k & 2 != 0 { base[Int(i.c)] = .null } else { heap.retain(value) }
                store(Machine.valuePlace(record, cached), value)
                if i.k & 1 != 0 { store(base + Int(i.a), .null) }
                pc += 2
                continue
              }
            }
            try setMember(i, base, base[-1].pointer, pc + 1)
            pc += 1

          case .getIndex:
            let object = base[Int(i.b)]
            let index = base[Int(i.c)]
            if object.tag == .list, index.tag == .int {
              let list = object.pointer.list
              var place = index.asInt
              if place < 0 { place &+= list.pointee.count }
              if place >= 0, place < list.pointee.count {
                let word = list.pointee.items[place]
                heap.retain(word)
                if i.k & 1 != 0, i.a != i.b { store(base + Int(i.b), .null) }
                store(base + Int(i.a), word)
                pc += 1
                continue
              }
            }
            let word = try element(object, index)
            if i.k & 1 != 0, i.a != i.b { store(base + Int(i.b), .null) }
            if i.k & 2 != 0, i.a != i.c { store(base + Int(i.c), .null) }
            store(base + Int(i.a), word)

          case .getItems:
            let first = base + Int(i.b)
            let word = try items(first.pointee, first + 1, Int(i.c))
            for offset in 0...Int(i.c) { store(first + offset, .null) }
            store(base + Int(i.a), word)

          case .setIndex:
            let object = base[Int(i.a)]
            let index = base[Int(i.b)]
            let value = i.k & 8 != 0 ? constants[Int(i.c)] : base[Int(i.c)]
            if object.tag == .list, index.tag == .int {
              let list = object.pointer.list
              var place = index.asInt
              if place < 0 { place &+= list.pointee.count }
              if place >= 0, place < list.pointee.count {
                heap.retain(value)
                store(list.pointee.items + place, value)
                if i.k & 5 != 0 {
                  // With an Int index, only the list and the value can be temporaries with a reference.
                  if i.k & 4 != 0, value.isObject { store(base + Int(i.c), .null) }
                  if i.k & 1 != 0 { store(base + Int(i.a), .null) }
                }
                pc += 1
                continue
              }
            }
            try setElement(object, index, value)
            if i.k != 0 { releaseTemporaries(i, base) }

          case .setItems:
            let first = base + Int(i.a)
            try setItems(first.pointee, first + 1, Int(i.b), base[Int(i.c)])
            for offset in 0...Int(i.b) { store(first + offset, .null) }
            store(base + Int(i.c), .null)

          // MARK: Making

          case .newList:
            let list = try heap.list(capacity: Int(i.c))
            let items = list.pointer.list.pointee.items
            let first = base + Int(i.b)
            for offset in 0..<Int(i.c) {
              let word = first[offset]
              if word.isObject { first[offset] = .null }
              items[offset] = word
            }
            list.pointer.list.pointee.count = Int(i.c)
            store(base + Int(i.a), list)

          case .newRecord:
            try newRecord(i, base, base[-1].pointer)

          case .appendTo:
            let word = base[Int(i.b)]
            base[Int(i.b)] = .null
            try heap.append(word, to: base[Int(i.a)].pointer)

          case .spreadTo:
            try spread(i, base)

          case .setKey:
            try setKey(i, base)

          case .mergeTo:
            try merge(i, base)

          case .range:
            try makeRange(i, base)

          case .quantity:
            try makeQuantity(i, base)

          case .concatenate:
            try concatenate(i, base)

          case .format:
            try format(i, base, constants[Int(i.c)])

          // MARK: Taking apart

          case .unpackList:
            try unpackList(i, base)

          case .unpackField:
            try unpackField(i, base, base[-1].pointer)

          case .unshare:
            try unshare(base + Int(i.a))

          case .useModule:
            frames[state.pointee.depth].pc = pc + 1
            let use = base[-1].pointer.closure.pointee.prototype.takeUnretainedValue().uses[i.bx]
            let module = try loadModule(use, base[-1].pointer, isTopLevel: i.k & 1 != 0)
            store(base + Int(i.a), module)

          case .importName:
            try importName(i, base, base[-1].pointer)

          // MARK: Two in one; where the first is not a plain number, it is done alone

          case .multiplyAdd:
            let left = base + Int(i.b)
            let right = base + Int(i.c)
            if left.holds(.float), right.holds(.float) {
              let next = pc[1]
              let other = base + Int(i.k & 0x80 != 0 ? next.c : next.b)
              if other.holds(.float) {
                put(base + Int(next.a), other.float + left.float * right.float)
                pc += 2
                continue
              }
            }
            let product = Machine.quickMultiply(left.pointee, right.pointee)
            if product.tag != .undefined {
              let next = pc[1]
              let other = base[Int(i.k & 0x80 != 0 ? next.c : next.b)]
              let sum = Machine.quickAdd(other, product)
              if sum.tag != .undefined {
                store(base + Int(next.a), sum)
                pc += 1
              } else {
                store(base + Int(i.a), product)
              }
            } else {
              try slowBinary(.multiply, i, base, base[Int(i.b)], base[Int(i.c)])
            }

          case .multiplyKAdd:
            let left = base + Int(i.b)
            let right = constants + Int(i.c)
            if left.holds(.float), right.holds(.float) {
              let next = pc[1]
              let other = base + Int(i.k & 0x80 != 0 ? next.c : next.b)
              if other.holds(.float) {
                put(base + Int(next.a), other.float + left.float * right.float)
                pc += 2
                continue
              }
            }
            let product = Machine.quickMultiply(left.pointee, right.pointee)
            if product.tag != .undefined {
              let next = pc[1]
              let other = base[Int(i.k & 0x80 != 0 ? next.c : next.b)]
              let sum = Machine.quickAdd(other, product)
              if sum.tag != .undefined {
                store(base + Int(next.a), sum)
                pc += 1
              } else {
                store(base + Int(i.a), product)
              }
            } else {
              try slowBinaryK(.multiply, i, base, base[Int(i.b)], constants[Int(i.c)])
            }

          case .moduloKAdd:
            let rest = Machine.quickModulo(base[Int(i.b)], constants[Int(i.c)])
            if rest.tag != .undefined {
              let next = pc[1]
              let other = base[Int(i.k & 0x80 != 0 ? next.c : next.b)]
              let sum = Machine.quickAdd(other, rest)
              if sum.tag != .undefined {
                store(base + Int(next.a), sum)
                pc += 1
              } else {
                store(base + Int(i.a), rest)
              }
            } else {
              try slowBinaryK(.modulo, i, base, base[Int(i.b)], constants[Int(i.c)])
            }

          case .multiplySubtract:
            let left = base + Int(i.b)
            let right = base + Int(i.c)
            if left.holds(.float), right.holds(.float) {
              let next = pc[1]
              let other = base + Int(i.k & 0x80 != 0 ? next.c : next.b)
              if other.holds(.float) {
                let product = left.float * right.float
                put(base + Int(next.a), i.k & 0x80 != 0 ? product - other.float : other.float - product)
                pc += 2
                continue
              }
            }
            let product = Machine.quickMultiply(left.pointee, right.pointee)
            if product.tag != .undefined {
              let next = pc[1]
              let difference =
                i.k & 0x80 != 0
                ? Machine.quickSubtract(product, base[Int(next.c)])
                : Machine.quickSubtract(base[Int(next.b)], product)
              if difference.tag != .undefined {
                store(base + Int(next.a), difference)
                pc += 1
              } else {
                store(base + Int(i.a), product)
              }
            } else {
              try slowBinary(.multiply, i, base, base[Int(i.b)], base[Int(i.c)])
            }

          case .multiplyKSubtract:
            let left = base + Int(i.b)
            let right = constants + Int(i.c)
            if left.holds(.float), right.holds(.float) {
              let next = pc[1]
              let other = base + Int(i.k & 0x80 != 0 ? next.c : next.b)
              if other.holds(.float) {
                let product = left.float * right.float
                put(base + Int(next.a), i.k & 0x80 != 0 ? product - other.float : other.float - product)
                pc += 2
                continue
              }
            }
            let product = Machine.quickMultiply(left.pointee, right.pointee)
            if product.tag != .undefined {
              let next = pc[1]
              let difference =
                i.k & 0x80 != 0
                ? Machine.quickSubtract(product, base[Int(next.c)])
                : Machine.quickSubtract(base[Int(next.b)], product)
              if difference.tag != .undefined {
                store(base + Int(next.a), difference)
                pc += 1
              } else {
                store(base + Int(i.a), product)
              }
            } else {
              try slowBinaryK(.multiply, i, base, base[Int(i.b)], constants[Int(i.c)])
            }

          case .multiplyAddK:
            let left = base + Int(i.b)
            let right = base + Int(i.c)
            if left.holds(.float), right.holds(.float) {
              let next = pc[1]
              let other = constants + Int(next.c)
              if other.holds(.float) {
                put(base + Int(next.a), other.float + left.float * right.float)
                pc += 2
                continue
              }
            }
            let product = Machine.quickMultiply(left.pointee, right.pointee)
            if product.tag != .undefined {
              let next = pc[1]
              let sum = Machine.quickAdd(product, constants[Int(next.c)])
              if sum.tag != .undefined {
                store(base + Int(next.a), sum)
                pc += 1
              } else {
                store(base + Int(i.a), product)
              }
            } else {
              try slowBinary(.multiply, i, base, base[Int(i.b)], base[Int(i.c)])
            }

          case .multiplyKAddK:
            let left = base + Int(i.b)
            let right = constants + Int(i.c)
            if left.holds(.float), right.holds(.float) {
              let next = pc[1]
              let other = constants + Int(next.c)
              if other.holds(.float) {
                put(base + Int(next.a), other.float + left.float * right.float)
                pc += 2
                continue
              }
            }
            let product = Machine.quickMultiply(left.pointee, right.pointee)
            if product.tag != .undefined {
              let next = pc[1]
              let sum = Machine.quickAdd(product, constants[Int(next.c)])
              if sum.tag != .undefined {
                store(base + Int(next.a), sum)
                pc += 1
              } else {
                store(base + Int(i.a), product)
              }
            } else {
              try slowBinaryK(.multiply, i, base, base[Int(i.b)], constants[Int(i.c)])
            }

          case .multiplyModuloK:
            let product = Machine.quickMultiply(base[Int(i.b)], base[Int(i.c)])
            if product.tag != .undefined {
              let next = pc[1]
              let rest = Machine.quickModulo(product, constants[Int(next.c)])
              if rest.tag != .undefined {
                store(base + Int(next.a), rest)
                pc += 1
              } else {
                store(base + Int(i.a), product)
              }
            } else {
              try slowBinary(.multiply, i, base, base[Int(i.b)], base[Int(i.c)])
            }

          case .addModuloK:
            let sum = Machine.quickAdd(base[Int(i.b)], base[Int(i.c)])
            if sum.tag != .undefined {
              let next = pc[1]
              let rest = Machine.quickModulo(sum, constants[Int(next.c)])
              if rest.tag != .undefined {
                store(base + Int(next.a), rest)
                pc += 1
              } else {
                store(base + Int(i.a), sum)
              }
            } else {
              try slowBinary(.add, i, base, base[Int(i.b)], base[Int(i.c)])
            }

          case .indexAddK, .indexSubtractK:
            let left = base[Int(i.b)]
            let right = constants[Int(i.c)]
            if left.tag == .int, right.tag == .int {
              let next = pc[1]
              let object = base[Int(next.b)]
              let (index, overflow) =
                i.op == .indexAddK
                ? left.asInt.addingReportingOverflow(right.asInt)
                : left.asInt.subtractingReportingOverflow(right.asInt)
              if object.tag == .list, !overflow {
                let list = object.pointer.list
                let place = index < 0 ? index &+ list.pointee.count : index
                if place >= 0, place < list.pointee.count {
                  let word = list.pointee.items[place]
                  heap.retain(word)
                  if next.k & 1 != 0, next.a != next.b { store(base + Int(next.b), .null) }
                  store(base + Int(next.a), word)
                  pc += 2
                  continue
                }
              }
              if !overflow {
                store(base + Int(i.a), .int(index))
                pc += 1
                continue
              }
            }
            let isSum = i.op == .indexAddK
            let quick = isSum ? Machine.quickAdd(left, right) : Machine.quickSubtract(left, right)
            if quick.tag != .undefined {
              store(base + Int(i.a), quick)
            } else {
              try slowBinaryK(isSum ? .add : .subtract, i, base, left, right)
            }

          case .jumpBackLess, .jumpBackLessK:
            if interrupt.pointee.load(ordering: .relaxed) | attention.pointee != 0 { try poll() }
            pc += 1 + i.bx
            let test = pc.pointee
            let left = base + Int(test.a)
            let right = (i.op == .jumpBackLess ? base : constants) + Int(test.b)
            // A comparison of other values than plain numbers is done by the next instruction.
            if left.holds(.int), right.holds(.int) {
              let holds = (left.pointee.asInt < right.pointee.asInt) != (test.k & 4 != 0)
              pc += holds ? 2 + pc[1].bx : 2
            } else if left.holds(.float), right.holds(.float) {
              let holds = (left.float < right.float) != (test.k & 4 != 0)
              pc += holds ? 2 + pc[1].bx : 2
            }
            continue

          case .jumpBackLessOrEqual:
            if interrupt.pointee.load(ordering: .relaxed) | attention.pointee != 0 { try poll() }
            pc += 1 + i.bx
            let test = pc.pointee
            let left = base[Int(test.a)]
            let right = base[Int(test.b)]
            if left.tag == .int, right.tag == .int {
              let holds = (left.asInt <= right.asInt) != (test.k & 4 != 0)
              pc += holds ? 2 + pc[1].bx : 2
            }
            continue

          case .jumpBackGreaterK:
            if interrupt.pointee.load(ordering: .relaxed) | attention.pointee != 0 { try poll() }
            pc += 1 + i.bx
            let test = pc.pointee
            let left = base[Int(test.a)]
            let right = constants[Int(test.b)]
            if left.tag == .int, right.tag == .int {
              let holds = (left.asInt > right.asInt) != (test.k & 4 != 0)
              pc += holds ? 2 + pc[1].bx : 2
            }
            continue
          }
          pc += 1
        }
      } catch {
        // Rethrows the error if no frame down to the entry frame handles it.
        try recover(from: error, at: pc + 1, entryDepth: entryDepth)
        let frame = frames + state.pointee.depth
        pc = frame.pointee.pc
        base = frame.pointee.base
        code = base[-1].pointer.closure.pointee.code
        constants = code.pointee.constants
      }
    }
  }
}
