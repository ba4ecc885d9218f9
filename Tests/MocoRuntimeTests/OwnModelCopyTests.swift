import MocoTestSupport
import Testing

/// `copy` of models of functions: parameters of their own, and all else as it was.
@Suite struct OwnModelCopyTests {
  private func run(_ program: String, helps: Bool = false) -> String {
    printed(OwnModelTests.setup + program, helps: helps)
  }

  private static let makers = [
    "shifted()", "shifted(rate: 0.5)", "coop(clip, names, n: 2, words: nil)",
    "coop(clip, names, per_class: true)",
    "cocoop(clip, names)", "kgcoop(clip, names)", "prograd(clip, names, n: 4)", "clip_adapter(clip, names)",
    "taskres(clip, names)", "maple(clip, names, depth: 1)", "vpt(clip, names, n: 2)",
    "routed(clip, ways, names)", "routed(clip, ways, names, vision_layernorm: true)",
    "routed(clip, ways, names, router: noisy(mlp_router(clip.dim, 6)))",
    "routed(clip, ways, names, vision: {n: 2, depth: 1})", "lasp(clip, names, templates: [\"a {}.\"])",
    "parts()",
  ]

  /// Parts that have parameters: a router and soft prompts that are built in, and a tower that trains.
  private static let parts = """
    func parts() {
      let r = router(16, experts: 6, seed: 2)
      let p = soft_prompts(clip, ways)
      func texts_of(names) { normalize(p.encode(names), axis: 2) }
      let all = [r, p]
      model {
        name: "parts", clip: clip, classes: names, experts: ways.names, parameters: {r: r, p: p}
        texts: names => texts_of(names)
        weights: batch => all[0](batch.features)
        logits: (batch, texts) => clip.scale * einsum("bg,bd,gcd->bc", batch.weights, batch.features, texts)
      }
    }

    """

  @Test(arguments: makers) func aCopyHasParametersOfItsOwn(_ make: String) {
    let page = make.prefix { $0 != "(" }
    let use =
      page == "shifted" || page == "parts"
      ? "" : "use {\(page == "routed" ? "routed, noisy, mlp_router" : String(page))} from \(page)\n"
    let output = run(
      use + "use {ways} from small_world\nlet names = data.classes\n" + Self.parts + """
        func same(a, b) { all([equal(x, y) for [x, y] in zip(a, b)]) }
        func learn(m) { train(m, on: data.train, for: 3 steps, batch: 8, optimizer: adam(lr: 0.01), seed: 1, quiet: true) }
        seed(1)
        let m = \(make)
        let batch = data.train.batch([0, 1, 2, 3])
        let said = m.logits(batch)
        let other = copy(m)
        let kept = [copy(p) for p in m.parameters]
        print(equal(other.logits(batch), said), other.parameters.names == m.parameters.names, other.kind == m.kind)
        let first = learn(other)
        print(equal(m.logits(batch), said), same(m.parameters, kept), same(other.parameters, kept))
        let third = copy(other)
        print(equal(third.logits(batch), other.logits(batch)), third.logits(batch).shape == said.shape)
        let second = learn(m)
        print(first.losses == second.losses, same(m.parameters, other.parameters), equal(m.logits(batch), other.logits(batch)))
        """)
    #expect(output == "true true true\ntrue true false\ntrue true\ntrue true true\n", "\(output)")
  }

  /// What leads to a parameter is copied, all together; what does not is the same object.
  @Test func whatLeadsToAParameterIsCopiedTogether() {
    let output = run(
      """
      let seen = []
      func made() {
        let w = parameter(zeros([16]))
        let box = {inner: [w]}
        let notes = []
        func value(depth) { if depth == 0 { box.inner[0] } else { value(depth - 1) } }
        func swap() { box["inner"] = [box.inner[0] * 1] }
        model {
          name: "boxed", clip: clip, classes: data.classes, parameters: {w: w}
          fixed: names => clip.encode_text(names, normalize: true)
          texts: (names, places, fixed) => { append(notes, 1); normalize(fixed + value(3)) }
          logits: (batch, texts) => { append(seen, len(notes)); clip.scale * (batch.features @ texts.T) }
        }
      }
      let m = made()
      let other = copy(m)
      let batch = data.train.batch([0, 1])
      other.parameters[0].assign(ones([16]))
      let [a, b] = [m.logits(batch), other.logits(batch)]
      print(equal(a, b), m.parameters[0].sum().item(), other.parameters[0].sum().item(), seen)
      """)
    #expect(output == "false 0.0 16.0 [1, 2]\n", "\(output)")
  }

  /// A model that is copied while the function that makes it still runs.
  @Test func copyInsideTheFunction() {
    let output = run(
      """
      func pair() {
        let w = parameter(zeros([16]))
        let m = model {
          clip: clip, classes: data.classes, parameters: {w: w}
          logits: batch => clip.scale * ((batch.features + w) @ normalize(clip.encode_text(batch.classes)).T)
        }
        let other = copy(m)
        w.assign(ones([16]))
        [m, other]
      }
      let [m, other] = pair()
      print(m.parameters[0].sum().item(), other.parameters[0].sum().item())
      print(equal(m.logits(data.train.batch([0])), other.logits(data.train.batch([0]))))
      """)
    #expect(output == "16.0 0.0\nfalse\n", "\(output)")
  }

  /// Defaults of parameters, base classes, copies of copies; a model without parameters.
  @Test func copiesOfCopies() {
    let output = run(
      """
      let names = data.classes
      func made() {
        let t = parameter(randn([10, 16], seed: 1))
        func score(v, w = t) { v @ w.T }
        model {
          clip: clip, classes: names, base: names[0..<5], parameters: {t: t}, per_class: ["t"]
          logits: batch => score(batch.features)[:, batch.places]
        }
      }
      let d = made()
      let e = copy(copy(d))
      e.parameters[0].assign(zeros([10, 16]))
      let batch = data.train.batch([0])
      print(e.base == d.base, sum(abs(e.logits(batch))).item(), sum(abs(d.logits(batch))).item() > 0)
      let still = copy(model(clip, names, batch => batch.features @ ones([16, 10])))
      print(still.logits(batch).shape, len(still.parameters))
      try { copy(model(clip, names, relu)) } catch e { print(e.message) }
      """)
    #expect(
      output == """
        true 0.0 true
        [1, 10] 0
        cannot copy the model "model": one of its functions is built in

        """, "\(output)")
  }

  /// A prompt in the image tower that each image shifts: trained, evaluated, copied.
  @Test func promptsOfEachImageTrain() {
    let output = run(
      """
      func visual() {
        let u = parameter(0.02 * randn([2, 16], seed: 1))
        let w = parameter(0.1 * randn([16, 16], seed: 2))
        model {
          name: "visual", clip: clip, classes: data.classes, parameters: {u: u, w: w}
          fixed: names => clip.encode_text(names, normalize: true)
          logits: (batch, texts, fixed) => {
            let v = no_grad(() => clip.encode_image(batch.images, normalize: true))
            let own = u + reshape(v @ w, [len(v), 1, 16])
            clip.scale * (clip.encode_image(batch.images, prompts: own, normalize: true) @ fixed.T)
          }
        }
      }
      func close(a, b) { max(abs(a - b)).item() < 1e-4 }
      let m = visual()
      let run = train m on data.train for 4 epochs { batch: 8, optimizer: adam(lr: 0.01), seed: 1, quiet: true }
      let other = copy(m)
      let batch = data.test.batch([0, 1, 2])
      print(run.losses[-1] < run.losses[0], equal(other.logits(batch), m.logits(batch)))
      print(close(m.logits(batch)[1], m.logits(data.test.batch([1]))[0]))
      """)
    #expect(output == "true true\ntrue\n", "\(output)")
  }

  @Test(arguments: [
    (
      "let m = model { clip: clip, classes: data.classes, parameters: {w: w}, logits: batch => clip.scale * (batch.features @ table.T) + w }",
      "through 'w', a global name of the program",
      "create parameters and model in a function, func make() { … }"
    ),
    (
      "func deeper(batch) { batch.features @ held[0].T }\nlet m = model { clip: clip, classes: data.classes, parameters: {t: table}, logits: batch => deeper(batch) }",
      "through 'held', a global name", "create parameters and model in a function"
    ),
    (
      "func make() { let t = parameter(randn([10, 16]))\nlet o = sgd([t], lr: 0.1)\nmodel { clip: clip, classes: data.classes, parameters: {t: t}, logits: batch => { o.zero_grad(); batch.features @ t.T } } }\nlet m = make()",
      "through an object of type Optimizer", "read the tensor directly"
    ),
    (
      "func make() { let t = parameter(randn([10, 16]))\nlet n = 2 * t\nmodel { clip: clip, classes: data.classes, parameters: {t: t}, logits: batch => batch.features @ n.T } }\nlet m = make()",
      "capture a tensor that was computed from a parameter", "compute it in the function that needs it"
    ),
    (
      "func make() { let t = parameter(randn([10, 16]))\nlet inner = model { clip: clip, classes: data.classes, parameters: {t: t}, logits: batch => batch.features @ t.T }\nmodel { clip: clip, classes: data.classes, parameters: {t: t}, logits: batch => inner.logits(batch, gradient: true) } }\nlet m = make()",
      "through an object of type Model", "read the tensor directly"
    ),
    (
      "func make() { let r = router(16, experts: 10)\nlet f = r.scores\nmodel { clip: clip, classes: data.classes, parameters: {r: r}, logits: batch => f(batch.features) } }\nlet m = make()",
      "capture the method 'scores' without its object",
      "capture the object, and call scores on it where needed"
    ),
  ])
  func whatCannotBeCopiedIsSaid(_ make: String, _ reason: String, _ help: String) {
    let output = run(
      """
      let w = parameter(zeros([10]))
      let table = parameter(randn([10, 16]))
      let held = [table]
      \(make)
      print(m.logits(data.train.batch([0])).shape)
      copy(m)
      """, helps: true)
    #expect(output.hasPrefix("[1, 10]\nE0303 cannot copy the model"), "\(output)")
    #expect(output.contains(reason) && output.contains(help), "\(output)")
  }

  /// A file of such a model says what to do.
  @Test func loadModelSaysWhatToDo() throws {
    try Repository.inFolder { folder in
      let output = run(
        """
        let m = shifted()
        checkpoint(m, "\(folder)/m.safetensors")
        let other = copy(m)
        restore(other, "\(folder)/m.safetensors")
        print(numbers(other) == numbers(m))
        load_model("\(folder)/m.safetensors", clip: clip)
        """, helps: true)
      #expect(output.hasPrefix("true\nE0708 "), "\(output)")
      #expect(output.contains("contains \"mine\", a model of functions"), "\(output)")
      #expect(output.contains("help: create it as in its program, then use restore(mine, \""), "\(output)")
    }
  }
}

/// A model of functions that trains weights of its CLIP model is kept and taken up again like any other.
@Suite struct TrainedTowerTests {
  @Test(arguments: ["routed(clip, ways, names, vision_layernorm: true)", "tuned(clip)"])
  func aTowerThatTrainsIsKept(_ make: String) throws {
    try Repository.inFolder { folder in
      let output = printed(
        OwnModelTests.setup + """
          use {routed} from routed
          use {ways} from small_world
          let names = data.classes
          func tuned(clip) {
            let tower = clip.branch(["visual.proj", "ln_final."])
            model {
              clip: tower, classes: names, parameters: {w: tower.parameters}
              texts: names => tower.encode_text(names, normalize: true)
              logits: (batch, texts) => 10 * (batch.features @ texts.T)
            }
          }
          seed(1)
          let [a, b, c] = [\(make), \(make), \(make)]
          train(a, on: data.train, for: 3 steps, batch: 10, optimizer: sgd(lr: 0.05), seed: 1, quiet: true)
          checkpoint(a, "\(folder)/a.safetensors")
          let batch = data.train.batch([0, 1, 2])
          print(equal(a.logits(batch), b.logits(batch)))
          restore(b, "\(folder)/a.safetensors")
          print(equal(a.logits(batch), b.logits(batch)), b.clip.hash == a.clip.hash, c.clip.hash == clip.hash)
          try { restore(c, "\(folder)/a.safetensors", strict: false) } catch e { print(e.message) }
          let other = clip_model({
            embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
            text: {width: 16, layers: 1, heads: 2}
            vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
          }, seed: 2)
          func of(clip) { \(make) }
          try { restore(of(other), "\(folder)/a.safetensors") } catch e { print(e.code, e.message.contains("another CLIP model")) }
          """)
      #expect(output == "false\ntrue true true\nE0708 true\n", "\(output)")
    }
  }
}

/// `clip.branch`: weights of one's own beside shared ones.
@Suite struct BranchLanguageTests {
  private func run(_ program: String, helps: Bool = false) -> String {
    printed(OwnModelTests.setup + program, helps: helps)
  }

  @Test func onlyWhatIsChosenTrainsAndNothingElseMoves() {
    let output = run(
      """
      let before = clip.hash
      let tower = clip.branch(name => name.starts_with("visual.transformer.") and name.contains(".ln_"))
      let [by_list, by_name] = [clip.branch(["visual.ln_post.", "visual.proj"]), clip.branch("visual.ln_post.")]
      print(len(tower.parameters), len(by_list.parameters), by_name.parameters.names, tower.hash == before)
      let pixels = randn([2, 1, 16, 16])
      let start = clip.encode_image(pixels)
      print(start.requires_grad, tower.encode_image(pixels).requires_grad, max(abs(tower.encode_image(pixels) - start)).item() < 1e-5)
      let opt = sgd(tower.parameters, lr: 0.5)
      sum(tower.encode_image(pixels) ** 2).backward()
      opt.step()
      print(clip.hash == before, tower.hash == before, equal(clip.encode_image(pixels), start))
      print(by_list.hash == before, equal(tower.encode_text(["a"]), clip.encode_text(["a"])))
      """)
    #expect(
      output == """
        4 3 ["visual.ln_post.weight", "visual.ln_post.bias"] true
        false true true
        true false true
        true true

        """, "\(output)")
  }

  @Test(arguments: [
    ("clip.branch(\"nothing\")", "E0602", "begins with \"nothing\""),
    ("clip.branch([])", "E0602", "was chosen"), ("clip.branch(name => false)", "E0602", "was chosen"),
    ("clip.branch(name => 3)", "E0303", "return true or false"), ("clip.branch(3)", "E0303", ""),
    (
      "clip.unfreeze(\"visual.proj\")\nclip.branch(\"visual.ln_post\")", "E0602",
      "visual.proj is trainable in this model, and a branch would share it"
    ),
    ("clip.branch()", "E0304", ""),
  ])
  func whatDoesNotFitIsRefused(_ call: String, _ code: String, _ text: String) {
    let output = run(call, helps: true)
    #expect(output.hasPrefix(code) && (text.isEmpty || output.contains(text)), "\(output)")
  }

  /// Where the model trains what the branch has of its own, the branch begins there.
  @Test func aBranchOfABranch() {
    let output = run(
      """
      let a = clip.branch("visual.proj")
      a.parameters[0].assign(zeros(a.parameters[0].shape))
      let b = a.branch(["visual.proj", "visual.ln_post."])
      print(len(b.parameters), sum(abs(b.parameters["visual.proj"])).item(), sum(abs(clip.parameters["visual.proj"])).item() > 0)
      b.parameters["visual.proj"].assign(ones(a.parameters[0].shape))
      print(sum(abs(a.parameters[0])).item())
      """)
    #expect(output == "3 0.0 true\n0.0\n", "\(output)")
  }
}
