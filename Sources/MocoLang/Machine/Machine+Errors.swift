// From an error to its diagnostic: the place, the operands, the calls that were running; and `catch`.

import MocoBase

/// An error on its way through frames.
///
/// - Safety: it goes from the machine's thread to the one that waits for it.
package final class RaisedError: Error, @unchecked Sendable {
  /// What a program and a person see of the error; the trace grows while frames are left.
  package var diagnostic: Diagnostic
  /// Interrupts pass every `catch`.
  package let isCatchable: Bool
  /// Calls that were left out of the trace.
  var omitted = 0
  /// The calls that it has ended, from the innermost on, where somebody wants to look at them.
  var frames: [FailedFrame] = []
  /// What was done before the error, with what to say where a name has it.
  package internal(set) var partial: PartialResult?
  /// Whether that would have been the result of the call which fails now.
  var isDirect = false
  /// The name that has it.
  var heldBy: String?

  init(_ diagnostic: Diagnostic, isCatchable: Bool = true) {
    self.diagnostic = diagnostic
    self.isCatchable = isCatchable
  }
}

extension Machine {
  /// Unwinds to the nearest handler down to the entry frame, whose `catch` is the next to run.
  /// - Throws: `RaisedError` where there is none; the entry frame is gone then.
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
    if raised.diagnostic.trace.count >= 12 {
      raised.omitted += 1
      return
    }
    let outer = caller.closure.closure.pointee.prototype.takeUnretainedValue()
    let offset = caller.pc - outer.code.pointee.instructions - 1
    let site = offset >= 0 && offset < outer.spans.count ? outer.span(outer.spans[offset].whole) : nil
    raised.diagnostic.trace.append(
      Diagnostic.TraceEntry(function: prototype.parentName ?? "", callSite: site))
  }

  /// The diagnostic for whatever was thrown, at the instruction before `pc`.
  private func raised(_ error: Error, at pc: UnsafeMutablePointer<Instruction>, frame: Frame) -> RaisedError {
    if let raised = error as? RaisedError { return raised }
    if let partial = error as? PartialResult {
      let raised = raised(partial.error, at: pc, frame: frame)
      (raised.partial, raised.isDirect, raised.heldBy) = (partial, true, nil)
      return raised
    }
    let prototype = frame.closure.closure.pointee.prototype.takeUnretainedValue()
    let offset = pc - prototype.code.pointee.instructions - 1
    if var diagnostic = error as? Diagnostic {
      if diagnostic.primary == nil, offset >= 0, offset < prototype.spans.count {
        diagnostic.primary = prototype.span(prototype.spans[offset].whole)
      }
      return RaisedError(diagnostic, isCatchable: diagnostic.code != "E0406")
    }
    let code: String
    let message: String
    var help: String?
    var operandLabels: (left: String, right: String)?
    var argument: String?
    if let known = error as? Failure {
      (code, message, help) = (known.code, known.message, known.help)
      (operandLabels, argument) = (known.operandLabels, known.argument)
    } else {
      (code, message) = ("E0900", String(describing: error))
    }
    var diagnostic = Diagnostic(code, message, help: help.map { [$0] } ?? [])
    if offset >= 0, offset < prototype.spans.count {
      let spans = prototype.spans[offset]
      let instruction = prototype.code.pointee.instructions[offset]
      if operandLabels != nil, !instruction.op.isCall, let known = error as? Failure,
        let left = prototype.shortText(spans.left), let right = prototype.shortText(spans.right),
        let help = known.help(left: left, right: right)
      {
        diagnostic.help = [help]
      }
      place(&diagnostic, prototype, spans, instruction, offset, argument: argument, labels: operandLabels)
      if code == "E0310" || code == "E0303" { noteCovered(&diagnostic, prototype) }
    }
    return RaisedError(diagnostic, isCatchable: code != "E0406")
  }

  private func place(
    _ diagnostic: inout Diagnostic, _ prototype: Prototype, _ spans: InstructionSpans,
    _ instruction: Instruction,
    _ offset: Int, argument: String?, labels: (left: String, right: String)?
  ) {
    switch instruction.op {
    case .call, .callNamed, .callSpread:
      diagnostic.primary = prototype.span(spans.whole)
      guard let argument, let site = prototype.callSites[Int32(truncatingIfNeeded: offset)] else { return }
      if let named = site.arguments.first(where: { $0.name == argument }) {
        // What is wrong with an argument that does not exist is its name.
        let label = diagnostic.code == "E0306" ? prototype.label(argument, before: named.span) : nil
        diagnostic.primary = label ?? named.span
      } else if let place = argumentPlace {
        // A receiver that was not passed stands in the source all the same.
        let index = place + max(0, site.arguments.count - argumentCount)
        if index < site.arguments.count, site.arguments[index].name == nil {
          diagnostic.primary = site.arguments[index].span
        }
      }
    default:
      diagnostic.primary = prototype.span(spans.mark)
      if let labels {
        if !labels.left.isEmpty {
          diagnostic.labels.append(Diagnostic.Label(prototype.span(spans.left), labels.left))
        }
        if !labels.right.isEmpty {
          diagnostic.labels.append(Diagnostic.Label(prototype.span(spans.right), labels.right))
        }
      }
    }
  }

  // MARK: catch

  /// What a program sees of an error: message, code, line, help.
  private func errorRecord(_ raised: RaisedError) throws -> Word {
    let record = heap.record()
    func set(_ name: String, _ word: Word) throws {
      try heap.setField(heap.intern(name), of: record.pointer, to: word)
    }
    let diagnostic = raised.diagnostic
    try set("message", heap.string(diagnostic.message))
    try set("code", heap.string(diagnostic.code))
    try set("line", diagnostic.line.map { .int($0) } ?? .null)
    try set("help", diagnostic.help.first.map { try heap.string($0) } ?? .null)
    if let partial = raised.partial { try set(partial.field, partial.value.owned(in: heap)) }
    return record
  }
}

extension Opcode {
  fileprivate var isCall: Bool { self == .call || self == .callNamed || self == .callSpread }
}

extension Prototype {
  /// A piece of the prototype's file from a pair of UTF-8 offsets.
  package func span(_ offsets: (Int32, Int32)) -> Span {
    Span(file: file, start: Int(offsets.0), end: Int(offsets.1))
  }

  /// The label that stands before an argument's value; nil where that is spelled otherwise.
  func label(_ name: String, before value: Span) -> Span? {
    var end = min(value.start, file.bytes.count)
    let gaps: Set<UInt8> = [UInt8(ascii: " "), UInt8(ascii: ":"), 0x0A]
    while end > 0, gaps.contains(file.bytes[end - 1]) { end -= 1 }
    let start = end - name.utf8.count
    guard start >= 0, file.bytes[start..<end].elementsEqual(name.utf8) else { return nil }
    return Span(file: file, start: start, end: end)
  }

  /// A short piece of the source on one line; nil where it is empty or longer.
  func shortText(_ offsets: (Int32, Int32)) -> String? {
    let start = Int(offsets.0)
    let end = Int(offsets.1)
    guard start >= 0, end > start, end <= file.bytes.count, end - start <= 40 else { return nil }
    let bytes = file.bytes[start..<end]
    return bytes.contains(0x0A) ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// What a trace calls the function; nil for a program's top level.
  var parentName: String? { isTopLevel ? nil : name ?? "function" }
}
