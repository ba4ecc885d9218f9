// Errors of Swift code on their way into the language.
//
// Whatever a native function, a method or an operator throws becomes a diagnostic at the place of the call or
// operator. A type that conforms to `LanguageError` brings its code and help along; any other error becomes
// E0900 with its description. Types of other modules conform in one line:
//
//   extension TensorError: @retroactive LanguageError {}
//
// `LanguageFailure` is the error to throw when there is no type of one's own:
//
//   throw LanguageFailure("E0702", "top_k is 8, but there are only 6 experts", help: "top_k: 6", argument:
//   "top_k")

/// An error that knows its code, and what to write instead.
public protocol LanguageError: Error {
  /// Such as `E0203`; the ranges are in the catalog of diagnostics.
  var code: String { get }
  /// What was found and what was expected, in one line, without a final stop.
  var message: String { get }
  /// What to write instead, where that is known.
  var help: String? { get }
  /// What to write under the operands of an operator: their shapes, for instance.
  var operandLabels: (left: String, right: String)? { get }
  /// `help` for an operator whose operands are written so in the source: what can be typed.
  func help(left: String, right: String) -> String?
  /// The name of the argument to mark instead of the whole call.
  var argument: String? { get }
}

extension LanguageError {
  public var help: String? { nil }
  public var operandLabels: (left: String, right: String)? { nil }
  public func help(left: String, right: String) -> String? { help }
  public var argument: String? { nil }
}

/// An error made on the spot.
public struct LanguageFailure: LanguageError {
  public var code: String
  public var message: String
  public var help: String?
  public var operandLabels: (left: String, right: String)?
  public var argument: String?

  public init(
    _ code: String, _ message: String, help: String? = nil,
    operandLabels: (left: String, right: String)? = nil,
    argument: String? = nil
  ) {
    self.code = code
    self.message = message
    self.help = help
    self.operandLabels = operandLabels
    self.argument = argument
  }
}

/// An error beside which there is a result: what long work had done before it failed.
///
/// In `let run = work()` the name gets that result although the statement fails, and `catch e` finds it in a
/// field of the error. At the prompt `ans` holds it where no name does.
public struct PartialResult: Error, @unchecked Sendable {
  /// What went wrong, as it would be thrown without a result.
  public let error: any Error
  public let value: AnyValue
  /// The field of a caught error.
  public let field: String
  /// What to say at the prompt of the name that holds it.
  public let remark: (_ name: String) -> String

  public init(
    _ error: any Error, value: AnyValue, field: String, remark: @escaping (_ name: String) -> String
  ) {
    self.error = error
    self.value = value
    self.field = field
    self.remark = remark
  }
}
