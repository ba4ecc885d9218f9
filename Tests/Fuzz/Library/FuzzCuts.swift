/// Trainings that are cut, once or several times, and taken up: they must end with the bits of the training that was
/// not cut.
///
/// The program is cells of a prompt, parted by a line, since an interrupt ends a program. `interrupt()` stands for ^C.
/// What it has to print stands in `// expect: ` lines.
struct FuzzCuts {
  static let part = "// cell"

  private static let setup = """
    let clip0 = clip_model({
      embedding: 8, context: 12, merges: 100, mean: [0.3], std: [0.35]
      text: {width: 8, layers: 1, heads: 2}
      vision: {image_size: 8, patch: 4, channels: 1, width: 8, layers: 1, heads: 2}
    }, seed: 1)
    templates words0 {
      group "g" { "a {}." }
      group "h" { "{} b" "the {}" }
      group "i" { "c {}" }
    }
    let features0 = randn([13, 8], seed: 3)
    """

  private static let features = """
    let data0 = dataset(features: features0, labels: [i % 3 for i in 0..<13], classes: ["a", "b", "c"]).train
    let val0 = dataset(features: randn([7, 8], seed: 4), labels: [i % 3 for i in 0..<7], classes: ["a", "b", "c"]).train
    """

  private static let images = """
    let pictures0 = dataset("fashion").few_shot(1, seed: 3)
    let data0 = pictures0.train
    let val0 = pictures0.test[0..<5]
    """

  private var random: FuzzRandom

  /// A file that no other program writes.
  private let file: String

  init(seed: UInt64) {
    random = FuzzRandom(seed)
    file = "\"cut-\(seed).safetensors\""
  }

  mutating func program() -> String {
    let isOfImages = random.chance(12)
    let classes = isOfImages ? "pictures0.classes" : "[\"a\", \"b\", \"c\"]"
    let epochs = 1 + random.below(4)
    let batch = 2 + random.below(5)
    let images = isOfImages ? 10 : 13
    let length = max(1, images / batch)
    let duration = random.chance(80) ? "\(epochs) epochs" : "\(1 + random.below(epochs * length)) steps"
    let steps = duration.hasSuffix("steps") ? Int(duration.split(separator: " ")[0]) ?? 1 : epochs * length
    let options = self.options(duration: duration, batch: batch, isOfImages: isOfImages)
    let model = self.model(classes, isOfImages: isOfImages)

    var cells: [String] = []
    cells.append(
      FuzzCuts.setup + "\n" + (isOfImages ? FuzzCuts.images : FuzzCuts.features) + """

        func fresh(seed = 1) { \(model) }
        func text(m) { str([p.to_list() for p in m.parameters]) }
        func told(r) { str([r.losses, r.validation, r.steps, r.best, r.stopped, [[e.index, e.step, e.loss, e.lr, e.accuracy, e.gate_load] for e in r.epochs], r.optimizer.steps]) }
        let whole = fresh()
        let all = train(whole, on: data0, \(options))
        print(0)
        """)
    var at = 0
    var last = ""
    // Files are written after whole epochs, and where an interrupt or `stop` comes.
    let isInFile = random.chance(25)
    let saved = isInFile ? ", checkpoint: \(file)" : ""
    let cuts = 1 + random.below(3)
    for number in 0..<cuts {
      // A cut behind the end, or where patience has come before, cuts nothing; the run is finished then.
      at += random.below(max(1, steps - at)) + (random.chance(90) ? 1 : 0)
      let way = self.way(step: at, epoch: 1 + at / length)
      let resume = last.isEmpty ? "" : ", resume: \(last)"
      let who =
        random.chance(50) && number > 0
        ? "m\(number - 1)" : "fresh(seed: \(number == 0 ? 1 : random.below(9)))"
      cells.append("let m\(number) = \(who)")
      cells.append("let r\(number) = train(m\(number), on: data0, \(options)\(resume)\(saved)\(way))")
      if random.chance(30) {
        cells.append(
          random.pick([
            "for p in m\(number).parameters { p.assign(p + 1) }",
            "let _ = train(m\(number), on: val0, for: 1 epoch, batch: 2, quiet: true)",
            "let other\(number) = copy(m\(number))", "m\(number) = nil", "features0[:] = 5",
            "let o\(number) = r\(number).optimizer",
          ]))
      }
      last = isInFile ? "if exists(\(file)) { \(file) } else { r\(number) }" : "r\(number)"
    }
    let twice = random.chance(30)
    for number in 0..<(twice ? 2 : 1) {
      let who = random.chance(50) && number == 0 ? "m\(cuts - 1)" : "fresh(seed: \(random.below(9)))"
      cells.append("let end\(number) = \(who)")
      cells.append(
        """
        let rest\(number) = train(end\(number), on: data0, \(options), resume: \(last))
        print(text(end\(number)) == text(whole), told(rest\(number)) == told(all), rest\(number).interrupted)
        """)
    }
    let lines = ["0"] + (twice ? [String](repeating: "true true nil", count: 2) : ["true true nil"])
    return cells.joined(separator: "\n\(FuzzCuts.part)\n") + "\n"
      + lines.map { "// expect: \($0)\n" }.joined()
  }

  private mutating func options(duration: String, batch: Int, isOfImages: Bool) -> String {
    var options = ["for: \(duration)", "batch: \(batch)", "quiet: true", "seed: \(random.below(5))"]
    options.append(
      "optimizer: "
        + random.pick([
          "sgd(lr: 0.3)", "sgd(lr: 0.1, momentum: 0.9)",
          "sgd(lr: 0.1, momentum: 0.8, nesterov: true, weight_decay: 0.01)",
          "adam(lr: 0.05)", "adam(lr: 0.05, betas: [0.5, 0.6], weight_decay: 0.1)", "adamw(lr: 0.05)",
          "adamw(lr: 0.1, weight_decay: 0.5, decay: \"matrices\")", "sgd(lr: 2.5, momentum: 0.5)",
        ]))
    if random.chance(60) {
      options.append(
        "schedule: "
          + random.pick([
            "constant()", "cosine()", "cosine(warmup: 1 epoch, kind: \"linear\")", "cosine(warmup: 3 steps)",
            "cosine(end: 0.01)",
          ]))
    }
    if random.chance(20) { options.append("clip_grad_norm: \(random.pick(["0.01", "1", "100"]))") }
    if random.chance(20) { options.append("shuffle: false") }
    if isOfImages { options.append("views: \(random.pick(["\"fresh\"", "\"fresh\"", "3", "nil"]))") }
    if random.chance(50) {
      options.append("keep_best: val0")
      if random.chance(40) { options.append("metric: \"nll\"") }
      if random.chance(50) { options.append("patience: \(1 + random.below(2))") }
    }
    return options.joined(separator: ", ")
  }

  private mutating func model(_ classes: String, isOfImages: Bool) -> String {
    if random.chance(25) {
      let kind = random.pick(["tokens: 2", "tokens: 1, shared: false", "position: \"front\", tokens: 2"])
      return "coop(clip0, classes: \(classes), \(kind), seed: seed)"
    }
    var options = "router: {\(random.pick(FuzzMethod.routers))}"
    if random.chance(30) {
      options += random.pick([
        ", loss: {text: 0}", ", loss: {gate: 0}", ", loss: {gate: {detach: true}, text: 2}",
        ", loss: {text: {weight: 1, experts: \"chosen\"}}",
      ])
    }
    if isOfImages, random.chance(50) { options += ", vision_layernorm: true" }
    if random.chance(15) { options += ", memory: 20_000" }
    return "mixture(clip0, words0, classes: \(classes), \(options), seed: seed)"
  }

  /// How a training is cut, as options of `train`.
  private mutating func way(step: Int, epoch: Int) -> String {
    let cut = random.pick([
      "stop", "error(\"cut\")", "interrupt()", "interrupt()", "[1][7]",
      "interrupt(\(1 + random.below(3000)))",
    ])
    if random.chance(25) { return ", each_epoch: e => if e.index == \(epoch) { \(cut) }" }
    return ", each_step: s => if s.index == \(step) { \(cut) }"
  }
}
