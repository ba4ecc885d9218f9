import MocoBase
import MocoLang

/// A function of a program that is part of a model. It receives as many arguments as it has parameters without a
/// default.
final class OwnFunction {
  /// The option that holds it: "logits".
  let name: String
  /// The number of its arguments.
  let count: Int
  /// The place of its body in the source.
  let place: Span?
  /// Its source text.
  let text: String
  private let held: HeldValue

  /// - Throws: E0305 for a function with more parameters than there are arguments.
  init(_ name: String, _ function: FunctionValue, arguments: [String], _ call: Arguments) throws {
    self.name = name
    count = function.requiredCount
    place = function.place
    text = function.writtenText
    held = HeldValue(function.value)
    guard count <= arguments.count else {
      throw call.failure(
        "E0305",
        "'\(name)' has \(count) parameters, but a model passes at most \(arguments.count) arguments",
        at: name,
        help: "write \(name): (\(arguments.joined(separator: ", "))) => …, or fewer of these parameters")
    }
  }

  /// The same function with other captured variables.
  init(copying other: OwnFunction, as function: FunctionValue) {
    (name, count, place, text) = (other.name, other.count, other.place, other.text)
    held = HeldValue(function.value)
  }

  var function: FunctionValue { FunctionValue(held.value) }

  /// Calls it.
  ///
  /// - Parameter owner: the name of the model in messages.
  /// - Throws: errors of the function, with a note that names it.
  func call(_ arguments: [AnyValue], owner: String) throws -> AnyValue {
    guard let function = held.value.asFunction else {
      throw Failure("E0310", "'\(name)' of \(owner) no longer exists", help: "make the model again")
    }
    do {
      return try function.call(Array(arguments.prefix(count)))
    } catch let raised as RaisedError {
      let note = "the error occurred in '\(name)' of \(owner)"
      if raised.diagnostic.code != "E0406", !raised.diagnostic.notes.contains(note) {
        raised.diagnostic.notes.append(note)
      }
      throw raised
    }
  }

  /// An error about its result, which marks the function in the program.
  func failure(_ code: String, _ message: String, help: String) -> Diagnostic {
    Diagnostic(code, message, at: place, help: [help])
  }

  func visit(_ visit: (HeldValue) -> Void) { visit(held) }
}
