import MocoLang
import MocoRuntime
import Testing

/// Whatever a program gives as images is read in one way, alone or in a list, by towers and by models.
@Suite struct GivenImagesTests {
  private func run(_ program: String) -> String { printed(program, in: librarySession(), helps: true) }

  private let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let names = ["cat", "dog"]
    let t = clip.encode_text(["a photo of a \\(n)." for n in names], normalize: true)
    let data = dataset(features: t, labels: [0, 1], classes: names)
    let pictures = dataset("fashion").few_shot(1, seed: 1).train
    let z = zero_shot(clip, classes: names)
    func tell(f) { try { print(f()) } catch e { print(e.code, e.message); print("  help:", e.help) } }

    """

  @Test func aListHoldsWhatMayStandAlone() {
    #expect(
      run(
        setup + """
          print(z.predict(t[0]), z.predict([t[0], t[1]]), z.predict([t, t[1]]), z.predict([data.test[1], t[0]], classes: "all"))
          let all = z.logits(pictures.batch([0, 1]), classes: "all")
          let each = z.logits([pictures[0].image, pictures.batch([1])], classes: "all")
          print(all.shape, max(abs(all - each)).item() < 1e-4)
          """) == """
          ["cat"] ["cat", "dog"] ["cat", "dog", "dog"] ["dog", "cat"]
          [2, 2] true

          """)
  }

  @Test func whatIsNoImageIsRefused() {
    #expect(
      run(
        setup + """
          tell(() => clip.encode_image("cat.jpg"))
          tell(() => clip.encode_image(["cat.jpg"]))
          tell(() => clip.encode_image(data.test))
          tell(() => clip.encode_image(data))
          tell(() => z.predict(3))
          tell(() => clip.encode_image([]))
          tell(() => clip.encode_image(t))
          """) == """
          E0303 encode_image expects an image, a batch, or a tensor of pixels for 'image', not the String "cat.jpg"
            help: write load_image("cat.jpg")
          E0303 encode_image expects an image, a batch, or a tensor of pixels for 'image', not the String "cat.jpg"
            help: write load_image("cat.jpg")
          E0303 encode_image expects an image, a batch, or a tensor of pixels for 'image', not a Split
            help: use a batch of the split: for batch in data.test.batches(32) { … }
          E0303 encode_image expects an image, a batch, or a tensor of pixels for 'image', not a Dataset
            help: use a batch of a split: for batch in data.test.batches(32) { … }
          E0303 predict expects an image, a batch, or a tensor of features or pixels for 'images', not the Int 3
            help: pass a picture, such as load_image("photo.jpg")
          E0303 encode_image expects an image, a batch, or a tensor of pixels for 'image', not a List
            help: pass at least one image; the list is empty
          E0303 encode_image expects pixels [images, channels, size, size] for 'image', not a Tensor
            help: pass 4 dimensions; this tensor has 2

          """)
  }

  /// A model that trains its image tower sees pixels, also where a batch stands in a list.
  @Test func theGradientReachesATrainedTower() {
    #expect(
      run(
        setup + """
          let few = dataset("fashion").few_shot(1, seed: 1)
          templates ways { group "plain" { "a photo of a {}." } group "dark" { "a dark photo of a {}." } }
          let mix = mixture(clip, ways, classes: few.classes, vision_layernorm: true)
          let batch = few.train.batch([0, 1])
          for images in [batch, [batch]] {
            let loss = mix.loss({images: images, labels: batch.labels, classes: batch.classes})
            loss.backward()
            let reached = [p.grad != nil for [name, p] in zip(mix.parameters.names, mix.parameters) if starts_with(name, "image_encoder")]
            print(len(reached) > 0, count(reached, false))
            for p in mix.parameters { p.zero_grad() }
          }
          """) == """
          true 0
          true 0

          """)
  }
}
