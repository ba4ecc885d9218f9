import MocoBase
import MocoLang

/// slider, choose, toggle, text_field, image_picker.
func registerControlBuiltins(_ interpreter: Interpreter, _ context: RuntimeContext) {
  interpreter.define([
    control(
      "slider(range, default = nil, *, step = nil, label = nil)", in: context,
      doc: """
        A control for a number: `let k = slider(1...6, 2)` makes k 2 until the slider is moved. The value is an Int
        for a range of Ints, and a Float if the range or the step has one. The default is the first number of the
        range. `step` is the distance between the numbers, 1 for Ints; it is required for Floats. `--set k=3` sets a
        control; it can be moved in `moco watch` and in pages written by `moco export`: see `help("notebooks")`.

        ```
        let k = slider(1...6, 2)
        let severity = slider(0.0...0.6, 0.2, step: 0.1, label: "how severe")
        ```
        """
    ) { try SliderReader($0).control() },
    control(
      "choose(options, default = nil, *, label = nil)", in: context,
      doc: """
        A control for one of several options: `let style = choose(["clean", "sketch"])`. The options are a List (or
        Range) of values with different texts, or a Record: then its names are the options, and the value is the one
        under the chosen name. The default is the first option. `--set style=sketch` sets it by its text.

        ```
        let style = choose(["clean", "sketch", "negative"], "sketch")
        let rate = choose({slow: 0.01, fast: 0.1}, "fast")     // 0.1
        ```
        """
    ) { try choice($0) },
    control(
      "toggle(default = false, *, label = nil)", in: context,
      doc: """
        A control that is true or false: a checkbox. `--set styled=true` sets it.

        ```
        let styled = toggle(true, label: "with styles")
        ```
        """
    ) { arguments in
      let start = try arguments.bool("default")
      return Made(.toggle, start: start ? 1 : 0) { .bool($0 == 1) }
    },
    control(
      "text_field(default = \"\", *, label = nil)", goesThrough: false, in: context,
      doc: """
        A control for a String. A page written by `moco export` shows its text and cannot change it; `moco watch`
        can. `--set template="a sketch of a {}."` sets it.

        ```
        let template = text_field("a photo of a {}.")
        ```
        """
    ) { arguments in Made(text: try arguments.string("default")) },
    control(
      "image_picker(images, default = 0, *, label = nil)", in: context,
      doc: """
        A control for one of several images: of a split, or of a List of images. The value is the image itself, as `images[i]`
        gives it, so `route(mix, picture)` accepts it. For an image of a split, `picture.index` is its index and
        `picture.class` its class. `default` and `--set picture=5` are an index, from 0.

        ```
        let data = dataset("fashion")
        let picture = image_picker(data.test[0..<8], 3)
        show picture
        ```
        """
    ) { try ImagePickerReader($0).control() },
    overFunction(context), resultFunction(context),
  ])
}

/// The arguments of a control's function, as read.
struct Made {
  var kind: Control.Kind
  /// The index of the default.
  var start: Int
  /// The text of a text field.
  var text = ""
  /// The value at an index.
  let value: (Int) throws -> AnyValue

  init(_ kind: Control.Kind, start: Int, _ value: @escaping (Int) throws -> AnyValue) {
    self.kind = kind
    self.start = start
    self.value = value
  }

  init(text: String) {
    self.init(.text, start: 0) { _ in .string(text) }
    self.text = text
  }
}

/// A function that gives the default of a control, and is one where it is declared.
private func control(
  _ signature: String, goesThrough: Bool = true, in context: RuntimeContext, doc: String,
  _ make: @escaping (Arguments) throws -> Made
) -> NativeFunction {
  NativeFunction(signature, doc: doc) { arguments in
    _ = try arguments.optionalString("label")
    let made = try make(arguments)
    return try made.value(made.start)
  }.onlyGiving().asControl(goesThrough: goesThrough) { [unowned context] arguments, declaration in
    let label = try arguments.optionalString("label") ?? ""
    let made = try make(arguments)
    var control = Control(name: declaration.name, kind: made.kind, label: label, value: made.text)
    if let count = control.stateCount, count > made.start { control.value = control.state(at: made.start) }
    if let setting = declaration.setting { control.value = try control.accepted(unquoted(setting, control)) }
    context.declare(control)
    if case .text = control.kind { return .string(control.value) }
    return try made.value(control.place(of: control.value) ?? made.start)
  }
}

/// A text may be set in quotes, as a String literal.
private func unquoted(_ setting: String, _ control: Control) -> String {
  switch control.kind {
  case .text, .choice:
    guard control.place(of: setting) == nil || control.stateCount == nil, setting.count >= 2,
      setting.hasPrefix("\""), setting.hasSuffix("\"")
    else { return setting }
    let program = Parser.parse(SourceFile(name: "--set", text: setting), Runtime.dialect).program
    guard program.statements.count == 1, case .expr(let expr) = program.statements[0].kind,
      case .string(let literal) = expr.kind, let text = literal.plainText
    else { return setting }
    return text
  default: return setting
  }
}

/// `choose`: a List, a Range or a Record.
private func choice(_ arguments: Arguments) throws -> Made {
  let options: [(text: String, value: AnyValue)]
  let isRecord: Bool
  if let record = try arguments.value("options").asRecord {
    options = record.map { ($0.0, $0.1) }
    isRecord = true
  } else {
    if let range = arguments["options"]?.asRange, range.count > mostOptions {
      throw tooMany(range.count, arguments)
    }
    guard let values = try? arguments.list("options") else {
      throw arguments.wrongType("options", expected: "a List of values or a Record")
    }
    guard values.count <= mostOptions else { throw tooMany(values.count, arguments) }
    options = values.map { (arguments.interpreter.text($0), $0) }
    isRecord = false
  }
  guard !options.isEmpty else {
    throw arguments.failure(
      "E0305", "choose has no options", at: "options", help: "pass at least one value")
  }
  guard options.count <= mostOptions else { throw tooMany(options.count, arguments) }
  var seen: Set<String> = []
  for option in options {
    if !seen.insert(option.text).inserted {
      throw arguments.failure(
        "E0305", "duplicate option of choose: \(StringText.quoted(option.text))", at: "options",
        help: "give them names: choose({first: …, second: …})")
    }
    if option.text.isEmpty || option.text.contains("\n") {
      throw arguments.failure(
        "E0305", "an option of choose \(option.text.isEmpty ? "is empty" : "has several lines")",
        at: "options",
        help: "give it a one-line name: choose({name: …})")
    }
  }
  var start = 0
  if let wanted = arguments["default"], arguments.isGiven("default"), !(wanted.isNil && isRecord) {
    let text = arguments.interpreter.text(wanted)
    let place = options.firstIndex { $0.text == text && (isRecord || $0.value.typeName == wanted.typeName) }
    guard let place else {
      let names = options.map {
        isRecord ? StringText.quoted($0.text) : arguments.interpreter.quoted($0.value)
      }
      let near =
        Nearest.name(to: text, among: options.map(\.text)).map { "did you mean \(StringText.quoted($0))? " }
        ?? ""
      throw arguments.failure(
        "E0305", "the default \(Arguments.describe(wanted)) is not one of the options", at: "default",
        help: "\(near)use one of \(names.prefix(12).joined(separator: ", "))\(names.count > 12 ? ", …" : "")"
      )
    }
    start = place
  }
  return Made(.choice(options.map(\.text)), start: start) { options[$0].value }
}

/// The maximum number of options of a choice, and of images of a picker.
let mostOptions = 10_000

private func tooMany(_ count: Int, _ arguments: Arguments) -> Failure {
  arguments.failure(
    "E0305", "choose has too many options: \(count)", at: "options",
    help: "pass at most \(mostOptions), or use a slider for numbers")
}

extension Interpreter {
  /// A value as it is written in a program, if it has a literal form.
  fileprivate func quoted(_ value: AnyValue) -> String {
    value.asString.map { StringText.quoted($0) } ?? text(value)
  }
}

extension Control {
  /// The value in records: a number for a slider, a Bool for a toggle, the text for the others.
  fileprivate var recorded: Json {
    switch kind {
    case .slider, .pictures: SettingValue.literal(value, Runtime.dialect)?.json ?? .string(value)
    case .toggle: .bool(value == "true")
    case .choice, .text: .string(value)
    }
  }
}

extension RuntimeContext {
  /// Announces a declared control: front ends show it, and the run's record keeps its value.
  ///
  /// - Parameter value: the value in records; nil for its text.
  func declare(_ control: Control, as value: Json? = nil) {
    if let recorder {
      controls.removeAll { $0.name == control.name }
      controls.append((control.name, control.value))
      recorder.note("controls", .object(JsonObject(controls.map { ($0.name, .string($0.value)) })))
      recorder.set(control.name, value ?? control.recorded)
    }
    delegate?.runtime(declares: control)
  }
}
