import MocoLang
import MocoRuntime
import Testing

/// `copy(x)` gives what later changes of x do not reach, and refuses what it cannot give.
@Suite struct CopyLanguageTests {
  private let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let data = dataset("fashion").styled(seed: 3).few_shot(2, seed: 3)
    let few = data.train
    templates ways {
      group "plain"  { "a clean photo of a {}." "a photo of a {}." }
      group "dark"   { "a dark photo of the {}, at night." }
    }
    func move(model) {
      let opt = sgd(model.parameters, lr: 0.5)
      for batch in few.batches(10) {
        opt.zero_grad()
        model.loss(batch).backward()
        opt.step()
      }
    }
    func same(a, b) { all([equal(x, y) for [x, y] in zip(a, b)]) }

    """

  @Test func tensorsGetNumbersOfTheirOwn() {
    let output = printed(
      """
      let w = parameter(tensor([1.0, 2.0]))
      let [a, b, c, alias] = [copy(w), w.copy(), copy(w[0...-1]), w]
      let opt = sgd([w], lr: 0.5)
      for _ in 0..<3 { opt.zero_grad(); (w * w).sum().backward(); opt.step() }
      print(w.to_list(), alias.to_list(), a.to_list(), b.to_list(), c.to_list(), a.requires_grad)
      let t = arange(4)
      let [row, own] = [t[1..<3], copy(t[1..<3])]
      t[1] = 9
      print(row.to_list(), own.to_list(), own.dtype, copy(t > 2).dtype)
      let r = {t: t, n: 1}
      let shallow = copy(r)
      r.n = 2
      t[0] = 7
      print(shallow.n, shallow.t[0].item(), copy(r.t)[0].item())
      """)
    #expect(
      output == """
        [0.0, 0.0] [0.0, 0.0] [1.0, 2.0] [1.0, 2.0] [1.0, 2.0] false
        [9, 2] [1, 2] int64 bool
        1 7 7

        """)
  }

  @Test func theHelpOfWritingInPlaceIsTrue() {
    let output = printed(
      """
      let w = parameter(tensor([1.0, 2.0]))
      try { w[0] = 5 } catch e { print(e.code, e.help) }
      let own = w.copy()
      own[0] = 5
      let other = copy(w)
      other[1] = 6
      print(own.to_list(), other.to_list(), w.to_list())
      """)
    #expect(
      output == """
        E0207 write into x.copy(), or assign new numbers to a parameter: w.assign(…)
        [5.0, 2.0] [1.0, 6.0] [1.0, 2.0]

        """)
  }

  @Test(arguments: [
    "mixture(clip, ways, classes: data.classes)",
    "mixture(clip, ways, classes: data.classes, base: data.classes[0..<5]) { router { kind: \"uniform\" } }",
    "mixture(clip, ways, classes: data.classes, vision_layernorm: true) { router { top_k: 1 } }",
    "coop(clip, classes: data.classes)", "coop(clip, classes: data.classes, tokens: 3, shared: false)",
    "linear_probe(clip, on: few)",
  ])
  func modelsGetParametersOfTheirOwn(make: String) {
    let output = printed(
      setup + """
        let model = \(make)
        let start = copy(model)
        let batch = few.batch(0..<4)
        let said = start.logits(batch)
        print(equal(model.logits(batch), said), start.parameters.names == model.parameters.names, start.base == model.base)
        let before = copy(model.parameters)
        let kept = copy(start.parameters)
        move(model)
        print(same(start.parameters, before), same(start.parameters, kept), same(model.parameters, before))
        print(equal(start.logits(batch), said), equal(model.logits(batch), said))
        let moved = copy(model)
        let middle = copy(model.parameters)
        move(start)
        print(same(model.parameters, middle), same(start.parameters, kept), same(moved.parameters, middle))
        print(evaluate(start, on: few).count == len(few), type(start) == type(model))
        """)
    if make.contains("base:") {
      // Training images of classes that are not base classes are refused.
      #expect(output.hasPrefix("true true true\n"), "\(output)")
      return
    }
    #expect(
      output == "true true true\ntrue true false\ntrue false\ntrue false true\ntrue true\n", "\(output)")
  }

  @Test func partsAndClipAreCopied() {
    let output = printed(
      setup + """
        let mix = mixture(clip, ways, classes: data.classes)
        let [router, prompts, weight, w] = [copy(mix.router), copy(mix.prompts), copy(mix.router.weight), copy(mix.w)]
        let live = mix.router.weight
        let [first, encoded] = [copy(mix.router.weight), prompts.encode(["cat"])]
        move(mix)
        print(equal(router.weight, first), equal(weight, first), equal(live, first), equal(live, mix.router.weight))
        print(equal(prompts.encode(["cat"]), encoded), equal(mix.prompts.encode(["cat"]), encoded), w.requires_grad)
        let other = copy(clip)
        print(other == clip, other.hash == clip.hash)
        clip.train_all()
        let tuned = copy(mix)
        print(tuned.clip == mix.clip)
        let opt = sgd(clip.parameters, lr: 0.5)
        clip.encode_text(["a cat"]).sum().backward()
        opt.step()
        print(other.hash == clip.hash, tuned.clip.hash == clip.hash, tuned.clip.hash == other.hash)
        """)
    #expect(
      output == """
        true true false true
        true false false
        false true
        false
        false false true

        """, "\(output)")
  }

  @Test func whatNeverChangesIsGivenAsItIs() {
    let output = printed(
      """
      let f = x => x + 1
      print(copy(nil), copy(true), copy(3), copy(0.5), copy("a"), copy(0..<3), copy(2 epochs), copy(f)(1), copy(len)([1]))
      print(copy(cosine(warmup: 2)), copy(sgd(lr: 0.5)))
      """)
    #expect(
      output.hasPrefix("nil true 3 0.5 a 0..<3 2 epochs 2 1\n") && !output.contains("E0"), "\(output)")
  }

  @Test func theRestIsRefusedByName() {
    let output = printed(
      setup + """
        let w = parameter(tensor([1.0]))
        for x in [data, few, few.batch([0]), plot, sgd([w], lr: 0.25)] {
          try { copy(x) } catch e { print(e.code, e.message, "|", e.help) }
        }
        try { sgd(copy(mixture(clip, ways, classes: data.classes).parameters)) } catch e { print(e.code, e.message) }
        """)
    let lines = output.split(separator: "\n").map(String.init)
    #expect(lines.count == 6, "\(output)")
    for (line, type) in zip(lines, ["Dataset", "Split", "Batch", "Module"]) {
      #expect(line.hasPrefix("E0303 copy accepts") && line.contains("not a \(type)"), "\(line)")
    }
    #expect(
      lines.dropFirst(4).first?.hasSuffix("| make one for the copied model: sgd(copied, lr: 0.25)") ?? false)
    #expect(lines.last?.hasPrefix("E0207 none of these") ?? false, "\(output)")
  }
}
