import MocoTestSupport
import Testing

/// A mixture's parts as programs build on them: text features, weights, scores and hard features, with gradient.
@Suite struct ModelPartsTests {
  private let setup = """
    use {ways} from small_world
    let clip = load_clip("small")
    let data = dataset("fashion").few_shot(2, seed: 1)
    let batch = data.train.batch([i for i in 0..<12])
    func close(a, b) { max(abs(a - b)).item() < 1e-5 }
    func gradients_of(model, loss) {
      for p in model.parameters { p.grad = nil }
      loss.backward()
      [if p.grad == nil { zeros(p.shape) } else { copy(p.grad) } for p in model.parameters]
    }

    """

  @Test func theLossesCanBeWrittenFromTheParts() {
    let text = printed(
      setup + """
        let mix = mixture(clip, ways, classes: data.classes) { router { top_k: 2, scale: 10 } }
        let loss = mix.loss(batch)
        let t = mix.text_features(gradient: true)
        let hard = mix.hard_features()
        print(t.shape, hard.templates.shape, hard.prototypes.shape)
        let classes = len(data.classes)
        let own = cross_entropy(mix.logits(batch, gradient: true), batch.labels)
        let products = reshape(einsum("gcd,ged->gce", t, hard.prototypes), [6 * classes, classes])
        let told = cross_entropy(products, [c for g in 0..<6 for c in 0..<classes])
        let v = clip.encode_image(batch, normalize: true)
        let near = einsum("bd,gbd->bg", v, hard.prototypes[:, batch.labels])
        let best = topk(near, 2, axis: 1).indices
        let target = softmax(near + 10 * sum(one_hot(best, classes: 6), axis: 1), axis: 1)
        let h = mix.scores(batch, gradient: true)
        let gate = -mean(sum(target * log_softmax(h, axis: 1), axis: 1))
        print(close(own, loss.parts.class), close(told, loss.parts.text), close(gate, loss.parts.gate))
        let mine = gradients_of(mix, own + 5 * told + gate)
        let theirs = gradients_of(mix, mix.loss(batch))
        print(all([close(a, b) for [a, b] in zip(mine, theirs)]), max(abs(mine[0])).item() > 1e-4)
        """)
    #expect(
      text == """
        [6, 10, 128] [18, 10, 128] [6, 10, 128]
        true true true
        true true

        """)
  }

  @Test func weightsHaveAGradient() {
    let text = printed(
      setup + """
        let mix = mixture(clip, ways, classes: data.classes) { router { top_k: 2, scale: 10, bias: false } }
        let w = mix.router.weight
        let of = mix.weights(batch)
        print(close(mix.weights(batch, gradient: true), of), close(mix.scores(batch, gradient: true), mix.scores(batch)))
        let wish = randn(of.shape, seed: 4)
        for p in mix.parameters { p.grad = nil }
        sum(mix.weights(batch, gradient: true) * wish).backward()
        // A step against the gradient moves the value by its square.
        let square = sum(w.grad * w.grad).item()
        let opt = sgd([w], lr: 0.002 / sqrt(square))
        func value() { sum(mix.weights(batch) * wish).item() }
        let before = value()
        opt.step()
        print(square > 1e-4, abs((before - value()) / (0.002 * sqrt(square)) - 1) < 0.02)
        """)
    #expect(text == "true true\ntrue true\n")
  }

  @Test func aCoOpHasThemToo() {
    let text = printed(
      setup + """
        let one = coop(clip, classes: data.classes)
        let own = cross_entropy(one.logits(batch, gradient: true), batch.labels)
        let mine = gradients_of(one, own)
        let theirs = gradients_of(one, one.loss(batch))
        print(close(mine[0], theirs[0]), one.text_features(classes: ["bag", "hat"]).shape)
        print(no_grad(() => one.text_features(gradient: true)).requires_grad)
        """)
    #expect(text == "true [2, 128]\nfalse\n")
  }

  @Test func whatHasNoneSaysSo() {
    let text = printed(
      setup + """
        let zero = zero_shot(clip, classes: data.classes, templates: ["a {}."])
        let one = coop(clip, classes: data.classes)
        func tried(work) { try { work(); "accepted" } catch e { e.code + " " + e.message } }
        print(tried(() => zero.logits(batch, gradient: true)))
        print(tried(() => zero.text_features()))
        print(tried(() => one.weights(batch)))
        print(tried(() => one.scores(batch, gradient: true)))
        print(tried(() => one.hard_features()))
        print(tried(() => one.text_features(classes: "data")))
        """)
    #expect(
      text == """
        E0303 logits: a zero_shot has no soft prompts with a gradient
        E0303 text_features: a zero_shot has no soft prompts with a gradient
        E0303 a coop has no router
        E0303 a coop has no router
        E0303 a coop has no groups of hand-written sentences
        E0305 text_features does not support the classes "data"

        """)
  }
}
