import MocoBase
import MocoLang

/// `over`: the values of a sweep.
func overFunction(_ context: RuntimeContext) -> NativeFunction {
  NativeFunction(
    "over(values, *, when = true, otherwise = nil, label = nil)",
    doc: """
      A setting with several values: `let shots = over([1, 2, 4])`. A run takes the first, `--set shots=4` gives another, and
      `moco sweep FILE` runs the program once for each, or for each combination where there are several `over`. The values
      are written in the call, as a List or a Range of Ints: numbers, Bools, Strings, nil, or lists of those,
      without duplicates. It is written at the top level: `let name = over(…)`. A value that is not in the list may
      be set if it has the type of one that is; a message says so.

      `when:` is a condition on settings above. Where it is false, a sweep does not run the values, and the
      setting is the value of `otherwise:`, or the first value. This excludes combinations that make no sense. Both are
      written with literals, settings above, `==`, `!=`, `<`, `in`, `not`, `and`, `or`, `if`, since a sweep knows its points before
      anything runs.

      On pages and in `moco watch` it is a choice among the values: `help("sweeps")`.

      ```
      let shots = over([1, 2, 4])
      let seed = over(1...3)
      print(shots, seed)      // 1 1

      let method = over(["zero-shot", "coop"])
      let rate = over([0.01, 0.1], when: method != "zero-shot", otherwise: nil)      // three points
      ```
      """
  ) { _ in
    throw Failure("E1101", "a sweep cannot use this 'over'", help: SweptValues.place)
  }.onlyGiving().asControl(goesThrough: true, isSwept: true) { [unowned context] arguments, declaration in
    guard !declaration.isInModule else {
      throw Failure(
        "E1101", "a sweep cannot use an 'over' in a module",
        help: "declare it in the program that uses the module, and pass the value to a function of the module"
      )
    }
    let label = try arguments.optionalString("label") ?? ""
    let values = try sweptValues(arguments)
    let other = try valueOtherwise(arguments, values)
    var value = other ?? values[0]
    var shown = other.map { [$0] } ?? values
    let named = shown.count
    if let text = declaration.setting {
      guard let read = SettingValue.reading(text, like: values + shown, Runtime.dialect) else {
        throw SweptValues.refusal(of: text, for: declaration.name, values)
      }
      value = read
      if !shown.contains(where: { $0.label == read.label }) {
        shown.append(read)
        if context.recorder?.point == nil {
          arguments.interpreter.note(
            "\(declaration.name) is set to \(read.source), "
              + (other.map { "where its condition is false and a sweep uses \($0.source)" }
                ?? "which is not one of the values of over"))
        }
      }
    }
    var control = Control(
      name: declaration.name, kind: .choice(shown.map(\.label)), label: label, value: value.label)
    control.hasOtherValue = shown.count > named
    context.declare(control, as: value.json)
    return value.anyValue ?? .nil
  }
}

/// The value of the setting if the condition of the call is false; nil if it is true.
private func valueOtherwise(_ arguments: Arguments, _ values: [SettingValue]) throws -> SettingValue? {
  if try arguments.bool("when") { return nil }
  guard arguments.isGiven("otherwise"), let given = arguments["otherwise"] else { return values[0] }
  guard let value = SettingValue(given) else {
    throw arguments.failure(
      "E1102", "over does not accept \(Arguments.describe(given)) as a value", at: "otherwise",
      help: "write a number, true, false, nil, a String, or a list of those")
  }
  try SweptValues.check([value]) { arguments.failure("E1102", $0, at: "otherwise", help: $1) }
  return value
}

/// The values of the call; at least one.
private func sweptValues(_ arguments: Arguments) throws -> [SettingValue] {
  if let range = arguments["values"]?.asRange, range.count > SweptValues.most {
    throw arguments.failure(
      "E1102", "over has too many values: \(range.count)", at: "values",
      help: "pass at most \(SweptValues.most)")
  }
  guard let elements = try? arguments.list("values") else {
    throw arguments.wrongType(
      "values", expected: "a List or a Range of Ints", help: "write over([1, 2, 4]) or over(1...3)")
  }
  var values: [SettingValue] = []
  for element in elements {
    guard let value = SettingValue(element) else {
      throw arguments.failure(
        "E1102", "over does not accept \(Arguments.describe(element)) as a value", at: "values",
        help: "write a number, true, false, nil, a String, or a list of those")
    }
    values.append(value)
  }
  try SweptValues.check(values) { arguments.failure("E1102", $0, at: "values", help: $1) }
  return values
}
