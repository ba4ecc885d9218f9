// The machine: a stack of words, a stack of frames, and the loop over instructions (Machine+Loop.swift).
//
// A frame is a window of registers: `base[0]` is its first register, `base[-1]` the callee, which is in a
// register of the caller and receives the result. Every slot of the stack owns its value, also above the
// topmost frame, so unwinding only releases the window. Native functions that call back start another loop
// (`call`), which uses native stack; its depth is measured by address.

import Glibc
import MocoBase
import Synchronization

/// An active call: its position, and its window of registers.
package struct Frame {
  /// The next instruction, saved at a call.
  var pc: UnsafeMutablePointer<Instruction>
  var base: UnsafeMutablePointer<Word>
  /// The running function.
  var closure: ObjectPointer { base[-1].pointer }
}

/// State that the loop changes often, in plain memory.
package struct MachineState {
  var frames: UnsafeMutablePointer<Frame>
  /// Index of the running frame; -1 if nothing is running.
  var depth: Int
  /// The first slot above the running frame; native functions put calls there.
  var top: UnsafeMutablePointer<Word>
  /// The cells whose variable is still in its register, highest register first.
  var openCells: ObjectPointer?
  /// The native stack must not grow below this address.
  var nativeLimit: UInt
}

/// Runs prototypes on one heap: the stack, the frames, and the interface for native functions.
///
/// One thread at a time. Stack and frames are reserved address space of a fixed size; too many calls are
/// E0401.
package final class Machine {
  static let stackWords = 4 << 20
  /// Words that native functions and the binding of arguments may use above a frame.
  static let slack = 4096

  /// The objects that the machine works on.
  package let heap: Heap
  /// The global names that instructions refer to by slot.
  package let globals: Globals
  let state: UnsafeMutablePointer<MachineState>
  let stack: UnsafeMutablePointer<Word>
  let stackEnd: UnsafeMutablePointer<Word>
  let recursionLimit: Int
  /// Nonzero if the program must stop: other threads and signal handlers set it.
  ///
  /// - Safety: a number of 32 bits, whose owner outlives the machine; `Atomic<Int32>` is laid out as it.
  let interruptFlag: UnsafeMutablePointer<Atomic<Int32>>
  /// The status passed to `exit`, while the program unwinds.
  var exitStatus: Int32?
  /// Meaningful while `nativeLimit` is not 0.
  var runningThread = pthread_self()
  private let ownFlag: UnsafeMutablePointer<Int32>
  // - Safety: the interpreter owns the machine and outlives it.
  package unowned(unsafe) var interpreter: Interpreter
  var random = RandomState()
  /// The argument that the last failing native function rejected, and the number of arguments.
  var argumentPlace: Int?
  var argumentCount = 0
  /// The field names of the record for `catch`, created on first use.
  var knownErrorKeys: ErrorKeys?
  var formats: [ObjectPointer: FormatSpecification] = [:]
  /// Modules by identity, and those that are being loaded, outermost first.
  var loadedModules: [String: Module] = [:]
  var loading: [Module] = []
  /// The imports of the main program, by slot: a member's name, or nil for the module itself.
  var imports: [Int: (module: Module, name: String?)] = [:]
  /// The sources of modules while a new version is tried.
  var readings: [ModuleReading]?
  /// The built-in `append`, which the loop executes itself for lists; nil before it is defined. Its reference
  /// is never released, so that its address is not reused.
  var appendFunction = Word.null
  /// Overloads by function name and class of the first argument.
  var overloads: [OverloadKey: NativeFunction] = [:]
  var overloadedNames: Set<String> = []

  struct OverloadKey: Hashable {
    var name: String
    var type: ObjectIdentifier
  }

  init(interpreter: Interpreter, heap: Heap, globals: Globals) {
    self.interpreter = interpreter
    self.heap = heap
    self.globals = globals
    let options = interpreter.options
    recursionLimit = max(1, min(options.recursionLimit, 1 << 20))
    ownFlag = .allocate(capacity: 1)
    ownFlag.initialize(to: 0)
    interruptFlag = UnsafeMutableRawPointer(options.interruptFlag ?? ownFlag)
      .assumingMemoryBound(to: Atomic<Int32>.self)
    stack = Globals.reserve(Machine.stackWords * MemoryLayout<Word>.stride).assumingMemoryBound(to: Word.self)
    stackEnd = stack + (Machine.stackWords - Machine.slack)
    state = .allocate(capacity: 1)
    let frames = Globals.reserve((recursionLimit + 2) * MemoryLayout<Frame>.stride)
    state.initialize(
      to: MachineState(
        frames: frames.assumingMemoryBound(to: Frame.self), depth: -1, top: stack, openCells: nil,
        nativeLimit: 0))
  }

  deinit {
    munmap(state.pointee.frames, (recursionLimit + 2) * MemoryLayout<Frame>.stride)
    munmap(stack, Machine.stackWords * MemoryLayout<Word>.stride)
    state.deallocate()
    ownFlag.deallocate()
  }

  // MARK: Safe points

  /// Called if the interrupt flag or the heap requests attention.
  /// - Throws: E0405, E0406.
  @inline(never)
  func poll() throws {
    if interruptFlag.pointee.load(ordering: .relaxed) != 0 { throw Failure("E0406", "interrupted") }
    try heap.collectIfNeeded()
  }

  // MARK: Calls from native code

  /// Calls a function with arguments that stay owned by the caller; the result carries a reference.
  package func call(_ callee: Word, _ arguments: Word...) throws -> Word {
    try arguments.withUnsafeBufferPointer { try call(callee, $0) }
  }

  /// Calls a function with arguments that stay owned by the caller; the last `names.count` of them are passed
  /// by name. The result carries a reference.
  ///
  /// - Throws: E0401 if the calls are nested too deeply, errors of argument binding, and errors of the
  ///   function.
  package func call(
    _ callee: Word, _ arguments: UnsafeBufferPointer<Word>, names: [ObjectPointer] = []
  ) throws -> Word {
    try checkNativeStack()
    let row = state.pointee.top
    guard row + arguments.count + 1 < stackEnd else { throw recursionError() }
    heap.retain(callee)
    store(row, callee)
    for index in 0..<arguments.count {
      heap.retain(arguments[index])
      store(row + 1 + index, arguments[index])
    }
    state.pointee.top = row + 1 + arguments.count
    defer {
      for index in 0...arguments.count { store(row + index, .null) }
      state.pointee.top = row
    }
    if callee.tag == .closure {
      try bind(row, count: arguments.count, names: names)
      try pushFrame(row)
      return try execute()
    }
    try callNative(row, count: arguments.count, names: names, site: nil)
    let result = row.pointee
    row.pointee = .null
    return result
  }

  @inline(__always)
  func store(_ place: UnsafeMutablePointer<Word>, _ word: Word) {
    let old = place.pointee
    place.pointee = word
    if old.isObject { heap.release(object: old.pointer) }
  }

  /// Stores a Float. Unlike `store` it writes the number directly and not as bits, so that it need not pass
  /// through an integer register.
  @inline(__always)
  func put(_ place: UnsafeMutablePointer<Word>, _ value: Double) {
    if place.pointee.isObject {
      let object = place.pointee.pointer
      place.pointee = .null
      heap.release(object: object)
    }
    place.pointee.head = UInt64(Tag.float.rawValue)
    (UnsafeMutableRawPointer(place) + MemoryLayout<UInt64>.size).storeBytes(of: value, as: Double.self)
  }

  /// Makes the closure in `row[0]` the running frame; its arguments are in their slots.
  /// - Throws: E0401.
  func pushFrame(_ row: UnsafeMutablePointer<Word>) throws {
    let closure = row.pointee.pointer
    let code = closure.closure.pointee.code
    let base = row + 1
    let depth = state.pointee.depth + 1
    guard depth < recursionLimit, base + code.pointee.registerCount < stackEnd else {
      for place in 0..<code.pointee.parameterCount { store(base + place, .null) }
      throw recursionError()
    }
    state.pointee.frames[depth] = Frame(pc: code.pointee.instructions, base: base)
    state.pointee.depth = depth
    state.pointee.top = base + code.pointee.registerCount
  }

  func recursionError() -> Failure {
    Failure(
      "E0401", "too many nested calls (the limit is \(recursionLimit))",
      help: "add a case that ends the recursion")
  }

  func checkNativeStack() throws {
    var here: UInt8 = 0
    let address = withUnsafeMutablePointer(to: &here) { UInt(bitPattern: $0) }
    if address < state.pointee.nativeLimit { throw recursionError() }
  }

  // MARK: Captured variables

  /// The cell of a register: the open cell if there is one. The caller receives a reference.
  func cell(for location: UnsafeMutablePointer<Word>) -> ObjectPointer {
    var before: ObjectPointer?
    var next = state.pointee.openCells
    while let open = next, open.upvalue.pointee.location > location {
      before = open
      next = open.upvalue.pointee.nextOpen
    }
    if let open = next, open.upvalue.pointee.location == location {
      open.header.pointee.references &+= 1
      return open
    }
    let cell = heap.allocate(MemoryLayout<UpvalueObject>.size, .upvalue)
    cell.upvalue.pointee.location = location
    cell.upvalue.pointee.closed = .null
    cell.upvalue.pointee.nextOpen = next
    // The list of open cells holds its own reference.
    cell.header.pointee.references = 2
    if let before { before.upvalue.pointee.nextOpen = cell } else { state.pointee.openCells = cell }
    return cell
  }

  /// Moves the variables in registers from `level` on into their cells.
  func closeCells(from level: UnsafeMutablePointer<Word>) {
    while let cell = state.pointee.openCells, cell.upvalue.pointee.location >= level {
      state.pointee.openCells = cell.upvalue.pointee.nextOpen
      cell.upvalue.pointee.nextOpen = nil
      let location = cell.upvalue.pointee.location
      cell.upvalue.pointee.closed = location.pointee
      location.pointee = .null
      Machine.close(cell)
      heap.release(object: cell)
    }
  }

  /// Moves the value of a cell into the cell itself.
  @inline(__always) static func close(_ cell: ObjectPointer) {
    let inside =
      UnsafeMutableRawPointer(cell.upvalue)
      + MemoryLayout<UpvalueObject>.offset(of: \.closed).unsafelyUnwrapped
    cell.upvalue.pointee.location = inside.assumingMemoryBound(to: Word.self)
  }
}
