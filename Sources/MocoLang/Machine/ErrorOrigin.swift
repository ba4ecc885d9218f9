// The parts of a diagnostic: a failure, and the instruction that caused it.

import MocoBase

/// A failure and its location, from which the diagnostic can be created at any time: code and source never
/// change.
struct ErrorOrigin {
  var failure: Failure
  /// The function that was running.
  var prototype: Prototype
  /// The instruction, as an offset in the function; out of range if nothing ran.
  var offset: Int
  /// The argument that a native function rejected, and the number of arguments.
  var argumentPlace: Int?
  var argumentCount: Int

  /// The source positions of the instruction.
  var spans: InstructionSpans? {
    offset >= 0 && offset < prototype.spans.count ? prototype.spans[offset] : nil
  }

  private var isCall: Bool {
    let op = prototype.code.pointee.instructions[offset].op
    return op == .call || op == .callNamed || op == .callSpread
  }

  /// The help, if there is any.
  func help() -> String? {
    guard failure.operandHelp != nil, failure.operandLabels != nil, let spans, !isCall,
      let left = prototype.shortText(spans.left), let right = prototype.shortText(spans.right)
    else { return failure.help }
    return failure.help(left: left, right: right) ?? failure.help
  }

  /// The source range of the error.
  func primary() -> Span? {
    guard let spans else { return nil }
    guard isCall else { return prototype.span(spans.mark) }
    guard let argument = failure.argument, let site = prototype.callSites[Int32(truncatingIfNeeded: offset)]
    else { return prototype.span(spans.whole) }
    if let named = site.arguments.first(where: { $0.name == argument }) {
      // For an unknown argument, the name is marked.
      return (failure.code == "E0306" ? prototype.label(argument, before: named.span) : nil) ?? named.span
    }
    if let place = argumentPlace {
      // A receiver that was not passed is still in the source.
      let index = place + max(0, site.arguments.count - argumentCount)
      if index < site.arguments.count, site.arguments[index].name == nil { return site.arguments[index].span }
    }
    return prototype.span(spans.whole)
  }

  /// The complete message, without a trace.
  func diagnostic() -> Diagnostic {
    var diagnostic = Diagnostic(
      failure.code, failure.message, at: primary(), help: help().map { [$0] } ?? [])
    if let labels = failure.operandLabels, let spans, !isCall {
      if !labels.left.isEmpty {
        diagnostic.labels.append(Diagnostic.Label(prototype.span(spans.left), labels.left))
      }
      if !labels.right.isEmpty {
        diagnostic.labels.append(Diagnostic.Label(prototype.span(spans.right), labels.right))
      }
    }
    return diagnostic
  }
}
