// From an error to its diagnostic: the source position, the operands and the active calls; and `catch`.

import MocoBase

/// An error that is unwinding frames.
///
/// - Safety: it is passed from the machine's thread to the thread that waits for it.
package final class RaisedError: Error, @unchecked Sendable {
  /// The diagnostic of the error. The trace grows during unwinding. It is created on first use: for most
  /// caught errors only the message is shown.
  package var diagnostic: Diagnostic {
    get {
      var diagnostic = made ?? origin?.diagnostic() ?? Diagnostic("E0900", "an error without a description")
      if made == nil { made = diagnostic }
      diagnostic.trace = trace
      return diagnostic
    }
    set {
      trace = newValue.trace
      made = newValue
    }
  }
  /// The code, without creating the diagnostic.
  package var code: String { made?.code ?? origin?.failure.code ?? "E0900" }
  /// The parts of the diagnostic, as long as it has not been changed.
  var unseen: ErrorOrigin? { made == nil ? origin : nil }
  /// The calls that it has ended, innermost first; at most twelve.
  var trace: [Diagnostic.TraceEntry] = []
  /// Interrupts pass every `catch`.
  package let isCatchable: Bool
  /// The number of calls left out of the trace.
  var omitted = 0
  /// The calls that it has ended, innermost first, if they are kept.
  var frames: [FailedFrame] = []
  /// The partial result before the error, with the remark for the name that holds it.
  package internal(set) var partial: PartialResult?
  /// Whether it would have been the result of the failing call.
  var isDirect = false
  /// The name that holds the partial result.
  var heldBy: String?
  /// The diagnostic without its trace.
  private var made: Diagnostic?
  private let origin: ErrorOrigin?

  init(_ diagnostic: Diagnostic, isCatchable: Bool = true) {
    made = diagnostic
    trace = diagnostic.trace
    origin = nil
    self.isCatchable = isCatchable
  }

  init(_ origin: ErrorOrigin, isCatchable: Bool) {
    self.origin = origin
    self.isCatchable = isCatchable
  }
}

extension Machine {
  /// Unwinds to the nearest handler, at most to the entry frame. The handler's `catch` runs next.
  /// - Throws: `RaisedError` if there is no handler; the entry frame is then released.
  func recover(from error: Error, at pc: UnsafeMutablePointer<Instruction>, entryDepth: Int) throws {
    let frames = state.pointee.frames
    var depth = state.pointee.depth
    let raised = raised(error, at: pc, frame: frames[depth])
    var pc = pc
    while true {
      let frame = frames[depth]
      let prototype = frame.closure.closure.pointee.prototype.takeUnretainedValue()
      let offset = pc - prototype.code.pointee.instructions - 1
      let handler =
        raised.isCatchable ? prototype.handlers.first { offset >= $0.start && offset < $0.end } : nil
      if let handler {
        closeCells(from: frame.base + handler.register)
        release(frame.base + handler.register, count: prototype.code.pointee.registerCount - handler.register)
        store(frame.base + handler.register, try errorRecord(raised))
        frames[depth].pc = prototype.code.pointee.instructions + handler.target
        state.pointee.depth = depth
        state.pointee.top = frame.base + prototype.code.pointee.registerCount
        return
      }
      if interpreter.keepsFailedFrames { note(frame, prototype, offset, raised) }
      let isEntry = depth == entryDepth
      if raised.isDirect { raised.isDirect = hold(raised, at: pc) && !isEntry }
      closeCells(from: frame.base)
      release(frame.base, count: prototype.code.pointee.registerCount)
      addTrace(raised, prototype, caller: depth > 0 ? frames[depth - 1] : nil)
      depth -= 1
      state.pointee.depth = depth
      if isEntry {
        state.pointee.top = frame.base - 1
        throw raised
      }
      pc = frames[depth].pc
    }
  }

  func release(_ first: UnsafeMutablePointer<Word>, count: Int) {
    var place = first
    let end = first + max(0, count)
    while place < end {
      store(place, .null)
      place += 1
    }
  }

  private func addTrace(_ raised: RaisedError, _ prototype: Prototype, caller: Frame?) {
    guard let caller, prototype.parentName != nil else { return }
    if raised.trace.count >= 12 {
      raised.omitted += 1
      return
    }
    let outer = caller.closure.closure.pointee.prototype.takeUnretainedValue()
    let offset = caller.pc - outer.code.pointee.instructions - 1
    let site = offset >= 0 && offset < outer.spans.count ? outer.span(outer.spans[offset].whole) : nil
    raised.trace.append(
      Diagnostic.TraceEntry(function: prototype.parentName ?? "", callSite: site))
  }

  /// The error for any thrown value, at the instruction before `pc`.
  private func raised(_ error: Error, at pc: UnsafeMutablePointer<Instruction>, frame: Frame) -> RaisedError {
    let prototype = frame.closure.closure.pointee.prototype.takeUnretainedValue()
    let offset = pc - prototype.code.pointee.instructions - 1
    // The usual type first: casts are the most expensive part here.
    if type(of: error) == Failure.self, let failure = error as? Failure {
      return raised(failure, prototype, offset)
    }
    if let raised = error as? RaisedError { return raised }
    if let partial = error as? PartialResult {
      let raised = raised(partial.error, at: pc, frame: frame)
      (raised.partial, raised.isDirect, raised.heldBy) = (partial, true, nil)
      return raised
    }
    if var diagnostic = error as? Diagnostic {
      if diagnostic.primary == nil, offset >= 0, offset < prototype.spans.count {
        diagnostic.primary = prototype.span(prototype.spans[offset].whole)
      }
      return RaisedError(diagnostic, isCatchable: diagnostic.code != "E0406")
    }
    return raised(Failure("E0900", String(describing: error)), prototype, offset)
  }

  private func raised(_ failure: Failure, _ prototype: Prototype, _ offset: Int) -> RaisedError {
    let origin = ErrorOrigin(
      failure: failure, prototype: prototype, offset: offset, argumentPlace: argumentPlace,
      argumentCount: argumentCount)
    let raised = RaisedError(origin, isCatchable: failure.code != "E0406")
    if failure.code == "E0310" || failure.code == "E0303", origin.spans != nil {
      // A declaration that shadows a name now may be gone later.
      var diagnostic = raised.diagnostic
      noteCovered(&diagnostic, prototype)
      raised.diagnostic = diagnostic
    }
    return raised
  }

  // MARK: catch

  /// The fields of an error in a program: message, code, line, help.
  private func errorRecord(_ raised: RaisedError) throws -> Word {
    let (message, code, line, help): (String, String, Int?, String?)
    if let origin = raised.unseen {
      (message, code) = (origin.failure.message, origin.failure.code)
      (line, help) = (origin.primary()?.line, origin.help())
    } else {
      let diagnostic = raised.diagnostic
      (message, code) = (diagnostic.message, diagnostic.code)
      (line, help) = (diagnostic.line, diagnostic.help.first)
    }
    let record = heap.record()
    let keys = try errorKeys()
    do {
      try heap.setField(keys.message, of: record.pointer, to: heap.string(message))
      try heap.setField(keys.code, of: record.pointer, to: heap.string(code))
      try heap.setField(keys.line, of: record.pointer, to: line.map { .int($0) } ?? .null)
      try heap.setField(keys.help, of: record.pointer, to: help.map { try heap.string($0) } ?? .null)
      if let partial = raised.partial {
        try heap.setField(heap.intern(partial.field), of: record.pointer, to: partial.value.owned(in: heap))
      }
    } catch {
      heap.release(record)
      throw error
    }
    return record
  }

  /// The names of an error's fields, interned once.
  private func errorKeys() throws -> ErrorKeys {
    if let known = knownErrorKeys { return known }
    let keys = ErrorKeys(
      message: try heap.intern("message"), code: try heap.intern("code"), line: try heap.intern("line"),
      help: try heap.intern("help"))
    knownErrorKeys = keys
    return keys
  }

  struct ErrorKeys {
    var message, code, line, help: ObjectPointer
  }
}

extension Prototype {
  /// A piece of the prototype's file from a pair of UTF-8 offsets.
  package func span(_ offsets: (Int32, Int32)) -> Span {
    Span(file: file, start: Int(offsets.0), end: Int(offsets.1))
  }

  /// The label before an argument's value; nil if the argument is written differently.
  func label(_ name: String, before value: Span) -> Span? {
    var end = min(value.start, file.bytes.count)
    let gaps: Set<UInt8> = [UInt8(ascii: " "), UInt8(ascii: ":"), 0x0A]
    while end > 0, gaps.contains(file.bytes[end - 1]) { end -= 1 }
    let start = end - name.utf8.count
    guard start >= 0, file.bytes[start..<end].elementsEqual(name.utf8) else { return nil }
    return Span(file: file, start: start, end: end)
  }

  /// A short piece of the source on one line; nil if it is empty or longer.
  func shortText(_ offsets: (Int32, Int32)) -> String? {
    let start = Int(offsets.0)
    let end = Int(offsets.1)
    guard start >= 0, end > start, end <= file.bytes.count, end - start <= 40 else { return nil }
    let bytes = file.bytes[start..<end]
    return bytes.contains(0x0A) ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// The name of the function in a trace; nil for a program's top level.
  var parentName: String? { isTopLevel ? nil : name ?? "function" }
}
