import Foundation
import MocoLang
import MocoRuntime
import MocoTestSupport
import Testing

/// Models whose functions stand in the program: everything takes them as it takes the built-in ones.
@Suite struct OwnModelTests {
  static let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let data = dataset("fashion").few_shot(2, seed: 3)
    func shifted(name = "mine", seed = 1, rate = 1.0) {
      let w = parameter(0.1 * randn([16], seed: seed))
      let b = parameter(0.1 * randn([10], seed: seed + 9))
      model {
        name: name
        clip: clip
        classes: data.classes
        parameters: {w: w, b: {value: b, rate: rate, decay: 0}}
        per_class: ["b"]
        fixed: names => clip.encode_text(["a photo of a \\(n)." for n in names], normalize: true)
        texts: (names, places, fixed) => ({t: normalize(fixed + w), b: b[places]})
        logits: (batch, t) => clip.scale * (batch.features @ t.t.T) + t.b
      }
    }
    func numbers(m) { [p.to_list() for p in m.parameters] }

    """
  private func run(_ program: String, helps: Bool = false) -> String {
    printed(OwnModelTests.setup + program, helps: helps)
  }

  @Test func itIsAModelLikeTheOthers() throws {
    try Repository.inFolder { folder in
      let output = run(
        """
        let m = shifted()
        print(m, type(m), m.kind, m.name, m.experts, m.parameters.names, m.base == data.classes)
        show m
        let batch = data.train.batches(6)[0]
        print(abs(m.loss(batch).item() - cross_entropy(m.logits(batch), batch.labels).item()) < 1e-5)
        print(len(m.predict(batch)), m.predict(data.test[0])[0] in data.classes)
        let run = train m on data.train for 3 epochs { batch: 10, quiet: true }
        print(run.model, run.steps, len(run.losses), keys(run.epochs[0]))
        let report = evaluate m on data.test[0..<20] { quiet: true }
        print(report.kind, report.count)
        let f = forecast(m, on: data.train, for: 3 epochs)
        print(f.steps, f.seconds_per_step > 0, f.nodes, f.flops)
        print(checkpoint(m, "\(folder)/m"))
        let other = shifted(seed: 5)
        print(restore(other, "\(folder)/m").loaded, numbers(other) == numbers(m))
        print(evaluate(other, on: data.test[0..<20], quiet: true).accuracy == report.accuracy)
        """)
      #expect(
        output == """
          <mine: 10 classes> Model mine mine [] ["w", "b"] true
          <mine: 10 classes>
            functions: fixed, texts, logits
            parameter w: [16]
            parameter b: [10], decay 0.0
            classes: t-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag,
                     ankle boot
            2 parameters, 26 numbers
          true
          6 true
          mine 6 3 ["index", "epochs", "step", "loss", "class", "lr", "accuracy", "gate_load", "seconds", "validation"]
          mine 20
          3 true nil nil
          \(folder)/m
          ["w", "b"] true
          true

          """, "\(output)")
    }
  }

  /// What functions read is all that is made; a function is called no more often than it needs to be.
  @Test func functionsAreCalledWhenTheirAnswerMayBeAnother() {
    let output = run(
      """
      let w = parameter(0.1 * randn([16], seed: 1))
      let calls = {fixed: 0, texts: 0, constant: 0}
      let m = model {
        clip: clip, classes: data.classes, parameters: {w: w}
        fixed: names => { calls.fixed = calls.fixed + 1
          clip.encode_text(names, normalize: true) }
        texts: (names, places, fixed) => { calls.texts = calls.texts + 1
          fixed + w }
        logits: (batch, texts) => batch.features @ texts.T
      }
      let constant = model {
        clip: clip, classes: data.classes, parameters: {w: w}
        texts: names => { calls.constant = calls.constant + 1
          clip.encode_text(names, normalize: true) }
        logits: (batch, texts) => (batch.features + w) @ texts.T
      }
      let _ = train(m, on: data.train, for: 2 epochs, batch: 5, quiet: true)
      print(calls)                                       // eight steps
      let _ = evaluate(m, on: data.test[0..<20], batch: 5, quiet: true)
      let _ = evaluate(m, on: data.test[0..<20], batch: 5, quiet: true)
      print(calls)
      w.assign(w + 1)
      let _ = evaluate(m, on: data.test[0..<20], batch: 5, quiet: true)
      print(calls)
      let _ = train(constant, on: data.train, for: 2 epochs, batch: 5, quiet: true)
      print(calls)
      let hidden = model {
        clip: clip, classes: data.classes, parameters: {w: w}
        texts: names => { calls.constant = calls.constant + 1
          clip.encode_text(names, normalize: true) + w.detach() }
        logits: (batch, texts) => (batch.features + w) @ texts.T
      }
      let _ = train(hidden, on: data.train, for: 2 epochs, batch: 5, quiet: true)
      print(calls.constant)                              // it looks at w unseen: again in each step
      // What is computed where nothing is recorded shows too whether a parameter is in it.
      func counted(give) {
        calls.constant = 0
        let m = model { clip: clip, classes: data.classes, parameters: {w: w}
          texts: names => { calls.constant = calls.constant + 1
            no_grad(() => give(names)) }
          logits: (batch, texts) => (batch.features + w) @ texts.T }
        let _ = train(m, on: data.train, for: 2 epochs, batch: 5, quiet: true)
        calls.constant
      }
      let ctx = parameter(clip.embed("a photo"))
      print(counted(n => clip.encode_text(n, normalize: true)), counted(n => clip.encode_text(n) + w),
        counted(n => clip.encode_text([[ctx, x] for x in n])))
      // Whoever writes into what is kept does not change what comes after.
      let kept = model { clip: clip, classes: data.classes
        texts: n => clip.encode_text(n, normalize: true)
        logits: (batch, texts) => { let l = batch.features @ texts.T
          texts[0] = 0
          l } }
      let x = data.test[0..<3].batches(3)[0]
      print(equal(kept.logits(x), kept.logits(x)))
      """)
    #expect(
      output == """
        {fixed: 1, texts: 8, constant: 0}
        {fixed: 1, texts: 9, constant: 0}
        {fixed: 1, texts: 10, constant: 0}
        {fixed: 1, texts: 10, constant: 1}
        9
        1 8 8
        true

        """, "\(output)")
  }

  @Test func aSoftPromptIsTheBuiltInOne() {
    let output = run(
      """
      let few = dataset("fashion").few_shot(4, seed: 3)
      let own = soft_prompts(clip, {one: ["a photo of a {}."]})
      let teacher = "a picture of a {}."
      let mine = model {
        name: "kgcoop"
        clip: clip
        classes: few.classes
        base: few.base.classes
        parameters: own.parameters
        fixed: names => clip.encode_text([teacher.replace("{}", n) for n in names], normalize: true)
        texts: names => normalize(own.encode(names, full_stop: true)[0])
        logits: (batch, texts) => clip.scale * (batch.features @ texts.T)
        loss: (batch, logits, texts, fixed) => ({
          class: cross_entropy(logits, batch.labels)
          knowledge: 8 * (1 - sum(texts * fixed) / len(batch.classes))
        })
      }
      let built = kgcoop(clip, classes: few.classes, template: teacher, base: few.base.classes)
      let o = sgd(lr: 0.05, momentum: 0.9, weight_decay: 5e-4)
      let a = train(mine, on: few.base.train, for: 5 epochs, batch: 5, optimizer: o, seed: 3, quiet: true)
      let b = train(built, on: few.base.train, for: 5 epochs, batch: 5, optimizer: o, seed: 3, quiet: true)
      print(a.steps, max(abs(tensor(a.losses) - tensor(b.losses))).item() < 1e-5)
      print(max(abs(mine.parameters[0] - built.parameters[0])).item() < 1e-5)
      print(abs(a.epochs[4].knowledge - 8 * b.epochs[4].knowledge) < 1e-5)
      let x = evaluate(mine, on: few.test[0..<40], quiet: true)
      let y = evaluate(built, on: few.test[0..<40], quiet: true)
      print(x.base == y.base, x.new == y.new, x.h == y.h)
      print(max(abs(mine.logits(randn([2, 16], seed: 4), classes: ["cat", "dog"]) - built.logits(randn([2, 16], seed: 4), classes: ["cat", "dog"]))).item() < 1e-4)
      """)
    #expect(output == "20 true\ntrue\ntrue\ntrue true true\ntrue\n", "\(output)")
  }

  /// The same with prompts as pieces: text and soft tokens.
  @Test(arguments: ["coop", "kgcoop"]) func aPromptOfPiecesIsTheBuiltInOne(_ kind: String) {
    let output = run(
      """
      let few = dataset("fashion").few_shot(4, seed: 3)
      let ctx = parameter(clip.embed("a photo of a"))
      let teacher = "a picture of a {}."
      let mine = model {
        name: "\(kind)"
        clip: clip
        classes: few.classes
        base: few.base.classes
        parameters: {ctx: ctx}
        fixed: names => clip.encode_text([teacher.replace("{}", n) for n in names], normalize: true)
        texts: names => clip.encode_text([[ctx, "\\(n)."] for n in names], normalize: true)
        logits: (batch, texts) => clip.scale * (batch.features @ texts.T)
        loss: (batch, logits, texts, fixed) => {
          let near = 8 * (1 - sum(texts * fixed) / len(batch.classes))
          let class_loss = cross_entropy(logits, batch.labels)
          if "\(kind)" == "coop" { class_loss } else { ({class: class_loss, knowledge: near}) }
        }
      }
      let built = \(kind)(clip, classes: few.classes, base: few.base.classes\(kind == "coop" ? "" : ", template: teacher"))
      let o = sgd(lr: 0.05, momentum: 0.9, weight_decay: 5e-4)
      let a = train(mine, on: few.base.train, for: 5 epochs, batch: 5, optimizer: o, seed: 3, quiet: true)
      let b = train(built, on: few.base.train, for: 5 epochs, batch: 5, optimizer: o, seed: 3, quiet: true)
      print(a.steps, max(abs(tensor(a.losses) - tensor(b.losses))).item() < 1e-5)
      print(max(abs(mine.parameters[0] - built.parameters[0])).item() < 1e-5)
      let x = evaluate(mine, on: few.test[0..<40], quiet: true)
      let y = evaluate(built, on: few.test[0..<40], quiet: true)
      print(x.base == y.base, x.new == y.new, x.accuracy == y.accuracy)
      """)
    #expect(output == "20 true\ntrue\ntrue true true\n", "\(output)")
  }

  /// Pixels and kept features, views of images, and a tower that trains: each what it should be.
  @Test func viewsAndTrainedTowersReachIt() {
    let output = run(
      """
      func shifting(what) {
        let w = parameter(zeros([16]))
        model { clip: clip, classes: data.classes, parameters: {w: w}
          texts: names => normalize(clip.encode_text(["a photo of a \\(n)." for n in names]) + w)
          logits: (batch, texts) => clip.scale * (what(batch) @ texts.T) }
      }
      func losses(m, views) { train(m, on: data.train, for: 2 epochs, batch: 10, views: views, optimizer: sgd(lr: 0.1), quiet: true).losses }
      let [kept, pixels] = [b => b.features, b => clip.encode_image(b.images, normalize: true)]
      for views in [nil, 2, "fresh"] {
        let [a, b] = [losses(shifting(kept), views), losses(shifting(pixels), views)]
        print(max(abs(tensor(a) - tensor(b))).item() < 1e-5)
      }
      clip.train_all()
      let m = model { clip: clip, classes: data.classes, parameters: {clip: clip}, unused: ["clip.logit_scale"]
        texts: names => clip.encode_text(names, normalize: true)
        logits: (batch, texts) => {
          let seen = no_grad(() => batch.features)         // does not take the way back from the one below
          batch.extra = seen
          10 * (batch.features @ texts.T)
        }
        loss: (batch, logits) => ({class: cross_entropy(logits, batch.labels), log: {same: sum(batch.features - batch.extra)}}) }
      let before = clip.parameters["visual.conv1.weight"].copy()
      let run = train(m, on: data.train, for: 2 epochs, batch: 10, optimizer: sgd(lr: 0.01), quiet: true)
      print(abs(run.epochs[0].same) < 1e-4)
      print(len(m.parameters) == len(clip.parameters), equal(before, clip.parameters["visual.conv1.weight"]))
      """)
    #expect(output == "true\ntrue\ntrue\ntrue\ntrue false\n", "\(output)")
  }

  @Test func whatItReadsOfImagesIsMade() {
    let output = run(
      """
      let w = parameter(zeros([16]))
      let features = dataset(features: randn([8, 16], seed: 3), labels: [i % 2 for i in 0..<8], classes: ["a", "b"]).train
      func reading(what) {
        model { clip: clip, classes: ["a", "b"], parameters: {w: w}
          texts: names => clip.encode_text(names, normalize: true)
          logits: (batch, texts) => (what(batch) + w) @ texts.T }
      }
      let by_pixels = reading(b => clip.encode_image(b.images, normalize: true))
      let by_features = reading(b => b.features)
      let raw = reading(b => normalize(b.raw_features))
      let x = data.train.batches(3)[0]
      let asked = ["a", "b"]
      print(max(abs(by_pixels.logits(x, classes: asked) - by_features.logits(x, classes: asked))).item() < 1e-5)
      print(max(abs(raw.logits(x, classes: asked) - by_features.logits(x, classes: asked))).item() < 1e-6)
      let _ = train(by_features, on: features, for: 1 epoch, quiet: true)
      print(evaluate(by_features, on: features, quiet: true).count)
      try { evaluate(by_pixels, on: features, quiet: true) } catch e { print(e.code, e.message) }
      try { train(by_pixels, on: features, for: 1 epoch, quiet: true) } catch e { print(e.code) }
      try { by_pixels.logits(randn([2, 16])) } catch e { print(e.code, e.message) }
      """)
    #expect(
      output == """
        true
        true
        8
        E0520 the images of "train" cannot be turned into pixels: the data set contains features, not pixels
        E0520
        E0705 the model "model" reads batch.images, but the batch contains features

        """, "\(output)")
  }

  @Test func classesHaveRowsByName() throws {
    try Repository.inFolder { folder in
      let output = run(
        """
        let m = shifted()
        let _ = train(m, on: data.train, for: 1 epoch, batch: 10, quiet: true)
        let _ = checkpoint(m, "\(folder)/m")
        func other(per_class, classes) {
          let w = parameter(zeros([16]))
          let b = parameter(zeros([len(classes)]))
          model { name: "mine", clip: clip, classes: classes, parameters: {w: w, b: b}, per_class: per_class
            texts: (names, places) => b[places]
            logits: (batch, t) => zeros([len(batch), len(batch.classes)]) + t }
        }
        let turned = other(["b"], reverse(data.classes))
        let found = restore(turned, "\(folder)/m")
        print(found.loaded, equal(turned.parameters["b"], m.parameters["b"][range(9, -1, by: -1)]))
        try { restore(other(nil, reverse(data.classes)), "\(folder)/m") } catch e { print(e.code, e.help) }
        try { other(["b"], ["x", "y"]).logits(randn([1, 16]), classes: ["x", "z"]) } catch e { print(e.code, e.message) }
        print(evaluate(m, on: data.base.test[0..<10], quiet: true).count)
        """)
      #expect(
        output.hasSuffix(
          """
          ["w", "b"] true
          E0708 name the parameters that have one row per class, such as per_class: ["x"]
          E0704 this mine has parameters for each of its classes, but none for "z"
          10

          """), "\(output)")
      #expect(output.contains("rows are matched by name"), "\(output)")
    }
  }

  @Test func anotherFaultIsAnErrorAndTheModelStays() {
    let output = run(
      """
      let w = parameter(0.1 * randn([16], seed: 1))
      let v = parameter(zeros([16]))
      let before = w.to_list()
      func faulty(logits = nil, loss = nil, parameters = {w: w}, unused = nil) {
        model { name: "faulty", clip: clip, classes: data.classes, parameters: parameters, unused: unused
          texts: names => clip.encode_text(names, normalize: true) + w
          logits: logits ?? ((batch, texts) => batch.features @ texts.T), loss: loss }
      }
      for m in [
        faulty(logits: (b, t) => b.features), faulty(logits: (b, t) => nil), faulty(logits: (b, t) => b.labls),
        faulty(loss: (b, l) => l), faulty(loss: (b, l) => ({})), faulty(loss: (b, l) => ({lr: sum(l)})),
        faulty(loss: (b, l) => ({a: sum(l), log: {a: 1}})), faulty(loss: (b, l) => "x"), faulty(loss: (b, l) => 0.5),
        faulty(loss: (b, l) => ({a: sum(l), gradients: {q: w}})), faulty(loss: (b, l) => ({a: sum(l), gradients: {w: l}})),
        faulty(parameters: {w: w, v: v}), faulty(loss: (b, l) => sum(l) * nan), faulty(loss: (b, l) => error("stop it"))
      ] {
        try { train(m, on: data.train, for: 1 epoch, batch: 10, quiet: true) } catch e { print(e.code, e.message, e.line != nil) }
        assert(w.to_list() == before and w.grad == nil)
      }
      print(train(faulty(parameters: {w: w, v: v}, unused: ["v"]), on: data.train, for: 1 epoch, batch: 10, quiet: true).steps)
      """)
    #expect(
      output == """
        E0713 'logits' of the model "faulty" returned shape [10, 16], not [images, names] = [10, 10] true
        E0713 'logits' of the model "faulty" returned nil, not a tensor [images, names] true
        E0309 a ModelBatch has no member 'labls' true
        E0713 loss of the model "faulty" has shape [10, 10], not a single number true
        E0713 'loss' of the model "faulty" returned a record without parts true
        E0713 'lr' is reserved: an epoch has a field of that name true
        E0713 duplicate name 'a' in 'log' and the loss true
        E0713 loss of the model "faulty" is the String "x", not a number true
        E0714 the loss of the model "faulty" does not reach its parameter w true
        E0713 'q' in 'gradients' is not a parameter of the model "faulty" true
        E0713 shape mismatch for w: gradient [10, 10], parameter [16] true
        E0714 the loss of the model "faulty" does not reach its parameter v true
        E0707 the loss is nan at step 1 (epoch 1) true
        E0900 stop it true
        2

        """, "\(output)")
  }

  @Test func whatMakesItIsLookedAt() {
    let output = run(
      """
      let w = parameter(zeros([16]))
      func made(f) { try { f() } catch e { print(e.code, e.message) } }
      made(() => model { clip: clip, classes: data.classes, logits: 3 })
      made(() => model { clip: clip, classes: data.classes, logits: (a, b, c, d) => 3 })
      made(() => model { clip: clip, classes: [], logits: a => 3 })
      made(() => model { clip: clip, classes: data.classes, logits: a => 3, parameters: [w] })
      made(() => model { clip: clip, classes: data.classes, logits: a => 3, parameters: {w: w * 2} })
      made(() => model { clip: clip, classes: data.classes, logits: a => 3, parameters: {w: zeros([2])} })
      made(() => model { clip: clip, classes: data.classes, logits: a => 3, parameters: {w: w, v: [w]} })
      made(() => model { clip: clip, classes: data.classes, logits: a => 3, parameters: {w: {value: w, lr: 2}} })
      made(() => model { clip: clip, classes: data.classes, logits: a => 3, parameters: {w: {value: w, rate: -1}} })
      made(() => model { clip: clip, classes: data.classes, logits: a => 3, parameters: {w: w}, per_class: ["w"] })
      made(() => model { clip: clip, classes: data.classes, logits: a => 3, parameters: {w: w}, unused: ["v"] })
      made(() => model { clip: clip, classes: data.classes, logits: a => 3, experts: ["a"] })
      made(() => model { clip: clip, classes: data.classes, logits: a => 3, weights: a => 3 })
      made(() => train(shifted(), on: data.train, for: 1 epoch, memory: "1 GB", quiet: true))
      print(model(clip, data.classes, a => 3, parameters: {w: [w, {value: parameter([1.0]), rate: 2}], r: router(16, experts: 2)}).parameters.names)
      """)
    #expect(output.hasSuffix("[\"w.0\", \"w.1\", \"r.gate.weight\", \"r.gate.bias\"]\n"), "\(output)")
    let codes = output.split(separator: "\n").map { String($0.prefix(5)) }.dropLast()
    #expect(
      Array(codes) == [
        "E0303", "E0305", "E0703", "E0303", "E0207", "E0207", "E0305", "E0306", "E0305", "E0305", "E0305",
        "E0304", "E0304", "E0706",
      ],
      "\(output)")
  }

  @Test func expertsAreRouted() {
    let output = run(
      """
      let ways = {plain: "a photo of a {}.", sketch: "a sketch of a {}."}
      let r = router(16, experts: 2, top_k: 1, seed: 2)
      let m = model {
        name: "two", clip: clip, classes: data.classes, parameters: {router: r}, experts: keys(ways)
        texts: names => stack([clip.encode_text([w.replace("{}", n) for n in names], normalize: true) for w in values(ways)])
        weights: batch => r.weights(batch.features)
        logits: (batch, texts) => clip.scale * einsum("bg,bd,gcd->bc", batch.weights, batch.features, texts)
        loss: (batch, logits) => ({class: cross_entropy(logits, batch.labels), gate: mean(batch.weights ** 2)})
      }
      let soft = train(m, on: data.train, for: 1 epoch, batch: 10, quiet: true)
      print(abs(sum(soft.epochs[0].gate_load) - 1) < 1e-6, len(soft.idle) <= 1)
      let why = route(m, data.test[0])
      print(why.prediction == m.predict(data.test[0])[0], [e.group for e in why.experts].sorted(), why.experts[0].chosen)
      print(m.weights(data.train.batches(4)[0]).shape, dead(m, on: data.test[0..<20]).count)
      let report = evaluate m on data.test[0..<20].in_every_style() { quiet: true }
      print(report.routing.rows)
      """)
    #expect(
      output.hasPrefix("true true\ntrue [\"plain\", \"sketch\"] true\n[4, 2] 20\n"), "\(output)")
  }
}
