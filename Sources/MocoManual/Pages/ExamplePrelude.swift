// Examples in the help are short: they use `clip`, `data` or `mix` without creating them. This file contains the code for them,
// so that the manual can show it and every example can be run.

/// Values that an example assumes.
public enum ExamplePrelude {
  /// Names and files, each with the statement that creates it, after the statements that it needs.
  private static let given: [(name: String, statement: String)] = [
    ("clip", "let clip = load_clip(\"small\")"),
    ("data", "let data = dataset(\"fashion\").styled(seed: 0).few_shot(4)"),
    ("few", "let few = data"),
    ("others", "let others = data.base"),
    ("names", "let names = data.classes"),
    ("batch", "let batch = data.train.batches(8)[0]"),
    ("image", "let image = data.test[0].image"),
    ("images", "let images = [item.image for item in data.test[0..<4]]"),
    ("features", "let features = clip.encode_image(images, normalize: true)"),
    (
      "ways",
      "templates ways { group \"plain\" { \"a photo of a {}.\" } group \"dark\" { \"a dark photo of a {}.\" } }"
    ),
    ("prompts", "let prompts = soft_prompts(clip, ways)"),
    ("mix", "let mix = mixture(clip, ways, classes: data.classes)"),
    ("zero", "let zero = zero_shot(clip, classes: data.classes, template: \"a photo of a {}.\")"),
    ("opt", "let opt = sgd(mix.parameters, lr: 0.01)"),
    ("before", "let before = evaluate zero on data.test[0..<40]"),
    ("after", "let after = evaluate mix on data.test[0..<40]"),
    ("report", "let report = evaluate mix on data.test[0..<40]"),
    ("run", "let run = train mix on data.train for 2 epochs"),
    ("r", "let r = router(clip.dim, experts: 2)"),
    ("ctx", "let ctx = parameter(clip.embed(\"a photo of a\"))"),
    ("w", "let w = parameter(ones([2, 3]))"),
    ("v", "let v = ones([4, clip.dim])"),
    ("t", "let t = tensor([0.1, 0.5, 0.9])"),
    ("logits", "let logits = tensor([[2.0, 1.0], [0.0, 3.0]])"),
    ("loss", "let loss = mean((w - 1.0) ** 2)"),
    ("xs", "let xs = [1, 2, 3]"),
    ("a", "let a = [1, 2]"),
    ("lr", "let lr = 0.1"),
    ("options", "let options = {lr: 0.1, epochs: 5}"),
    ("\"photo.jpg\"", "data.test[0].image.save(\"photo.jpg\")"),
    ("\"photos\"", "make_folder(\"photos\"); data.test[0].image.save(\"photos/first.png\")"),
    ("\"classes.txt\"", "write_text(\"classes.txt\", \"bag\\ncoat\\n\")"),
    ("\"done.txt\"", "write_text(\"done.txt\", \"\")"),
    ("\"notes.txt\"", "write_text(\"notes.txt\", \"one\\ntwo\\n\")"),
    ("\"log.jsonl\"", "write_text(\"log.jsonl\", to_json({epoch: 1}) + \"\\n\")"),
    ("\"settings.json\"", "write_json(\"settings.json\", {lr: 0.1})"),
    ("\"result.csv\"", "write_csv(\"result.csv\", [{name: \"zero-shot\", accuracy: 59.2}])"),
    ("\"features.safetensors\"", "save_tensors(\"features.safetensors\", {images: ones([2, 3])})"),
    ("\"features.npy\"", "save_tensors(\"features.npy\", ones([2, 3]))"),
    ("\"few_shot.moco\"", sweep),
    ("\"model.safetensors\"", "save_tensors(\"model.safetensors\", {weight: ones([2, 3])})"),
    ("\"mix.safetensors\"", "checkpoint(mix, \"mix.safetensors\")"),
  ]

  /// The records of a sweep with two runs, as written by `moco sweep`.
  private static let sweep = """
    write_text("few_shot.moco", ""); make_folder("runs/few_shot/a"); make_folder("runs/few_shot/b")
    write_json("runs/few_shot/sweep.json", {format: "moco-sweep", version: 1, script: "few_shot.moco", points: [
      {name: "a", identity: "a", settings: {method: "coop", shots: 1, seed: 1}},
      {name: "b", identity: "b", settings: {method: "mixture", shots: 16, seed: 1}}
    ]})
    for name in ["a", "b"] {
      write_json("runs/few_shot/" + name + "/run.json", {point: name, status: "finished", result: {accuracy: 0.6}})
    }
    """

  private static let writers = [
    "write_text(", "append_text(", "write_json(", "write_csv(", "save_tensors(", ".save(",
  ]

  /// The statements that create the values that an example uses but does not create, in order.
  public static func statements(for example: String) -> [String] {
    var text = example
    var chosen: [String] = []
    for (name, statement) in given.reversed() where uses(name, in: text) {
      chosen.insert(statement, at: 0)
      text = statement + "\n" + text
    }
    return chosen
  }

  /// Whether a name is used as a variable that is not defined above: not a member, an argument's name, or a
  /// function that is called.
  private static func uses(_ name: String, in text: String) -> Bool {
    if name.hasPrefix("\"") {
      return text.contains(name) && !writers.contains { text.contains($0 + name) }
    }
    for line in text.split(separator: "\n") {
      let code = line.firstRange(of: " // ").map { line[..<$0.lowerBound] } ?? line
      for place in code.ranges(of: name) {
        let before = code[..<place.lowerBound]
        let after = code[place.upperBound...]
        guard !isPart(before.last), !isPart(after.first), before.last != "." || before.hasSuffix(".."),
          after.first != "(", !isInText(before)
        else { continue }
        if before.hasSuffix("templates ") { return false }
        let next = after.first { $0 != " " }
        let opening = before.last { $0 != " " }
        // The name of an argument or of a key; moco has no `x ? a : b`.
        if next == ":", opening == "(" || opening == "," || opening == "{" || opening == nil { continue }
        if after.hasPrefix(" =>") || after.hasPrefix(" = ") || after.hasPrefix(" in ") { return false }
        return true
      }
    }
    return false
  }

  private static func isPart(_ character: Character?) -> Bool {
    character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
  }

  /// Whether a string is open, except in an interpolation.
  private static func isInText(_ before: Substring) -> Bool {
    let isOpen = !before.filter { $0 == "\"" }.count.isMultiple(of: 2)
    return isOpen && !before.contains("\\(")
  }
}
