import MocoTestSupport
import Testing

/// The pages of stdlib/methods: each makes a model that learns, answers, and agrees with what is built in.
@Suite struct MethodPageTests {
  private let setup = """
    let clip = load_clip("small")
    let data = dataset("fashion").few_shot(4, seed: 1)
    let names = data.classes
    let batch = data.train.batch([i for i in 0..<12])
    func close(a, b, most = 1e-5) { max(abs(a - b)).item() < most }
    func gradients_of(model, loss) {
      for p in model.parameters { p.grad = nil }
      loss.backward()
      [copy(p.grad) for p in model.parameters]
    }

    """

  /// Training from a page: losses fall, and other names are answered for, or refused by name.
  @Test(arguments: [
    "coop(clip, names)", "coop(clip, names, words: nil, n: 3, position: \"middle\")", "cocoop(clip, names)",
    "kgcoop(clip, names)", "kgcoop(clip, names, distance: \"squared\")", "prograd(clip, names, n: 6)",
    "lasp(clip, names, templates: [\"a photo of a {}.\", \"a {}.\"], text_weight: 1)",
    "lasp(clip, names, templates: [\"a {}.\"], text_weight: 1, vision_layernorm: true, correction: true)",
    "clip_adapter(clip, names)",
    "vpt(clip, names, n: 2)", "vpt(clip, names, n: 2, layers: 2...3)", "ivlp(clip, names, depth: 3)",
    "maple(clip, names, depth: 3)",
    "promptsrc(clip, names, depth: 3, templates: [\"a photo of a {}.\", \"a {}.\"])",
  ])
  func aPageLearns(_ call: String) {
    let page = call.prefix { $0 != "(" }
    let text = printed(
      setup + """
        use {\(page)} from \(page)
        seed(1)
        let mine = \(call)
        let run = train mine on data.train for 8 epochs { batch: 20, optimizer: adam(lr: 0.005), seed: 1, quiet: true }
        print(mine.kind, run.losses[-1] < run.losses[0], mine.logits(batch, classes: ["bag", "hat"]).shape)
        """)
    #expect(text == "\(page) true [12, 2]\n")
  }

  @Test(arguments: [
    ("coop", "coop(clip, names, per_class: true)"), ("taskres", "taskres(clip, names)"),
    ("clap", "clap(clip, data.train)"),
    ("tip_adapter", "tip_adapter(clip, data.train, trained: true, scale: clip.scale)"),
  ])
  func aPageThatLearnsClassesLearns(_ page: String, _ call: String) {
    let text = printed(
      setup + """
        use {\(page)} from \(page)
        let mine = \(call)
        let run = train mine on data.train for 8 epochs { batch: 20, optimizer: adam(lr: 0.005), seed: 1, quiet: true }
        print(run.losses[-1] < run.losses[0])
        try { mine.logits(batch, classes: ["bag", "hat"]) } catch e { print(e.code) }
        print(mine.logits(batch, classes: [names[3], names[1]]).shape)
        """)
    #expect(text == "true\nE0704\n[12, 2]\n")
  }

  /// The same words, the same loss, the same gradient as the built-in methods.
  @Test func coopAndKgCoOpAreTheBuiltInOnes() {
    let text = printed(
      setup + """
        use coop as coop_page
        use kgcoop as kgcoop_page
        for position in ["end", "middle", "front"] {
          let own = coop_page.coop(clip, names, position: position)
          let built = coop(clip, classes: names, init: "a photo of a", position: position)
          let [a, b] = [own.loss(batch), built.loss(batch)]
          print(close(a, b), close(gradients_of(own, a)[0], gradients_of(built, b)[0], 1e-4))
        }
        let own = kgcoop_page.kgcoop(clip, names)
        let built = kgcoop(clip, classes: names, init: "a photo of a")
        let [a, b] = [own.loss(batch), built.loss(batch)]
        print(close(a, b), close(gradients_of(own, a)[0], gradients_of(built, b)[0], 1e-4))
        """)
    #expect(text == String(repeating: "true true\n", count: 4))
  }

  /// The mixture as a program: all its losses and gradients, with all classes and with base classes.
  @Test(arguments: [false, true])
  func theMixtureAsAProgram(_ onlyBase: Bool) {
    let text = printed(
      setup + """
        use {ways} from small_world
        use {routed} from routed
        let base = \(onlyBase ? "data.base.classes" : "nil")
        let part = \(onlyBase ? "data.train.base.batch([i for i in 0..<12])" : "batch")
        let built = mixture(clip, ways, classes: names, base: base) { router { top_k: 2, scale: 10 } }
        let [w, b] = [parameter(copy(built.router.weight)), parameter(copy(built.router.bias))]
        let own = routed(
          clip, ways, names, base: base, router: {parameters: {weight: w, bias: b}, scores: v => 10 * (v @ w.T + b)})
        let [x, y] = [own.loss(part), built.loss(part)]
        print(close(x.parts.class, y.parts.class), close(x.parts.text, 5 * y.parts.text), close(x.parts.gate, y.parts.gate))
        let split = if base == nil { data.train } else { data.train.base }
        func learned(m) { train m on split for 3 epochs { batch: 10, optimizer: sgd(lr: 0.01, momentum: 0.9), seed: 1, quiet: true } }
        let [mine, theirs] = [learned(own), learned(built)]
        print(all([abs(p - q) < 1e-5 for [p, q] in zip(mine.losses, theirs.losses)]))
        print(close(own.logits(batch), built.logits(batch), 1e-3), own.weights(batch).shape, route(own, data.test[0]).experts.len())
        """)
    #expect(text == "true true true\ntrue\ntrue [12, 6] 6\n")
  }

  /// The same with the image tower's LayerNorms trained beside, by the same option.
  @Test func theMixtureWithVisionLayerNorms() {
    let text = printed(
      setup + """
        use {ways} from small_world
        use {routed} from routed
        let before = clip.hash
        let built = mixture(clip, ways, classes: names, vision_layernorm: true, vision_lr: 0.3) { router { top_k: 2, scale: 10 } }
        let [w, b] = [parameter(copy(built.router.weight)), parameter(copy(built.router.bias))]
        let own = routed(
          clip, ways, names, router: {parameters: {weight: w, bias: b}, scores: v => 10 * (v @ w.T + b)},
          vision_layernorm: true, vision_lr: 0.3)
        let [x, y] = [own.loss(batch), built.loss(batch)]
        print(close(x.parts.class, y.parts.class), close(x.parts.text, 5 * y.parts.text), close(x.parts.gate, y.parts.gate))
        let norms = [n for n in own.parameters.names if n.starts_with("norms.")]
        print(len(norms), len(own.parameters) == len(built.parameters))
        [gradients_of(own, x), gradients_of(built, y)]
        func other(n) { built.parameters[n.replace("norms.visual.", "image_encoder.")] }
        print(all([close(own.parameters[n].grad, other(n).grad, 1e-4) for n in norms]))
        func learned(m) { train m on data.train for 2 epochs { batch: 10, optimizer: sgd(lr: 0.02, momentum: 0.9), seed: 1, quiet: true } }
        let [mine, theirs] = [learned(own), learned(built)]
        print(all([abs(p - q) < 1e-5 for [p, q] in zip(mine.losses, theirs.losses)]))
        print(all([close(own.parameters[n], other(n)) for n in norms]), clip.hash == before)
        """)
    let norms = 4 * 4
    #expect(text == "true true true\n\(norms) true\ntrue\ntrue\ntrue true\n", "\(text)")
  }

  /// The objective of the linear probe's page is the one that the built-in probe minimizes.
  @Test func theLinearProbesObjective() {
    let text = printed(
      setup + """
        use {probe} from linear_probe
        let built = linear_probe(clip, on: data.train)
        let own = probe(data.train.features(clip), data.train.labels, len(names))
        let opt = adam([own.w, own.b], lr: 0.02)
        for step in 0..<400 { opt.zero_grad(); own.objective().backward(); opt.step() }
        print(close(own.w, built.weight, 2e-2))
        """)
    #expect(text == "true\n")
  }

  /// Options that contradict each other are refused; none is passed over.
  @Test func contradictionsAreRefused() {
    let text = printed(
      setup + """
        use {coop} from coop
        use {cocoop} from cocoop
        use {vpt} from vpt
        func tried(work) { try { work(); "accepted" } catch e { e.message } }
        print(tried(() => coop(clip, names, n: 3)))
        print(tried(() => cocoop(clip, names, words: "a picture", n: 4)))
        print(tried(() => coop(clip, names, n: 4)), tried(() => coop(clip, names, words: nil, n: 3)))
        print(tried(() => vpt(clip, names, depth: 2, layers: 1...2)))
        use {routed} from routed
        use {ways} from small_world
        print(tried(() => routed(clip, ways, names, vision: {n: 2, depth: 1}, vision_layernorm: true)))
        """)
    #expect(
      text == """
        "a photo of a" has 4 words and n is 3
        "a picture" has 2 words and n is 4
        accepted accepted
        depth and layers cannot be used together: both set the blocks with prompts
        vision and vision_layernorm cannot be used together: both change the image tower

        """)
  }
}
