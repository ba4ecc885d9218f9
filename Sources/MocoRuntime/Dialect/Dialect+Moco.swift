import MocoLang

extension Dialect {
  /// The additions of moco to the language: forms for training, evaluating, showing and for templates, units of
  /// training, and the codes and habits of its subjects.
  public static let moco = Dialect(
    forms: [
      CommandForm(
        "train",
        parts: [.init("on", "Y"), .init("for", "N epochs", takesUnit: true)],
        doc: "Trains a model on data."),
      CommandForm("evaluate", parts: [.init("on", "Y")], doc: "Evaluates a model on data."),
      CommandForm("show", takesList: true, isShowing: true, doc: "Shows a value, such as a figure."),
    ],
    declarations: [.templates],
    units: [.epochs, .steps],
    moduleResults: ["plot": .init(noun: "figure", verb: "show")],
    exampleModule: "templates",
    blockCalls: ["model"],
    habits: { .moco },
    errors: { .moco })
}

extension DeclaringForm {
  fileprivate static let templates = DeclaringForm(
    "templates", noun: "template set", group: "group", item: "template",
    exampleGroup: "group \"satellite\" { \"a photo of {}.\" }", exampleItem: "\"a photo of a {}.\"",
    code: "E0703", doc: "Declares groups of sentences with one `{}` each, for a mixture of prompts."
  ) { text in
    let count = text.ranges(of: "{}").count
    if count == 1 { return nil }
    return (
      "E0701", count == 0 ? "this template has no {}" : "this template has \(count) {}",
      "write {} once, where the class name belongs: \"a photo of a {}.\""
    )
  }
}

extension Quantity.Unit {
  /// Passes of a training over its data.
  static let epochs = Quantity.Unit(
    singular: "epoch", plural: "epochs", example: 50,
    doc: """
      A number of epochs, as in `50 epochs`.

      ```
      epochs(2 * 5)     // 10 epochs
      ```
      """)

  /// Updates of a model's parameters.
  static let steps = Quantity.Unit(
    singular: "step", plural: "steps", example: 200,
    doc: """
      A number of steps, as in `200 steps`.

      ```
      steps(100)     // 100 steps
      ```
      """)
}
