// What a diagnostic is made of: a failure, and the instruction that it came from.

import MocoBase

/// A failure and where it happened, from which its diagnostic can be made at any time: code and source never
/// change.
struct ErrorOrigin {
  var failure: Failure
  /// The function that was running.
  var prototype: Prototype
  /// The instruction, as offset in the function; outside of it where nothing ran.
  var offset: Int
  /// Which argument a native function complained about, and of how many.
  var argumentPlace: Int?
  var argumentCount: Int

  /// The places of the instruction.
  var spans: InstructionSpans? {
    offset >= 0 && offset < prototype.spans.count ? prototype.spans[offset] : nil
  }

  private var isCall: Bool {
    let op = prototype.code.pointee.instructions[offset].op
    return op == .call || op == .callNamed || op == .callSpread
  }

  /// What to write instead, where that is known.
  func help() -> String? {
    guard failure.operandHelp != nil, failure.operandLabels != nil, let spans, !isCall,
      let left = prototype.shortText(spans.left), let right = prototype.shortText(spans.right)
    else { return failure.help }
    return failure.help(left: left, right: right) ?? failure.help
  }

  /// The piece of the source that is to blame.
  func primary() -> Span? {
    guard let spans else { return nil }
    guard isCall else { return prototype.span(spans.mark) }
    guard let argument = failure.argument, let site = prototype.callSites[Int32(truncatingIfNeeded: offset)]
    else { return prototype.span(spans.whole) }
    if let named = site.arguments.first(where: { $0.name == argument }) {
      // What is wrong with an argument that does not exist is its name.
      return (failure.code == "E0306" ? prototype.label(argument, before: named.span) : nil) ?? named.span
    }
    if let place = argumentPlace {
      // A receiver that was not passed stands in the source all the same.
      let index = place + max(0, site.arguments.count - argumentCount)
      if index < site.arguments.count, site.arguments[index].name == nil { return site.arguments[index].span }
    }
    return prototype.span(spans.whole)
  }

  /// The whole message, without a trace.
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
