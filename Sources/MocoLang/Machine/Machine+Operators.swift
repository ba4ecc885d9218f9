// Operators: the fast paths for numbers, and the slow path for every type.
//
// Int and Float mix to Float; Int results are checked (E0402); division by zero is E0403. Strings and lists
// join with `+` and repeat with `*`. Quantities add and subtract with their own unit, scale with numbers, and
// divide to a number.

import Glibc
import MocoBase

extension Machine {
  // MARK: Fast paths; `undefined` means: use the slow path

  @inline(__always)
  static func quickAdd(_ left: Word, _ right: Word) -> Word {
    if left.tag == .int {
      if right.tag == .int {
        let (result, overflow) = left.asInt.addingReportingOverflow(right.asInt)
        return overflow ? .undefined : .int(result)
      }
      if right.tag == .float { return .float(Double(left.asInt) + right.asFloat) }
    } else if left.tag == .float {
      if right.tag == .float { return .float(left.asFloat + right.asFloat) }
      if right.tag == .int { return .float(left.asFloat + Double(right.asInt)) }
    }
    return .undefined
  }

  @inline(__always)
  static func quickSubtract(_ left: Word, _ right: Word) -> Word {
    if left.tag == .int {
      if right.tag == .int {
        let (result, overflow) = left.asInt.subtractingReportingOverflow(right.asInt)
        return overflow ? .undefined : .int(result)
      }
      if right.tag == .float { return .float(Double(left.asInt) - right.asFloat) }
    } else if left.tag == .float {
      if right.tag == .float { return .float(left.asFloat - right.asFloat) }
      if right.tag == .int { return .float(left.asFloat - Double(right.asInt)) }
    }
    return .undefined
  }

  @inline(__always)
  static func quickMultiply(_ left: Word, _ right: Word) -> Word {
    if left.tag == .int {
      if right.tag == .int {
        let (result, overflow) = left.asInt.multipliedReportingOverflow(by: right.asInt)
        return overflow ? .undefined : .int(result)
      }
      if right.tag == .float { return .float(Double(left.asInt) * right.asFloat) }
    } else if left.tag == .float {
      if right.tag == .float { return .float(left.asFloat * right.asFloat) }
      if right.tag == .int { return .float(left.asFloat * Double(right.asInt)) }
    }
    return .undefined
  }

  @inline(__always)
  static func quickDivide(_ left: Word, _ right: Word) -> Word {
    guard left.isNumber, right.isNumber else { return .undefined }
    let divisor = right.number
    return divisor == 0 ? .undefined : .float(left.number / divisor)
  }

  @inline(__always)
  static func quickModulo(_ left: Word, _ right: Word) -> Word {
    if left.tag == .int, right.tag == .int {
      let divisor = right.asInt
      // 0 is an error, and -1 would trap for the smallest Int.
      if divisor == 0 || divisor == -1 { return divisor == 0 ? .undefined : .int(0) }
      let rest = left.asInt % divisor
      return .int(rest != 0 && (rest < 0) != (divisor < 0) ? rest &+ divisor : rest)
    }
    return .undefined
  }

  // MARK: Slow paths of instructions

  @inline(never)
  func slowBinary(
    _ op: BinaryOperation, _ i: Instruction, _ base: UnsafeMutablePointer<Word>, _ left: Word, _ right: Word
  ) throws {
    let a = Int(i.a)
    let b = Int(i.b)
    let c = Int(i.c)
    if op == .add, left.tag == .string, right.tag == .string {
      // The left register is released if it is a temporary or the target, so that appending can be done in
      // place.
      if a == b || i.k & 1 != 0 {
        base[b] = .null
        let joined: Word
        do { joined = try heap.concatenate(consuming: left, right) } catch {
          store(base + b, left)
          throw error
        }
        if i.k & 2 != 0 { store(base + c, .null) }
        store(base + a, joined)
        return
      }
    }
    let result = try binary(op, left, right)
    if i.k & 1 != 0, a != b { store(base + b, .null) }
    if i.k & 2 != 0, a != c { store(base + c, .null) }
    store(base + a, result)
  }

  @inline(never)
  func slowBinaryK(
    _ op: BinaryOperation, _ i: Instruction, _ base: UnsafeMutablePointer<Word>, _ left: Word, _ right: Word
  ) throws {
    let result = try i.k & 8 != 0 ? binary(op, right, left) : binary(op, left, right)
    if i.k & 1 != 0, i.a != i.b { store(base + Int(i.b), .null) }
    store(base + Int(i.a), result)
  }

  /// A comparison that decides a jump: a Bool and nothing else.
  @inline(never)
  func slowCondition(
    _ op: BinaryOperation, _ i: Instruction, _ base: UnsafeMutablePointer<Word>, _ left: Word, _ right: Word
  ) throws -> Bool {
    if left.tag == .string, right.tag == .string, op == .equal || op == .notEqual {
      let holds = StringObject.equal(left.pointer, right.pointer) == (op == .equal)
      if i.k & 1 != 0 { store(base + Int(i.a), .null) }
      if i.k & 2 != 0 { store(base + Int(i.b), .null) }
      return holds
    }
    let result = try binary(op, left, right)
    if i.k & 1 != 0 { store(base + Int(i.a), .null) }
    if i.k & 2 != 0 { store(base + Int(i.b), .null) }
    guard result.tag == .bool else {
      let failure = notBool(result, "condition")
      heap.release(result)
      throw failure
    }
    return result.asBool
  }

  @inline(never)
  func negate(_ i: Instruction, _ base: UnsafeMutablePointer<Word>) throws {
    let word = base[Int(i.b)]
    let result: Word
    switch word.tag {
    case .int:
      let (negated, overflow) = 0.subtractingReportingOverflow(word.asInt)
      if overflow { throw overflowError("-", word, nil) }
      result = .int(negated)
    case .quantity:
      result = try binary(.multiply, word, .int(-1))
    case .host:
      guard let value = try word.pointer.hostBox.pointee.host.negated() else { throw cannotNegate(word) }
      result = try value.owned(in: heap)
    default:
      throw cannotNegate(word)
    }
    if i.k & 1 != 0, i.a != i.b { store(base + Int(i.b), .null) }
    store(base + Int(i.a), result)
  }

  private func cannotNegate(_ word: Word) -> Failure {
    Failure(
      "E0201", "cannot negate \(describe(word))",
      help: holdsNumbers(word) ? "write -tensor(xs) for a tensor, or [-x for x in xs] for a list" : nil,
      operandLabels: ("", describeType(word)))
  }

  /// `G[slot] = G[slot] op R[a]`
  @inline(never)
  func updateGlobal(_ slot: Int, _ i: Instruction, _ base: UnsafeMutablePointer<Word>) throws {
    guard let opcode = Opcode(rawValue: UInt8(truncatingIfNeeded: i.b)) else { return }
    let op: BinaryOperation
    switch opcode {
    case .subtract: op = .subtract
    case .multiply: op = .multiply
    case .divide: op = .divide
    case .modulo: op = .modulo
    default: op = .add
    }
    let left = globals.words[slot]
    let right = base[Int(i.a)]
    if left.tag == .undefined { throw undefinedGlobal(slot) }
    try checkAssignable(slot)
    if op == .add, left.tag == .string, right.tag == .string {
      globals.words[slot] = .null
      do { globals.words[slot] = try heap.concatenate(consuming: left, right) } catch {
        globals.words[slot] = left
        throw error
      }
    } else {
      let result = try binary(op, left, right)
      store(globals.words + slot, result)
    }
    if i.k & 1 != 0 { store(base + Int(i.a), .null) }
  }

  // MARK: All operators

  /// The result carries a reference; the operands stay owned by the caller.
  package func binary(_ op: BinaryOperation, _ left: Word, _ right: Word) throws -> Word {
    switch op {
    case .equal, .notEqual:
      if left.tag == .host || right.tag == .host, let word = try hostBinary(op, left, right) { return word }
      return .bool(try equal(left, right) == (op == .equal))
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      if left.tag == .host || right.tag == .host, let word = try hostBinary(op, left, right) { return word }
      guard let order = try compare(left, right) else {
        // Numbers without an order (nan) are neither less nor greater.
        if left.isNumber, right.isNumber { return .bool(false) }
        throw wrongOperands(op, left, right)
      }
      switch op {
      case .less: return .bool(order < 0)
      case .lessOrEqual: return .bool(order <= 0)
      case .greater: return .bool(order > 0)
      default: return .bool(order >= 0)
      }
    default:
      break
    }
    if left.isNumber, right.isNumber { return try arithmetic(op, left, right) }
    if left.tag == .host || right.tag == .host {
      if let word = try hostBinary(op, left, right) { return word }
      throw wrongOperands(op, left, right)
    }
    if left.tag == .quantity || right.tag == .quantity { return try quantityArithmetic(op, left, right) }
    if op == .add {
      if left.tag == .string, right.tag == .string {
        heap.retain(left)
        do { return try heap.concatenate(consuming: left, right) } catch {
          heap.release(left)
          throw error
        }
      }
      if left.tag == .list, right.tag == .list { return try joinLists(left, right) }
    }
    if op == .multiply {
      if left.tag == .string, right.tag == .int { return try repeated(string: left, right.asInt) }
      if left.tag == .int, right.tag == .string { return try repeated(string: right, left.asInt) }
      if left.tag == .list, right.tag == .int { return try repeatedPlainly(left, right, left, right) }
      if left.tag == .int, right.tag == .list { return try repeatedPlainly(right, left, left, right) }
    }
    throw wrongOperands(op, left, right)
  }

  private func hostBinary(_ op: BinaryOperation, _ left: Word, _ right: Word) throws -> Word? {
    if left.tag == .host,
      let value = try left.pointer.hostBox.pointee.host.binary(op, AnyValue(right, in: heap), reversed: false)
    {
      return try value.owned(in: heap)
    }
    if right.tag == .host,
      let value = try right.pointer.hostBox.pointee.host.binary(op, AnyValue(left, in: heap), reversed: true)
    {
      return try value.owned(in: heap)
    }
    return nil
  }

  func overflowError(_ op: String, _ left: Word, _ right: Word?) -> Failure {
    Machine.intOverflow(right.map { "\(left.asInt) \(op) \($0.asInt)" } ?? "-(\(left.asInt))")
  }

  static func intOverflow(_ text: String) -> Failure {
    Failure(
      "E0402", "\(text) is out of range for Int",
      help: "write one side as a Float; an Int has 64 bits")
  }

  func divisionByZero(_ op: String) -> Failure {
    Failure("E0403", op == "%" ? "remainder of a division by zero" : "division by zero")
  }

  private func arithmetic(_ op: BinaryOperation, _ left: Word, _ right: Word) throws -> Word {
    let isWhole = left.tag == .int && right.tag == .int
    switch op {
    case .add:
      let word = Machine.quickAdd(left, right)
      if word.tag == .undefined { throw overflowError("+", left, right) }
      return word
    case .subtract:
      let word = Machine.quickSubtract(left, right)
      if word.tag == .undefined { throw overflowError("-", left, right) }
      return word
    case .multiply:
      let word = Machine.quickMultiply(left, right)
      if word.tag == .undefined { throw overflowError("*", left, right) }
      return word
    case .divide:
      let word = Machine.quickDivide(left, right)
      if word.tag == .undefined { throw divisionByZero("/") }
      return word
    case .modulo:
      if isWhole {
        let word = Machine.quickModulo(left, right)
        if word.tag == .undefined { throw divisionByZero("%") }
        return word
      }
      let divisor = right.number
      if divisor == 0 { throw divisionByZero("%") }
      let rest = fmod(left.number, divisor)
      if rest == 0 { return .float(divisor < 0 ? -0.0 : 0.0) }
      return .float((rest < 0) != (divisor < 0) ? rest + divisor : rest)
    case .power:
      return try power(left, right)
    default:
      throw wrongOperands(op, left, right)
    }
  }

  /// Int to a power that is not a negative Int stays an Int; everything else is a Float.
  private func power(_ left: Word, _ right: Word) throws -> Word {
    if left.tag == .int, right.tag == .int, right.asInt >= 0 {
      var result = 1
      var square = left.asInt
      var exponent = right.asInt
      while exponent > 0 {
        if exponent & 1 == 1 {
          let (product, overflow) = result.multipliedReportingOverflow(by: square)
          if overflow { throw overflowError("**", left, right) }
          result = product
        }
        exponent >>= 1
        if exponent > 0 {
          let (product, overflow) = square.multipliedReportingOverflow(by: square)
          if overflow { throw overflowError("**", left, right) }
          square = product
        }
      }
      return .int(result)
    }
    let base = left.number
    let exponent = right.number
    if base == 0, exponent < 0 {
      throw Failure("E0403", "0 to a negative power is a division by zero")
    }
    if base < 0, exponent != exponent.rounded(), exponent.isFinite {
      throw Failure(
        "E0407", "a negative number to the power \(NumberText.float(exponent)) is not a real number")
    }
    let result = pow(base, exponent)
    if result.isInfinite, base.isFinite, exponent.isFinite {
      throw Failure(
        "E0402", "\(show(left)) ** \(show(right)) is out of range for Float",
        help: "a Float goes up to about 1.8e308")
    }
    return .float(result)
  }

  // MARK: Quantities

  private func quantityArithmetic(_ op: BinaryOperation, _ left: Word, _ right: Word) throws -> Word {
    func with(_ amount: Word, _ unit: Int) -> Word {
      amount.tag == .int ? .quantity(amount.asInt, unit: unit) : .quantity(amount.asFloat, unit: unit)
    }
    if left.tag == .quantity, right.tag == .quantity {
      guard left.unitIndex == right.unitIndex else {
        throw Failure(
          "E0201", mixedUnits(left, right),
          operandLabels: (quantity(left).description, quantity(right).description))
      }
      switch op {
      case .add, .subtract, .modulo:
        return with(try arithmetic(op, left.amountWord, right.amountWord), left.unitIndex)
      case .divide: return try arithmetic(op, left.amountWord, right.amountWord)
      default: throw wrongOperands(op, left, right)
      }
    }
    if left.tag == .quantity, right.isNumber, op == .multiply || op == .divide {
      return with(try arithmetic(op, left.amountWord, right), left.unitIndex)
    }
    if right.tag == .quantity, left.isNumber, op == .multiply {
      return with(try arithmetic(op, left, right.amountWord), right.unitIndex)
    }
    var failure = wrongOperands(op, left, right)
    if left.isNumber || right.isNumber {
      let unit = quantity(left.tag == .quantity ? left : right).unit.plural
      failure.help = "add the unit to the number: \(unit)(\(show(left.isNumber ? left : right)))"
    }
    throw failure
  }

  // MARK: Strings and lists

  private func joinLists(_ left: Word, _ right: Word) throws -> Word {
    let first = left.pointer.list.pointee
    let second = right.pointer.list.pointee
    let joined = try heap.list(capacity: first.count + second.count)
    let items = joined.pointer.list.pointee.items
    for index in 0..<first.count {
      heap.retain(first.items[index])
      items[index] = first.items[index]
    }
    for index in 0..<second.count {
      heap.retain(second.items[index])
      items[first.count + index] = second.items[index]
    }
    joined.pointer.list.pointee.count = first.count + second.count
    return joined
  }

  private func repeated(string: Word, _ times: Int) throws -> Word {
    let object = string.pointer
    let (total, overflow) = object.string.pointee.byteCount.multipliedReportingOverflow(by: max(0, times))
    if overflow { throw heap.outOfMemory(Int.max) }
    let result = try heap.emptyString(byteCount: total)
    // The written part doubles with every copy.
    var written = min(total, object.string.pointee.byteCount)
    memcpy(result.stringBytes, object.stringBytes, written)
    while written < total, written > 0 {
      let more = min(written, total - written)
      memcpy(result.stringBytes + written, result.stringBytes, more)
      written += more
    }
    result.string.pointee.scalarCount = object.string.pointee.scalarCount * max(0, times)
    return .object(.string, result)
  }

  private func repeated(list: Word, _ times: Int) throws -> Word {
    let source = list.pointer.list.pointee
    let (total, overflow) = source.count.multipliedReportingOverflow(by: max(0, times))
    if overflow { throw heap.outOfMemory(Int.max) }
    let result = try heap.list(capacity: total)
    let items = result.pointer.list.pointee.items
    var at = 0
    while at < total {
      for index in 0..<source.count {
        heap.retain(source.items[index])
        items[at + index] = source.items[index]
      }
      at += source.count
    }
    result.pointer.list.pointee.count = total
    return result
  }

  func wrongOperands(_ op: BinaryOperation, _ left: Word, _ right: Word) -> Failure {
    let verb: String
    switch op {
    case .add: verb = "cannot add \(describeType(left)) and \(describeType(right))"
    case .subtract: verb = "cannot subtract \(describeType(right)) from \(describeType(left))"
    case .multiply: verb = "cannot multiply \(describeType(left)) by \(describeType(right))"
    case .divide: verb = "cannot divide \(describeType(left)) by \(describeType(right))"
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      verb =
        left.tag != right.tag
        ? "cannot compare \(describeType(left)) with \(describeType(right))"
        : left.tag == .quantity
          ? "cannot compare \(describe(left)) with \(describe(right)): \(mixedUnits(left, right))"
          : left.tag == .list
            ? "cannot compare these Lists: their elements have no order" : "\(typeName(left))s have no order"
    default: verb = "'\(op.rawValue)' is not defined for \(describeType(left)) and \(describeType(right))"
    }
    var help: String?
    if op == .add, left.tag == .string || right.tag == .string {
      let other = left.tag == .string ? right : left
      if other.tag != .list, other.tag != .record {
        help = "write \"…\\(x)…\" to join Strings, or str(x) + …"
      }
    }
    if op == .modulo, left.tag == .string { help = Habits.help(forTemplate: show(left)) }
    if left.tag == .null || right.tag == .null { help = "use ?? to supply a default: one side is nil" }
    if let advice = listAdvice(op, left, right) { help = advice }
    return Failure(
      "E0201", verb, help: help, operandLabels: (operandLabel(left), operandLabel(right)))
  }

  /// The help for a list of numbers that is used like an array of another language; nil for anything else.
  private func listAdvice(_ op: BinaryOperation, _ left: Word, _ right: Word) -> String? {
    func isOperand(_ word: Word) -> Bool { word.isNumber || holdsNumbers(word) }
    guard holdsNumbers(left) || holdsNumbers(right), isOperand(left), isOperand(right) else { return nil }
    func place(_ word: Word, _ name: String) -> (tensor: String, element: String) {
      word.isNumber ? (show(word), show(word)) : ("tensor(\(name))", name == "xs" ? "x" : "y")
    }
    let (a, b) = (place(left, "xs"), place(right, left.isNumber ? "xs" : "ys"))
    let loop =
      left.isNumber || right.isNumber ? "for x in xs" : "for [x, y] in zip(xs, ys)"
    // A matrix product has no elementwise form.
    if op == .matrixProduct { return "write \(a.tensor) @ \(b.tensor)" }
    return "write \(a.tensor) \(op.rawValue) \(b.tensor) for a tensor, or "
      + "[\(a.element) \(op.rawValue) \(b.element) \(loop)] for a list"
  }

  /// Whether it is a list of numbers, or of lists of them.
  private func holdsNumbers(_ word: Word, depth: Int = 0) -> Bool {
    guard word.tag == .list, depth < 8 else { return false }
    let list = word.pointer.list.pointee
    return list.count > 0
      && (0..<list.count).allSatisfy {
        list.items[$0].isNumber || holdsNumbers(list.items[$0], depth: depth + 1)
      }
  }

  /// Repeats a list. A list of numbers may be meant as an array with elementwise multiplication, so the
  /// operation is ambiguous and an error.
  private func repeatedPlainly(_ list: Word, _ count: Word, _ left: Word, _ right: Word) throws -> Word {
    guard list.pointer.list.pointee.count > 1, holdsNumbers(list) else {
      return try repeated(list: list, count.asInt)
    }
    var failure = wrongOperands(.multiply, left, right)
    failure.message = "'*' repeats a List; for a List of numbers its meaning is ambiguous"
    failure.help =
      "write tensor(xs) * \(show(count)) for the products, or [x for _ in 0..<\(show(count)) for x in xs] to "
      + "repeat the List"
    throw failure
  }

  private func operandLabel(_ word: Word) -> String {
    switch word.tag {
    case .int, .float, .bool, .quantity: return "\(typeName(word)) \(show(word))"
    default: return typeName(word)
    }
  }
}
