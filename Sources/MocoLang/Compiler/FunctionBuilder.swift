// One function while it is being compiled: its instructions, constants, registers and scopes.

struct Local {
  var name: String
  var register: Int
  var isMutable: Bool
  var span: Span?
  /// The first instruction after its declaration.
  var start = 0
  /// Whether a closure refers to it.
  var isCaptured = false
  /// Whether it is a function of this block that may be used before its declaration is reached.
  var isPending = false
}

struct Loop {
  var breaks: [Int] = []
  var continues: [Int] = []
  /// Whether a variable of the body is captured. It must leave its register at the end of every iteration.
  var hasCaptures = false
}

struct CapturedName {
  var name: String
  var cell: CapturedCell
  var isMutable: Bool
}

final class FunctionBuilder {
  unowned let heap: Heap
  let parent: FunctionBuilder?
  let file: SourceFile
  let name: String?
  var doc: String?
  var signatureText = ""

  var instructions: [Instruction] = []
  var spans: [InstructionSpans] = []
  var callSites: [Int32: CallSite] = [:]
  var constants: [Word] = []
  var names: [ObjectPointer] = []
  var nameLists: [[ObjectPointer]] = []
  var functions: [Prototype] = []
  var captured: [CapturedCell] = []
  var capturedNames: [CapturedName] = []
  var handlers: [HandlerRange] = []
  var parameters: [Prototype.Parameter] = []
  var uses: [Use] = []

  var locals: [Local] = []
  /// Locals of scopes that have ended.
  var localNames: [LocalName] = []
  var loops: [Loop] = []
  /// Nesting of blocks; 0 is the top level of the function.
  var depth = 0
  /// The first unused register.
  var free = 0
  /// The first register above all locals.
  var localTop = 0
  var registerCount = 0
  /// Registers that may hold objects when the function returns: those of variables, and the temporaries of an
  /// expression that contains a return. The others are empty then.
  var heldCount = 0
  /// Whether a register or constant was out of range for its field.
  var isTooLarge = false

  private var intConstants: [Int: Int] = [:]
  private var floatConstants: [UInt64: Int] = [:]
  private var stringConstants: [ObjectPointer: Int] = [:]
  private var namePlaces: [ObjectPointer: Int] = [:]

  static let maximumRegisters = 60_000

  init(heap: Heap, parent: FunctionBuilder?, file: SourceFile, name: String?) {
    self.heap = heap
    self.parent = parent
    self.file = file
    self.name = name
  }

  // MARK: Registers

  func temporary() -> Int {
    let register = free
    free += 1
    if free > registerCount { registerCount = free }
    if free > FunctionBuilder.maximumRegisters { isTooLarge = true }
    return register
  }

  /// There is a return here: registers in use now may hold something then.
  func noteReturn() { heldCount = max(heldCount, free, localTop) }

  func isTemporary(_ register: Int) -> Bool { register >= localTop }

  // MARK: Constants

  func constant(int value: Int) -> Int {
    if let place = intConstants[value] { return place }
    intConstants[value] = constants.count
    constants.append(.int(value))
    return constants.count - 1
  }

  func constant(float value: Double) -> Int {
    if let place = floatConstants[value.bitPattern] { return place }
    floatConstants[value.bitPattern] = constants.count
    constants.append(.float(value))
    return constants.count - 1
  }

  func constant(word: Word) -> Int {
    constants.append(word)
    return constants.count - 1
  }

  func constant(string text: String) throws -> Int {
    let key = try heap.intern(text)
    if let place = stringConstants[key] { return place }
    stringConstants[key] = constants.count
    constants.append(.object(.string, key))
    return constants.count - 1
  }

  func name(_ text: String) throws -> Int {
    let key = try heap.intern(text)
    if let place = namePlaces[key] { return place }
    namePlaces[key] = names.count
    names.append(key)
    if names.count > Int(UInt16.max) { isTooLarge = true }
    return names.count - 1
  }

  func nameList(_ texts: [String]) throws -> Int {
    nameLists.append(try texts.map { try heap.intern($0) })
    if nameLists.count > Int(UInt16.max) { isTooLarge = true }
    return nameLists.count - 1
  }

  // MARK: Instructions

  @discardableResult
  func emit(
    _ instruction: Instruction, _ whole: Span, mark: Span? = nil, left: Span? = nil, right: Span? = nil
  ) -> Int {
    func pair(_ span: Span) -> (Int32, Int32) { (span.startOffset, span.endOffset) }
    if instruction.op == .returnNil { noteReturn() }
    instructions.append(instruction)
    spans.append(
      InstructionSpans(
        whole: pair(whole), mark: pair(mark ?? whole), left: pair(left ?? whole), right: pair(right ?? whole))
    )
    return instructions.count - 1
  }

  func emitWord(_ number: Int, _ span: Span) { emit(.word(number), span) }

  var here: Int { instructions.count }

  /// Patches the jump at `place` (or the second word at `place`) to go to the next instruction.
  func patch(_ place: Int, to target: Int? = nil) {
    let distance = (target ?? here) - (place + 1)
    let old = instructions[place]
    instructions[place] = Instruction(old.op, k: old.k, a: Int(old.a), bx: distance)
  }

  /// Hides the locals from that index on.
  func endLocals(from index: Int) {
    for local in locals[index...] where !local.name.isEmpty {
      localNames.append(LocalName(name: local.name, register: local.register, start: local.start, end: here))
    }
    locals.removeSubrange(index...)
  }

  func patch(_ places: [Int]) { for place in places { patch(place) } }
}
