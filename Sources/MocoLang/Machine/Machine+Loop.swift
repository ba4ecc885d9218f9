// The loop over instructions. Each case is the equation beside its opcode (Opcode.swift); what is not quick
// is in the other Machine files. Fast paths test tags and fall to a slow path that knows everything and
// reports errors.
//
// Where an instruction has a second word, `pc` moves past it only after everything that can throw, so that an
// error's place is always `pc - 1`.

import Synchronization

extension Machine {
  /// Runs the frame on top, which is an entry frame, until it returns.
  /// - Throws: `RaisedError`.
  func execute() throws -> Word {
    let state = self.state
    let heap = self.heap
    let frames = state.pointee.frames
    let globalWords = globals.words
    let interrupt = interruptFlag
    let attention = withUnsafeMutablePointer(to: &heap.counters.pointee.attention) { $0 }
    let entryDepth = state.pointee.depth
    let callerTop = frames[entryDepth].base - 1

    var pc = frames[entryDepth].pc
    var base = frames[entryDepth].base
    var closure = frames[entryDepth].closure
    var constants = closure.closure.pointee.code.pointee.constants

    while true {
      do {
        while true {
          let i = pc.pointee
          pc += 1
          switch i.op {

          // MARK: Moves and constants

          case .move:
            let word = base[Int(i.b)]
            heap.retain(word)
            store(base + Int(i.a), word)

          case .take:
            let word = base[Int(i.b)]
            base[Int(i.b)] = .null
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
            var place = base + Int(i.a)
            let end = place + Int(i.b)
            while place < end {
              store(place, .null)
              place += 1
            }

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
            let slot = pc.pointee.bx
            let left = globalWords[slot]
            let right = base[Int(i.a)]
            if globals.flags[slot] == GlobalFlag.declared {
              if left.tag == .int, right.tag == .int, i.b == UInt16(Opcode.add.rawValue) {
                let (sum, overflow) = left.asInt.addingReportingOverflow(right.asInt)
                if !overflow {
                  globalWords[slot] = .int(sum)
                  pc += 1
                  continue
                }
              } else if left.tag == .float, right.tag == .float, i.b == UInt16(Opcode.add.rawValue) {
                globalWords[slot] = .float(left.asFloat + right.asFloat)
                pc += 1
                continue
              }
            }
            try updateGlobal(slot, i, base)
            pc += 1

          case .getCell:
            let word = closure.closureCells[Int(i.b)].upvalue.pointee.location.pointee
            if word.tag == .undefined { throw undefinedCell(closure, Int(i.b)) }
            heap.retain(word)
            store(base + Int(i.a), word)

          case .setCell:
            let word = base[Int(i.b)]
            if i.k & 1 != 0 { base[Int(i.b)] = .null } else { heap.retain(word) }
            store(closure.closureCells[Int(i.a)].upvalue.pointee.location, word)

          case .checkDefined:
            if base[Int(i.a)].tag == .undefined { throw undefinedLocal(closure, i.bx) }

          case .markUndefined:
            store(base + Int(i.a), .undefined)

          // MARK: Arithmetic

          case .add:
            let left = base[Int(i.b)]
            let right = base[Int(i.c)]
            let quick = Machine.quickAdd(left, right)
            if quick.tag != .undefined {
              store(base + Int(i.a), quick)
            } else {
              try slowBinary(.add, i, base, left, right)
            }

          case .addK:
            let left = base[Int(i.b)]
            let quick = Machine.quickAdd(left, constants[Int(i.c)])
            if quick.tag != .undefined {
              store(base + Int(i.a), quick)
            } else {
              try slowBinaryK(.add, i, base, left, constants[Int(i.c)])
            }

          case .subtract:
            let left = base[Int(i.b)]
            let right = base[Int(i.c)]
            let quick = Machine.quickSubtract(left, right)
            if quick.tag != .undefined {
              store(base + Int(i.a), quick)
            } else {
              try slowBinary(.subtract, i, base, left, right)
            }

          case .subtractK:
            let left = base[Int(i.b)]
            let quick = Machine.quickSubtract(left, constants[Int(i.c)])
            if quick.tag != .undefined {
              store(base + Int(i.a), quick)
            } else {
              try slowBinaryK(.subtract, i, base, left, constants[Int(i.c)])
            }

          case .multiply:
            let left = base[Int(i.b)]
            let right = base[Int(i.c)]
            let quick = Machine.quickMultiply(left, right)
            if quick.tag != .undefined {
              store(base + Int(i.a), quick)
            } else {
              try slowBinary(.multiply, i, base, left, right)
            }

          case .multiplyK:
            let left = base[Int(i.b)]
            let quick = Machine.quickMultiply(left, constants[Int(i.c)])
            if quick.tag != .undefined {
              store(base + Int(i.a), quick)
            } else {
              try slowBinaryK(.multiply, i, base, left, constants[Int(i.c)])
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
            let distance = pc.pointee.bx
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
            let distance = pc.pointee.bx
            pc += 1
            if holds { pc += distance }

          case .jumpLess:
            let left = base[Int(i.a)]
            let right = base[Int(i.b)]
            var holds: Bool
            if left.tag == .int, right.tag == .int {
              holds = left.asInt < right.asInt
            } else if left.tag == .float, right.tag == .float {
              holds = left.asFloat < right.asFloat
            } else {
              holds = try slowCondition(.less, i, base, left, right)
            }
            holds = holds != (i.k & 4 != 0)
            let distance = pc.pointee.bx
            pc += 1
            if holds { pc += distance }

          case .jumpLessK:
            let left = base[Int(i.a)]
            let right = constants[Int(i.b)]
            var holds: Bool
            if left.tag == .int, right.tag == .int {
              holds = left.asInt < right.asInt
            } else if left.tag == .float, right.tag == .float {
              holds = left.asFloat < right.asFloat
            } else {
              holds = try slowCondition(.less, i, base, left, right)
            }
            holds = holds != (i.k & 4 != 0)
            let distance = pc.pointee.bx
            pc += 1
            if holds { pc += distance }

          case .jumpLessOrEqual, .jumpLessOrEqualK:
            let left = base[Int(i.a)]
            let right = i.op == .jumpLessOrEqual ? base[Int(i.b)] : constants[Int(i.b)]
            var holds: Bool
            if left.tag == .int, right.tag == .int {
              holds = left.asInt <= right.asInt
            } else if left.tag == .float, right.tag == .float {
              holds = left.asFloat <= right.asFloat
            } else {
              holds = try slowCondition(.lessOrEqual, i, base, left, right)
            }
            holds = holds != (i.k & 4 != 0)
            let distance = pc.pointee.bx
            pc += 1
            if holds { pc += distance }

          case .jumpGreater, .jumpGreaterK:
            let left = base[Int(i.a)]
            let right = i.op == .jumpGreater ? base[Int(i.b)] : constants[Int(i.b)]
            var holds: Bool
            if left.tag == .int, right.tag == .int {
              holds = left.asInt > right.asInt
            } else if left.tag == .float, right.tag == .float {
              holds = left.asFloat > right.asFloat
            } else {
              holds = try slowCondition(.greater, i, base, left, right)
            }
            holds = holds != (i.k & 4 != 0)
            let distance = pc.pointee.bx
            pc += 1
            if holds { pc += distance }

          case .jumpGreaterOrEqual, .jumpGreaterOrEqualK:
            let left = base[Int(i.a)]
            let right = i.op == .jumpGreaterOrEqual ? base[Int(i.b)] : constants[Int(i.b)]
            var holds: Bool
            if left.tag == .int, right.tag == .int {
              holds = left.asInt >= right.asInt
            } else if left.tag == .float, right.tag == .float {
              holds = left.asFloat >= right.asFloat
            } else {
              holds = try slowCondition(.greaterOrEqual, i, base, left, right)
            }
            holds = holds != (i.k & 4 != 0)
            let distance = pc.pointee.bx
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
                iteration[1] = .int(remaining &- 1)
                iteration.pointee = .int(current &+ iteration[2].asInt)
                store(base + Int(i.b), .int(current))
                pc += 1 + pc.pointee.bx
              } else {
                pc += 1
              }
            } else if iteration.pointee.tag == .list {
              let place = iteration[1].asInt
              let list = iteration.pointee.pointer.list
              if place < list.pointee.count {
                let word = list.pointee.items[place]
                heap.retain(word)
                iteration[1] = .int(place &+ 1)
                store(base + Int(i.b), word)
                pc += 1 + pc.pointee.bx
              } else {
                pc += 1
              }
            } else if try nextElement(iteration, base + Int(i.b)) {
              pc += 1 + pc.pointee.bx
            } else {
              pc += 1
            }

          // MARK: Calls

          case .call:
            let row = base + Int(i.a)
            var count = Int(i.b)
            if i.k & 1 != 0, row[1].tag == .undefined {
              dropReceiver(row, count)
              count -= 1
            }
            if interrupt.pointee.load(ordering: .relaxed) | attention.pointee != 0 { try poll() }
            let callee = row.pointee
            if callee.tag == .closure {
              let object = callee.pointer
              let code = object.closure.pointee.code
              let depth = state.pointee.depth &+ 1
              let newBase = row + 1
              if count != code.pointee.parameterCount { try bind(row, count: count, names: []) }
              if depth >= recursionLimit || newBase + code.pointee.registerCount >= stackEnd {
                throw recursionError()
              }
              frames[depth &- 1].pc = pc
              frames[depth] = Frame(pc: pc, base: newBase, closure: object, isEntry: false)
              state.pointee.depth = depth
              state.pointee.top = newBase + code.pointee.registerCount
              closure = object
              base = newBase
              constants = code.pointee.constants
              pc = code.pointee.instructions
            } else {
              frames[state.pointee.depth].pc = pc
              try callNative(row, count: count, names: [], site: pc - 1)
            }

          case .callNamed, .callSpread:
            let row = base + Int(i.a)
            if interrupt.pointee.load(ordering: .relaxed) | attention.pointee != 0 { try poll() }
            frames[state.pointee.depth].pc = pc
            if try callWithNames(i, row, closure) {
              let object = row.pointee.pointer
              try pushFrame(row, isEntry: false)
              closure = object
              base = row + 1
              constants = object.closure.pointee.code.pointee.constants
              pc = object.closure.pointee.code.pointee.instructions
            }

          case .method:
            try findMethod(base + Int(i.a), Int(i.b), slot: pc.pointee.bx, closure)
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
            let count = closure.closure.pointee.code.pointee.registerCount
            var place = base
            let end = base + count
            while place < end {
              if place.pointee.isObject {
                let object = place.pointee.pointer
                place.pointee = .null
                heap.release(object: object)
              }
              place += 1
            }
            let depth = state.pointee.depth
            let isEntry = frames[depth].isEntry
            state.pointee.depth = depth &- 1
            if isEntry {
              state.pointee.top = callerTop
              return result
            }
            store(base - 1, result)
            let frame = frames + (depth &- 1)
            pc = frame.pointee.pc
            base = frame.pointee.base
            closure = frame.pointee.closure
            constants = closure.closure.pointee.code.pointee.constants
            state.pointee.top = base + closure.closure.pointee.code.pointee.registerCount

          case .closure:
            makeClosure(i, base, closure)

          case .closeCells:
            if state.pointee.openCells != nil { closeCells(from: base + Int(i.a)) }

          // MARK: Members and elements

          case .getMember:
            let object = base[Int(i.b)]
            if object.tag == .record {
              let record = object.pointer.record
              let key = closure.closure.pointee.code.pointee.names[Int(i.c)]
              let cached = pc.pointee.bx
              if cached < record.pointee.used, record.pointee.entries[cached].key == key {
                let word = record.pointee.entries[cached].value
                heap.retain(word)
                if i.k & 1 != 0, i.a != i.b { store(base + Int(i.b), .null) }
                store(base + Int(i.a), word)
                pc += 1
                continue
              }
            }
            try getMember(i, base, closure, pc)
            pc += 1

          case .setMember:
            try setMember(i, base, closure, pc)
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
            let value = base[Int(i.c)]
            if object.tag == .list, index.tag == .int {
              let list = object.pointer.list
              var place = index.asInt
              if place < 0 { place &+= list.pointee.count }
              if place >= 0, place < list.pointee.count {
                heap.retain(value)
                store(list.pointee.items + place, value)
                if i.k != 0 {
                  // Of an Int index and its temporaries only the list and the value can hold anything.
                  if i.k & 4 != 0, value.isObject { store(base + Int(i.c), .null) }
                  if i.k & 1 != 0 { store(base + Int(i.a), .null) }
                }
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
              items[offset] = first[offset]
              first[offset] = .null
            }
            list.pointer.list.pointee.count = Int(i.c)
            store(base + Int(i.a), list)

          case .newRecord:
            try newRecord(i, base, closure)

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
            try unpackField(i, base, closure)

          case .unshare:
            try unshare(base + Int(i.a))

          case .useModule:
            frames[state.pointee.depth].pc = pc
            let use = closure.closure.pointee.prototype.takeUnretainedValue().uses[i.bx]
            let module = try loadModule(use, closure, isTopLevel: i.k & 1 != 0)
            store(base + Int(i.a), module)

          case .importName:
            try importName(i, base, closure)
          }
        }
      } catch {
        // Throws on when no frame down to the entry handles it.
        try recover(from: error, at: pc, entryDepth: entryDepth)
        let frame = frames + state.pointee.depth
        pc = frame.pointee.pc
        base = frame.pointee.base
        closure = frame.pointee.closure
        constants = closure.closure.pointee.code.pointee.constants
      }
    }
  }
}
