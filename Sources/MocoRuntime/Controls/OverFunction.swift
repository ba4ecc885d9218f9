import MocoBase
import MocoLang

/// `over`: what a sweep goes through.
func overFunction(_ context: RuntimeContext) -> NativeFunction {
  NativeFunction(
    "over(values, *, label = nil)",
    doc: """
      A setting with several values: `let shots = over([1, 2, 4])`. A run takes the first, `--set shots=4` gives another, and
      `moco sweep FILE` runs the program once for each, or for each combination where there are several `over`. The values
      stand in the call, in a List or as a Range of Ints: numbers, Bools, Strings, nil, or lists of those, each once. It
      stands at the top level: `let name = over(…)`. A value that is not in the list may be set where it has the type of one
      that is; that is said. On pages and in `moco watch` it is a choice among the values: `help("sweeps")`.

      ```
      let shots = over([1, 2, 4])
      let seed = over(1...3)
      print(shots, seed)      // 1 1
      ```
      """
  ) { _ in
    throw Failure("E1101", "no sweep sees this 'over'", help: SweptValues.place)
  }.onlyGiving().asControl(goesThrough: true, isSwept: true) { [unowned context] arguments, declaration in
    guard !declaration.isInModule else {
      throw Failure(
        "E1101", "no sweep sees an 'over' of a module",
        help: "declare it in the program that uses the module, and give the value to a function of the module"
      )
    }
    let label = try arguments.optionalString("label") ?? ""
    let values = try sweptValues(arguments)
    var value = values[0]
    var shown = values
    if let text = declaration.setting {
      guard let read = SettingValue.reading(text, like: values, Runtime.dialect) else {
        throw SweptValues.refusal(of: text, for: declaration.name, values)
      }
      value = read
      if !values.contains(where: { $0.label == read.label }) {
        shown.append(read)
        if context.recorder?.point == nil {
          arguments.interpreter.note(
            "\(declaration.name) is set to \(read.source), which is none of the values that over goes through"
          )
        }
      }
    }
    context.declare(
      Control(
        name: declaration.name, kind: .choice(shown.map(\.label)), label: label, value: value.label),
      as: value.json)
    return value.anyValue ?? .nil
  }
}

/// The values of a call that runs; at least one.
private func sweptValues(_ arguments: Arguments) throws -> [SettingValue] {
  if let range = arguments["values"]?.asRange, range.count > SweptValues.most {
    throw arguments.failure(
      "E1102", "over cannot go through \(range.count) values", at: "values",
      help: "give at most \(SweptValues.most)")
  }
  guard let elements = try? arguments.list("values") else {
    throw arguments.wrongType(
      "values", expected: "a List or a Range of Ints", help: "over([1, 2, 4]) or over(1...3)")
  }
  var values: [SettingValue] = []
  for element in elements {
    guard let value = SettingValue(element) else {
      throw arguments.failure(
        "E1102", "\(Arguments.describe(element)) is no value that over can go through", at: "values",
        help: "write a number, true, false, nil, a String, or a list of those")
    }
    values.append(value)
  }
  try SweptValues.check(values) { arguments.failure("E1102", $0, at: "values", help: $1) }
  return values
}
