import MocoLang

extension Dialect {
  /// What the tests of the language add to it: forms and units like those of the embedder.
  static let test = Dialect(
    forms: [
      CommandForm(
        "train", parts: [.init("on", "Y"), .init("for", "N epochs", takesUnit: true)],
        doc: "Trains a model on data."),
      CommandForm("evaluate", parts: [.init("on", "Y")], doc: "Evaluates a model on data."),
      CommandForm("show", takesList: true, isShowing: true, doc: "Shows a value."),
    ],
    declarations: [
      DeclaringForm(
        "templates", noun: "template set", group: "group", item: "template",
        exampleGroup: "group \"satellite\" { \"a photo of {}.\" }", exampleItem: "\"a photo of a {}.\"",
        code: "E0703", doc: "Declares groups of sentences with one `{}` each."
      ) { text in
        let count = text.ranges(of: "{}").count
        return count == 1
          ? nil
          : (
            "E0701", count == 0 ? "this template has no {}" : "this template has \(count) {}",
            "write {} once, where the class name belongs: \"a photo of a {}.\""
          )
      }
    ],
    units: [
      .init(singular: "epoch", plural: "epochs", example: 50, doc: "A number of epochs."),
      .init(singular: "step", plural: "steps", example: 200, doc: "A number of steps."),
    ],
    moduleResults: ["plot": .init(noun: "figure", verb: "show")],
    exampleModule: "templates")
}
