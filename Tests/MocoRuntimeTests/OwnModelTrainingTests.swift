import Foundation
import MocoLang
import MocoRuntime
import MocoTestSupport
import Testing

/// Training as people vary it: groups of parameters, schedules, averages, gradients as values, numbers of one's own.
@Suite struct OwnModelTrainingTests {
  private func run(_ program: String) -> String { printed(OwnModelTests.setup + program) }

  /// Wherever a training is cut, from memory and from a file, it goes on to the same bits.
  @Test(arguments: [
    "average: ema(0.5)", "average: gaussian(mean: 2, std: 1)",
    "average: gaussian(mean: 2, std: 1), keep_best: data.val[0..<10]",
    "average: ema(0.9), keep_best: data.val[0..<10], metric: \"nll\"",
    "schedule: (step, steps) => 1 - step / steps", "schedule: (s, n, epoch, epochs) => 0.5 ** epoch",
  ]) func itGoesOn(_ option: String) throws {
    try Repository.inFolder { folder in
      let output = run(
        """
        func go(m, hear, origin = nil, path = nil) {
          train(m, on: data.train, for: 4 epochs, batch: 5, optimizer: sgd(lr: 0.2, momentum: 0.9), \(option), each_step: hear, resume: origin, checkpoint: path, seed: 7, quiet: true)
        }
        let whole = shifted(rate: 0.5)
        let all = go(whole, nil)
        for step in range(1, 16, by: 2) {
          let cut = try { go(shifted(rate: 0.5), s => if s.index == step { error("cut") }) } catch e { e.run }
          let other = shifted(seed: 5, rate: 0.5)
          let rest = go(other, nil, cut)
          if not (numbers(other) == numbers(whole) and rest.losses == all.losses and rest.validation == all.validation) { print("other bits after", step) }
          let _ = go(shifted(rate: 0.5), s => if s.index == step { stop }, nil, "\(folder)/c")
          let third = shifted(seed: 6, rate: 0.5)
          let again = go(third, nil, "\(folder)/c")
          if not (numbers(third) == numbers(whole) and again.losses == all.losses) { print("other bits from the file after", step) }
          if all.last != nil { if [p.to_list() for p in again.last] != [p.to_list() for p in all.last] { print("other last ones") } }
        }
        print("compared")
        """)
      #expect(output == "compared\n", "\(output)")
    }
  }

  /// An error within a function stops between two steps, and the training goes on to the same bits.
  @Test func aRunWithoutParametersOrWithAnErrorWithinIsTold() {
    let output = run(
      """
      let still = model { name: "still", clip: clip, classes: data.classes
        texts: names => clip.encode_text(names, normalize: true), logits: (b, t) => b.features @ t.T }
      print(evaluate(still, on: data.test[0..<10], quiet: true).count)
      try { train(still, on: data.train, for: 1 epoch) } catch e { print(e.code, e.help) }
      try { forecast(still, on: data.train, for: 1 epoch) } catch e { print(e.code, e.help) }
      var left = 5
      let m = shifted()
      let b = parameter(zeros([16]))
      let failing = model { name: "failing", clip: clip, classes: data.classes, parameters: {b: b}
        texts: names => clip.encode_text(names, normalize: true) + b
        logits: (batch, texts) => { left -= 1
          if left == 0 { error("enough") }
          batch.features @ texts.T } }
      let cut = try { train(failing, on: data.train, for: 4 epochs, batch: 5, optimizer: sgd(lr: 1), quiet: true) } catch e { print(e.message)
        e.run }
      let rest = train(failing, on: data.train, for: 4 epochs, batch: 5, optimizer: sgd(lr: 1), resume: cut, quiet: true)
      let got = b.copy()
      b.assign(zeros([16]))
      let all = train(failing, on: data.train, for: 4 epochs, batch: 5, optimizer: sgd(lr: 1), quiet: true)
      print(cut.steps, rest.losses == all.losses, equal(got, b))
      """)
    #expect(
      output == """
        10
        E0709 add its parameters: parameters: {name: tensor}
        E0709 add its parameters: parameters: {name: tensor}
        enough
        4 true true

        """, "\(output)")
  }

  @Test func averagesAreWhatTheySay() {
    let output = run(
      """
      // Epoch by epoch and step by step, the same sums by hand.
      func ends(average, each) {
        let m = shifted()
        var seen = []
        let run = train(m, on: data.train, for: 3 epochs, batch: 5, optimizer: sgd(lr: 0.2), average: average,
          each_epoch: e => if each == "epoch" { append(seen, m.parameters[0].copy()) },
          each_step: e => if each == "step" { append(seen, m.parameters[0].copy()) }, quiet: true)
        {m: m, seen: seen, run: run}
      }
      let g = ends(gaussian(mean: 2, std: 1), "epoch")
      let w = [exp(-((e - 2) ** 2) / 2) for e in 1...3]
      let mean_g = sum(stack([w[i] * g.seen[i] for i in range(3)]), axis: 0) / sum(w)
      print(max(abs(mean_g - g.m.parameters[0])).item() < 1e-6, equal(g.run.last[0], g.seen[2]), len(g.seen))
      let e = ends(ema(0.9), "step")
      let n = len(e.seen)
      let v = [0.9 ** (n - 1 - i) for i in range(n)]
      let mean_e = sum(stack([v[i] * e.seen[i] for i in range(n)]), axis: 0) / sum(v)
      print(n, max(abs(mean_e - e.m.parameters[0])).item() < 1e-6, equal(e.run.last[0], e.seen[n - 1]))
      let far = ends(gaussian(mean: 100000, std: 0.001), "epoch")
      print(equal(far.m.parameters[0], far.seen[2]))            // the epoch nearest to the mean has all the weight
      let plain = ends(nil, "step")
      print(plain.run.last, equal(plain.m.parameters[0], e.run.last[0]))
      for wrong in [() => ema(1), () => ema(-0.1), () => gaussian(3, std: 0), () => gaussian(3, std: nan)] {
        try { wrong() } catch e { print(e.code) }
      }
      """)
    #expect(
      output == "true true 3\n12 true true\ntrue\nnil true\nE0706\nE0706\nE0706\nE0706\n", "\(output)")
  }

  @Test func groupsHaveRatesAndDecaysOfTheirOwn() {
    let output = run(
      """
      let data2 = {features: randn([4, 16], seed: 1), labels: [0, 1, 2, 3]}
      func moved(rate, decay) {
        let w = parameter(ones([16]))
        let v = parameter(ones([16]))
        let m = model { clip: clip, classes: data.classes, parameters: {w: w, v: {value: v, rate: rate, decay: decay}}
          texts: n => ones([len(n), 16]), logits: (b, t) => (b.features * (w + v)) @ t.T, loss: (b, l) => sum(w + v) }
        let _ = train(m, on: data.train, for: 1 step, batch: 5, optimizer: sgd(lr: 0.1, weight_decay: 0.5), schedule: constant(), quiet: true)
        [w[0].item(), v[0].item()]
      }
      for [rate, decay] in [[1, nil], [0.1, nil], [1, 0], [0, 3], [2, 1]] { print([round(x * 10000) / 10000 for x in moved(rate, decay)]) }
      // The same by hand.
      let [w, v] = [parameter(ones([2])), parameter(ones([2]))]
      let opt = sgd([{value: w}, {value: v, rate: 0.1, decay: 0}], lr: 0.1, weight_decay: 0.5)
      sum(w + v).backward()
      opt.step()
      print(abs(w[0].item() - 0.85) < 1e-6, abs(v[0].item() - 0.99) < 1e-6)
      """)
    #expect(
      output == """
        [0.85, 0.85]
        [0.85, 0.985]
        [0.85, 0.9]
        [0.85, 1.0]
        [0.85, 0.6]
        true true

        """, "\(output)")
  }

  @Test func anyFunctionIsASchedule() {
    let output = run(
      """
      func rates(schedule) {
        var seen = []
        let _ = train(shifted(), on: data.train, for: 2 epochs, batch: 5, optimizer: sgd(lr: 0.5), schedule: schedule, each_step: s => { append(seen, s.lr) }, quiet: true)
        seen
      }
      print(rates((step, steps) => step / steps))
      print(rates((s, n, epoch, epochs) => (epoch + 1) / epochs))
      print(rates(() => 0.5), rates(s => tensor(0.5))[0])
      func warm(step, steps, floor = 0.1) { max(floor, step / steps) }
      print(rates(warm)[0])
      try { rates(s => nil) } catch e { print(e.code, e.message) }
      try { rates(s => -1) } catch e { print(e.code, e.message) }
      try { rates((a, b, c, d, e) => 1) } catch e { print(e.code) }
      try { rates(cosine) } catch e { print(e.code, e.message) }
      """)
    #expect(
      output == """
        [0.0, 0.0625, 0.125, 0.1875, 0.25, 0.3125, 0.375, 0.4375]
        [0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 0.5, 0.5]
        [0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25] 0.25
        0.05
        E0706 the schedule returned nil for step 0
        E0706 the schedule returned -1.0 for step 0
        E0305
        E0706 the schedule returned a Schedule for step 0

        """, "\(output)")
  }

  @Test func anotherFunctionCannotGoOn() throws {
    try Repository.inFolder { folder in
      let output = run(
        """
        func go(m, schedule, average, path = nil, origin = nil) {
          train(m, on: data.train, for: 2 epochs, batch: 5, schedule: schedule, average: average, checkpoint: path, resume: origin, quiet: true)
        }
        let _ = go(shifted(), s => 1 / (s + 1), ema(0.5), "\(folder)/c")
        for [schedule, average] in [[s => 1 / (s + 2), ema(0.5)], [nil, ema(0.5)], [s => 1 / (s + 1), ema(0.6)], [s => 1 / (s + 1), nil]] {
          try { go(shifted(), schedule, average, nil, "\(folder)/c") } catch e { print(e.code, e.help) }
        }
        print(go(shifted(), s => 1 /
          (s + 1), ema(0.5), nil, "\(folder)/c").steps)
        let other = shifted(seed: 4)
        print(restore(other, "\(folder)/c").notes[0].contains("not their average"))
        """)
      #expect(
        output.hasPrefix(
          """
          E0708 pass the same function for schedule, with the same code
          E0708 pass the same function for schedule, with the same code
          E0708 resume with average: ema(0.5)
          E0708 resume with average: ema(0.5)
          8

          """), "\(output)")
      #expect(output.hasSuffix("true\n"), "\(output)")
    }
  }

  @Test func gradientsAreValues() {
    let output = run(
      """
      let w = parameter([3.0, 4.0])
      let u = parameter([1.0, 2.0])
      let y = w * w * u
      let [a, b] = gradients(sum(y), of: [w, u])
      let r = gradients(sum(y), of: {u: u})
      print(a.to_list(), b.to_list(), r.u.to_list(), gradients(sum(y), of: w).to_list(), w.grad, u.grad)
      print(gradients(sum(y * y), of: [y])[0].to_list() == (2 * y).detach().to_list())
      sum(y).backward()
      print(w.grad.to_list() == a.to_list())
      try { gradients(sum(w), of: [w, u]) } catch e { print(e.code, e.message) }
      try { gradients(y, of: [w]) } catch e { print(e.code) }
      try { gradients(sum(tensor([1.0])), of: [w]) } catch e { print(e.code) }
      try { gradients(sum(w), of: [3]) } catch e { print(e.code) }
      try { gradients(sum(y), of: [w]) } catch e { print(e.code) }       // backward has used the way up

      // Through the text tower, twice over one forward pass, in one chunk and in several: each as its own backward.
      let soft = soft_prompts(clip, {one: ["a photo of a {}."]})
      let ctx = soft.parameters[0]
      for size in [2, 60] {
        let names = ["class \\(i)" for i in range(size)]
        func features() { normalize(soft.encode(names)[0]) }
        let t = features()
        let losses = [sum(t ** 3), sum(t[:, 0])]
        let found = [gradients(l, of: ctx) for l in losses]
        func backward_alone(l) {
          ctx.zero_grad()
          l.backward()
          ctx.grad.copy()
        }
        let alone = [backward_alone(sum(features() ** 3)), backward_alone(sum(features()[:, 0]))]
        print([max(abs(found[i] - alone[i])).item() < 1e-6 for i in range(2)])
      }
      """)
    #expect(
      output == """
        [6.0, 16.0] [9.0, 16.0] [9.0, 16.0] [6.0, 16.0] nil nil
        true
        true
        E0207 the loss does not depend on the tensor [1] of 'of'
        E0206
        E0207
        E0303
        E0207
        [true, true]
        [true, true]

        """, "\(output)")
  }

  /// ProGrad's rule, and values of one's own in the records.
  @Test func aLossMayBringItsGradients() throws {
    try Repository.inFolder { folder in
      let output = run(
        """
        let w = parameter(0.3 * randn([16], seed: 2))
        let teacher = names => clip.encode_text(["a photo of a \\(n)." for n in names], normalize: true)
        func losses(batch, logits, fixed) {
          let p = softmax(clip.scale * (batch.features @ fixed.T))
          [cross_entropy(logits, batch.labels), -mean(sum(p * log_softmax(logits), axis: 1))]
        }
        func projected(a, b) {
          let dot = sum(a * b).item()
          if dot < 0 { a - dot / sum(b * b) * b } else { a }
        }
        let m = model {
          name: "prograd", clip: clip, classes: data.classes, parameters: {w: w}, fixed: teacher
          texts: (names, places, fixed) => normalize(fixed + w)
          logits: (batch, texts) => clip.scale * (batch.features @ texts.T)
          loss: (batch, logits, texts, fixed) => {
            let [ce, kd] = losses(batch, logits, fixed)
            let [a, b] = [gradients(ce, of: w), gradients(kd, of: w)]
            {class: ce, gradients: {w: projected(a, b)}, log: {distance: kd, dot: sum(a * b)}}
          }
        }
        // By hand: w moves along what `projected` gives.
        let batch = data.train.batches(20)[0]
        let v = parameter(w.copy())
        let t = normalize(teacher(data.classes) + v)
        let f = batch.features ?? clip.encode_image(batch, normalize: true)
        let l = clip.scale * (f @ t.T)
        let [ce, kd] = losses({features: f, labels: batch.labels}, l, teacher(data.classes))
        let g = projected(gradients(ce, of: v), gradients(kd, of: v))
        let loss = m.loss(batch)
        loss.backward()
        print(max(abs(w.grad - g)).item() < 1e-5, abs(loss.item() - ce.item()) < 1e-6)
        w.zero_grad()
        let run = train(m, on: data.train, for: 2 epochs, batch: 10, optimizer: sgd(lr: 0.1), each_epoch: e => { assert(e.distance > 0) }, each_step: s => { assert(s.distance > 0) }, checkpoint: "\(folder)/c", quiet: true)
        print(has(run.epochs[1], "distance"), has(run.epochs[1], "dot"), has(run.epochs[1], "class"))
        let again = train(m, on: data.train, for: 2 epochs, batch: 10, optimizer: sgd(lr: 0.1), resume: "\(folder)/c", quiet: true)
        print(again.epochs[0].distance == run.epochs[0].distance, again.epochs[1].dot == run.epochs[1].dot)
        """)
      #expect(output.hasPrefix("true true\ntrue true true\n"), "\(output)")
      #expect(output.hasSuffix("true true\n"), "\(output)")
    }
  }

  /// Numbers of the authors' own programs: see Tests/Fixtures/methods. Features given, five steps of SGD.
  @Test func featureMethodsAgreeWithTheirAuthors() {
    let output = run(
      """
      let n = load_tensors("FIXTURE")
      let small = clip_model({
        embedding: 64, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
        text: {width: 16, layers: 1, heads: 2}
        vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
      }, seed: 1)
      let scale = 1 / 0.07
      let classes = ["a", "b", "c", "d", "e"]
      func check(name, m, tensors) {
        let opt = sgd(m.parameters, lr: 2.0, momentum: 0.9, weight_decay: 5e-4)
        for i in range(5) {
          let batch = {features: n["\\(name).features"][i], labels: n["\\(name).labels"][i]}
          if i == 0 { print(max(abs(m.logits(batch.features) - n["\\(name).step0.logits"])).item() < 1e-3) }
          let loss = m.loss(batch)
          opt.zero_grad(); loss.backward()
          if i == 0 { for [k, w] in items(tensors) { print(max(abs(w.grad - n["\\(name).step0.grad.\\(k)"])).item() < 1e-5) } }
          opt.step()
          if abs(loss.item() - n["\\(name).losses"][i].item()) > 1e-4 { print("another loss in step", i) }
        }
        for [k, w] in items(tensors) { print(max(abs(w - n["\\(name).after5.\\(k)"])).item() < 1e-4) }
      }
      let x = parameter(n["taskres.init.prompt_learner.text_feature_residuals"])
      check("taskres", model {
        name: "taskres", clip: small, classes: classes, parameters: {x: x}, per_class: ["x"]
        texts: (names, places) => normalize(n["taskres.texts"][places] + 0.5 * x[places])
        logits: (batch, texts) => scale * (batch.features @ texts.T)
      }, {"prompt_learner.text_feature_residuals": x})
      let [a, b] = [parameter(n["clip_adapter.init.adapter.fc.\\(i).weight"]) for i in [0, 2]]
      check("clip_adapter", model {
        name: "clip_adapter", clip: small, classes: classes, parameters: {a: a, b: b}
        fixed: names => normalize(n["clip_adapter.texts"])
        logits: (batch, texts, fixed) => {
          let f = batch.raw_features
          scale * (normalize(0.2 * relu(relu(f @ a.T) @ b.T) + 0.8 * f) @ fixed.T)
        }
      }, {"adapter.fc.0.weight": a, "adapter.fc.2.weight": b})
      """.replacing("FIXTURE", with: Repository.fixture("methods/own_features.safetensors")))
    #expect(output == String(repeating: "true\n", count: 3 + 5), "\(output)")
  }
}
