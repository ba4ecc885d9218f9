import Foundation
import MocoLang
import MocoRuntime
import Testing

/// load_clip, clip_model and the methods of a model, as programs use them.
@Suite struct ClipLanguageTests {
  private let model = """
    let clip = clip_model({
      embedding: 16, context: 12, merges: 100, activation: "gelu", mean: [0.3], std: [0.35]
      text: {width: 24, layers: 1, heads: 2}
      vision: {image_size: 8, patch: 4, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let pixels = randn([3, 1, 8, 8])

    """

  @Test func textsAndImagesBecomeFeatures() {
    let output = printed(
      model + """
        print(clip.tokenize("ab")[0], clip.tokenize("ab")[-1], clip.detokenize(clip.tokenize("A B")))
        let t = clip.encode_text(["a bag", "a coat", "a bag"], normalize: true)
        print(t.shape, equal(t[0], t[2]), clip.encode_text("x").shape)
        print(equal(clip.encode_text(clip.tokenize("a bag")), clip.encode_text("a bag")))
        print(clip.encode_image(pixels).shape, clip.encode_image(pixels[0]).shape, clip.encode_image([pixels[0]]).shape)
        print(clip.dim, clip.image_size, clip.channels, clip.vocabulary, clip.activation)
        """)
    #expect(
      output == """
        612 613 <|startoftext|>a b <|endoftext|>
        [3, 16] true [16]
        true
        [3, 16] [16] [1, 16]
        16 8 1 614 gelu

        """)
  }

  @Test func classesAreRanked() {
    let output = printed(
      model + """
        let one = clip.classify(pixels[0], ["ab", "cd", "ef"])
        let p = values(one)
        print(len(one), p[0] >= p[1] and p[1] >= p[2], abs(sum(p) - 1) < 1e-5)
        print(len(clip.classify(pixels, ["ab", "cd"])), len(clip.classify(pixels[0], ["ab", "cd"], top: 1)))
        """)
    #expect(output == "3 true true\n3 1\n")
  }

  @Test func aModelTrainsAndComesBack() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = printed(
      model + """
        print(clip.train_all() > 20)
        let opt = sgd(clip.parameters, lr: 0.02)
        let before = clip.hash
        var losses = []
        for i in 0..<5 {
          let loss = clip.contrastive_loss(pixels, ["ab", "cd", "ef"])
          opt.zero_grad(); loss.backward(); opt.step()
          losses.append(loss.item())
        }
        print(losses[4] < losses[0], clip.hash == before)
        clip.freeze()
        clip.save("\(folder)/m.safetensors", type: "f32")
        let back = load_clip("\(folder)/m.safetensors")
        print(back.hash == clip.hash, back == clip, back == back, back.info.naming, back.info.missing)
        """)
    #expect(output == "true\ntrue false\ntrue false true moco []\n")
  }

  @Test(arguments: [
    (#"load_clip("nothing")"#, "E0501"), (#"load_clip("./nothing")"#, "E0501"),
    (#"load_clip("small", activation: "relu")"#, "E0305"),
    (#"clip.classify(pixels[0], ["a"], template: "x")"#, "E0701"), ("clip.classify(pixels[0], [])", "E0305"),
    ("clip.encode_text(3)", "E0303"), ("clip.encode_text([[700]])", "E0202"),
    ("clip.encode_text([[]])", "E0604"),
    (#"clip.tokenize("a b c d e f g h i j k")"#, "E0603"), ("clip.encode_image(pixels[0, 0])", "E0303"),
    ("clip.encode_image(randn([1, 3, 8, 8]))", "E0205"), (#"clip.contrastive_loss(pixels, ["a"])"#, "E0205"),
    (#"clip.unfreeze("zz")"#, "E0602"), (#"clip.save("/nowhere/x")"#, "E0504"),
    (#"clip.save("x", type: "i8")"#, "E0305"), ("clip_model({embedding: 3})", "E0304"),
    ("clip_model({embeding: 3})", "E0306"), ("clip_model(3)", "E0303"), ("clip.detokenize([700])", "E0607"),
    (
      "clip_model({embedding: 8, text: {width: 9223372036854775807, layers: 1}, "
        + "vision: {width: 8, layers: 1, image_size: 8, patch: 4}})", "E0605"
    ),
  ])
  func mistakesHaveACode(_ expression: String, _ code: String) {
    let output = printed(model + expression)
    #expect(output.hasPrefix(code), "\(output)")
  }
}
