import MocoBase

// Information about a function for Swift code that calls it back.

extension FunctionValue {
  /// The number of positional arguments that satisfies every parameter without a default. A caller passes
  /// this many to a function that does not need all available arguments.
  public var requiredCount: Int {
    switch value.storage {
    case .native(let function): return function.requiredCount
    case .object(let reference):
      guard let prototype = prototype(of: reference) else {
        return reference.heap.interpreter?.machine.native(reference.value)?.requiredCount ?? 0
      }
      return prototype.code.pointee.requiredCount
    default: return 0
    }
  }

  /// The body in the source; nil for a native function.
  public var place: Span? {
    guard case .object(let reference) = value.storage, let prototype = prototype(of: reference) else {
      return nil
    }
    return prototype.extent
  }

  /// The source text of the function with normalised white space; for a native function its name. Functions
  /// that it calls are not included.
  public var writtenText: String {
    guard case .object(let reference) = value.storage, let prototype = prototype(of: reference) else {
      return name ?? ""
    }
    var text = "(" + prototype.signatureText + ")"
    if let extent = prototype.extent {
      let bytes = prototype.file.bytes
      let range = max(0, extent.start)..<min(extent.end, bytes.count)
      text += range.isEmpty ? "" : String(decoding: bytes[range], as: UTF8.self)
    }
    return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private func prototype(of reference: ObjectReference) -> Prototype? {
    guard reference.tag == .closure else { return nil }
    return reference.raw.closure.pointee.prototype.takeUnretainedValue()
  }
}

extension Prototype {
  /// The range from the first to the last source position of its instructions; nil if there is none.
  fileprivate var extent: Span? {
    var (first, last) = (Int32.max, Int32.min)
    for spans in spans where spans.whole.1 > spans.whole.0 {
      first = min(first, spans.whole.0)
      last = max(last, spans.whole.1)
    }
    return first < last ? span((first, last)) : nil
  }
}
