import MocoBase
import MocoFormats

/// A page of the standard library, `stdlib/methods`, as the model of a golden file: how a program makes it, and the
/// file's names of its parameters.
struct GoldenPage {
  /// The expression that makes the model, from `clip`, `classes` and `base`.
  let model: String
  /// The page and the function that makes it.
  let function: String
  /// The file's name of a parameter, without `init.` and similar.
  let name: (String) -> String

  /// nil for a method that is not a page.
  ///
  /// - Throws: `GoldenFault` for incomplete metadata.
  init?(_ file: SafetensorsFile) throws {
    let hyper = try Json.parse(file.metadata("hyper") ?? "{}")
    func option(_ name: String, _ key: String) -> String? {
      hyper[key].map { "\(name): \(GoldenProgram.literal($0))" }
    }
    func meta(_ name: String, _ key: String) -> String? {
      file.metadata(key).map { "\(name): \(StringText.quoted($0))" }
    }
    // In hyperparameters words are joined by underscores or spaces; without words P is random.
    let words = hyper["CTX_INIT"]?.stringValue.map { $0.replacingUnderscores } ?? ""
    var options: [String?]
    switch file.metadata("method") {
    case "coop":
      function = "coop"
      options = [
        "words: \(words.isEmpty ? "nil" : StringText.quoted(words))",
        words.isEmpty ? option("n", "N_CTX") : nil,
        meta("position", "class_token_position"),
        "per_class: \(file.metadata("class_specific") == "true")",
      ]
      name = { "prompt_learner.\($0)" }
    case "kgcoop":
      function = "kgcoop"
      options = [
        "words: \(words.isEmpty ? "nil" : StringText.quoted(words))",
        words.isEmpty ? option("n", "N_CTX") : nil,
        option("weight", "W"),
        meta("teacher", "teacher_template"),
      ]
      name = { "prompt_learner.\($0)" }
    case "prograd":
      function = "prograd"
      options = [
        option("n", "N_CTX"), option("temperature", "T"), option("strength", "LAMBDA"),
        meta("teacher", "teacher_template"),
      ]
      name = { "prompt_learner.\($0)" }
    case "cocoop":
      function = "cocoop"
      options = [
        "words: \(words.isEmpty ? "nil" : StringText.quoted(words))",
        words.isEmpty ? option("n", "N_CTX") : nil,
        file.tensorShape("init.prompt_learner.meta_net.linear1.weight").map { "hidden: \($0[0])" },
      ]
      name = GoldenPage.renamed([
        "first.": "meta_net.linear1.", "second.": "meta_net.linear2.",
      ]) { "prompt_learner.\($0)" }
    case "clip_adapter":
      function = "clip_adapter"
      options = [
        meta("template", "template"), file.metadata("ratio").map { "ratio: \($0)" },
        file.metadata("reduction").map { "reduction: \($0)" },
      ]
      name = { $0 == "down" ? "adapter.fc.0.weight" : "adapter.fc.2.weight" }
    case "taskres":
      function = "taskres"
      options = [meta("template", "template"), option("alpha", "RESIDUAL_SCALE")]
      name = { _ in "prompt_learner.text_feature_residuals" }
    case "vpt_deep":
      function = "vpt"
      options = [
        option("n", "N_CTX_VISION"), option("depth", "PROMPT_DEPTH_VISION"), meta("template", "template"),
      ]
      name = GoldenPage.towers
    case "ivlp":
      function = "ivlp"
      options = GoldenPage.both(hyper, words, option)
      name = GoldenPage.towers
    case "promptsrc":
      function = "promptsrc"
      let templates = try Json.parse(file.metadata("teacher_templates") ?? "[]")
      options =
        GoldenPage.both(hyper, words, option) + [
          "templates: \(GoldenProgram.literal(templates))", option("text_weight", "TEXT_LOSS_WEIGHT"),
          option("vision_weight", "IMAGE_LOSS_WEIGHT"),
        ]
      name = GoldenPage.towers
    case "maple":
      function = "maple"
      options = [
        option("n", "N_CTX"), option("depth", "PROMPT_DEPTH"), "words: \(StringText.quoted(words))",
      ]
      name = GoldenPage.projected
    default: return nil
    }
    model =
      "\(function)(" + (["clip", "classes"] + options.compactMap { $0 }).joined(separator: ", ")
      + (file.metadata("new_classes") == "false" ? ")" : ", base: base)")
  }

  private static func both(
    _ hyper: Json, _ words: String, _ option: (String, String) -> String?
  ) -> [String?] {
    [
      option("n_text", "N_CTX_TEXT"), option("n_vision", "N_CTX_VISION"),
      hyper["PROMPT_DEPTH_TEXT"] == hyper["PROMPT_DEPTH_VISION"]
        ? option("depth", "PROMPT_DEPTH_TEXT")
        : option("depth", "PROMPT_DEPTH_TEXT").map {
          "\($0), " + (option("vision_depth", "PROMPT_DEPTH_VISION") ?? "")
        },
      "words: \(StringText.quoted(words))",
    ]
  }

  private static func renamed(
    _ beginnings: KeyValuePairs<String, String>, _ rest: @escaping (String) -> String
  ) -> (String) -> String {
    { name in
      for (own, theirs) in beginnings where name.hasPrefix(own) {
        return rest(theirs + name.dropFirst(own.count))
      }
      return rest(name)
    }
  }

  /// text.0, text.i, vision.0, vision.i.
  private static func towers(_ name: String) -> String {
    let parts = name.split(separator: ".").map(String.init)
    guard parts.count == 2 else { return name }
    let block = "transformer.resblocks.\(parts[1]).VPT_shallow"
    switch (parts[0], parts[1]) {
    case ("text", "0"): return "prompt_learner.ctx"
    case ("text", _): return "text_encoder.\(block)"
    case (_, "0"): return "image_encoder.VPT"
    default: return "image_encoder.\(block)"
    }
  }

  /// text.0, text.i, projection.0.weight, projection.i.weight.
  private static func projected(_ name: String) -> String {
    let parts = name.split(separator: ".").map(String.init)
    guard parts.count >= 2, let place = Int(parts[1]) else { return name }
    if parts[0] == "text" {
      return place == 0 ? "prompt_learner.ctx" : "prompt_learner.compound_prompts_text.\(place - 1)"
    }
    let role = parts.last ?? ""
    return place == 0
      ? "prompt_learner.proj.\(role)" : "prompt_learner.compound_prompt_projections.\(place - 1).\(role)"
  }
}

extension String {
  fileprivate var replacingUnderscores: String { String(map { $0 == "_" ? " " : $0 }) }
}

extension SafetensorsFile {
  /// The shape of a tensor; nil if there is none with this name.
  func tensorShape(_ name: String) -> [Int]? { entries.first { $0.name == name }?.shape }
}
