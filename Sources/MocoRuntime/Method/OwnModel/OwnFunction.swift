import MocoBase
import MocoLang

/// A function of a program that is part of a model. It gets as many of its arguments as it has parameters without a
/// default.
final class OwnFunction {
  /// The option that it was given for: "logits".
  let name: String
  /// How many arguments it takes.
  let count: Int
  /// Where what it computes is written.
  let place: Span?
  /// As it is written.
  let text: String
  private let held: HeldValue

  /// - Throws: E0305 for a function that wants more arguments than there are.
  init(_ name: String, _ function: FunctionValue, arguments: [String], _ call: Arguments) throws {
    self.name = name
    count = function.requiredCount
    place = function.place
    text = function.writtenText
    held = HeldValue(function.value)
    guard count <= arguments.count else {
      throw call.failure(
        "E0305",
        "\(name) takes \(count) arguments, and a model has \(arguments.count) to give to it", at: name,
        help: "write \(name): (\(arguments.joined(separator: ", "))) => …, with as many of them as it needs")
    }
  }

  /// The same function over other variables.
  init(copying other: OwnFunction, as function: FunctionValue) {
    (name, count, place, text) = (other.name, other.count, other.place, other.text)
    held = HeldValue(function.value)
  }

  var function: FunctionValue { FunctionValue(held.value) }

  /// Calls it.
  ///
  /// - Parameter owner: what messages call the model.
  /// - Throws: what the function throws, with a note of what it is.
  func call(_ arguments: [AnyValue], owner: String) throws -> AnyValue {
    guard let function = held.value.asFunction else {
      throw Failure("E0310", "\(name) of \(owner) is gone", help: "make the model again")
    }
    do {
      return try function.call(Array(arguments.prefix(count)))
    } catch let raised as RaisedError {
      let note = "it happened in '\(name)' of \(owner)"
      if raised.diagnostic.code != "E0406", !raised.diagnostic.notes.contains(note) {
        raised.diagnostic.notes.append(note)
      }
      throw raised
    }
  }

  /// An error about what it gave, which marks it in the program.
  func failure(_ code: String, _ message: String, help: String) -> Diagnostic {
    Diagnostic(code, message, at: place, help: [help])
  }

  func visit(_ visit: (HeldValue) -> Void) { visit(held) }
}
