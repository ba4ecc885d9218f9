import MocoLang
import MocoRuntime
import Testing

/// Prompts beside the patches of images, as programs give them to `clip.encode_image`.
@Suite struct VisionPromptLanguageTests {
  private let model = """
    let clip = clip_model({
      embedding: 16, context: 12, merges: 100
      text: {width: 24, layers: 1, heads: 2}
      vision: {image_size: 8, patch: 4, channels: 1, width: 16, layers: 3, heads: 2}
    }, seed: 1)
    let pixels = randn([3, 1, 8, 8])
    let u = [parameter(randn([2, 16])) for i in 0..<3]

    """

  @Test func gradientReachesEveryPrompt() {
    let output = printed(
      model + """
        let f = clip.encode_image(pixels, prompts: u[0], deep: [u[1], u[2]], normalize: true, memory: "10 KB")
        (f * f[0]).sum().backward()
        print(f.shape, [p.grad.shape for p in u])
        let late = clip.encode_image(pixels, prompts: u[0], deep: [u[1]], layers: 1...2)
        print(late.requires_grad, equal(late, clip.encode_image(pixels, prompts: u[0], deep: [u[1]], layers: 1..<3)))
        print(equal(clip.encode_image(pixels, prompts: u[0], layers: 2), clip.encode_image(pixels, prompts: u[0], layers: 2...2, cache: 0)))
        """)
    #expect(output == "[3, 16] [[2, 16], [2, 16], [2, 16]]\ntrue true\ntrue\n")
  }

  @Test func eachImageMayHavePromptsOfItsOwn() {
    let output = printed(
      model + """

        let own = parameter(randn([3, 2, 16]))
        let f = clip.encode_image(pixels, prompts: own, deep: [u[1], own], normalize: true)
        f[0].sum().backward()
        print(f.shape, own.grad.shape, [sum(abs(own.grad[i])).item() > 0 for i in 0..<3], u[1].grad.shape)
        print(equal(clip.encode_image(pixels[1], prompts: own[1..<2]), clip.encode_image(pixels[1], prompts: own[1])))
        """)
    #expect(output == "[3, 16] [3, 2, 16] [true, false, false] [2, 16]\ntrue\n")
  }

  @Test func whatIsWantedHasItsShape() {
    let output = printed(
      model + """
        for kind in ["feature", "pooled", "patches", "tokens"] {
          print(kind, clip.encode_image(pixels, output: kind).shape, clip.encode_image(pixels[0], prompts: u[0], output: kind).shape)
        }
        """)
    #expect(
      output == """
        feature [3, 16] [16]
        pooled [3, 16] [16]
        patches [3, 4, 16] [4, 16]
        tokens [3, 5, 16] [7, 16]

        """)
  }

  /// A data set whose features are kept gives its pixels here.
  @Test func batchesOfADataSetGivePixels() {
    let output = printed(
      """
      let clip = load_clip("small")
      let data = dataset("fashion").few_shot(1, seed: 1)
      let u = parameter(0.02 * randn([2, clip.vision_width]))
      for batch in data.train.batches(4) {
        print(clip.encode_image(batch, prompts: u).requires_grad, clip.encode_image(batch, output: "patches").rank)
        break
      }
      """)
    #expect(output == "true 3\n")
  }

  @Test(arguments: [
    (
      "clip.encode_image(pixels, prompts: zeros([2, 15]))", "E0205",
      "use rows as wide as the image tower: clip.vision_width is 16"
    ),
    (
      "clip.encode_image(pixels, prompts: u[0], deep: [zeros([3, 16])])", "E0205",
      "pass one row for each prompt"
    ),
    (
      "clip.encode_image(pixels, prompts: zeros([2, 4, 16]))",
      "E0205 prompts has rows for 2 images (its shape is [2, 4, 16]), but there are 3 images",
      "pass rows for each image, [3, 4, 16], or for all of them, [4, 16]"
    ),
    (
      "clip.encode_image(pixels[0], prompts: zeros([3, 4, 16]))", "E0205",
      "pass rows for each image, [1, 4, 16]"
    ),
    (
      "clip.encode_image(pixels, prompts: u[0], deep: [nil, zeros([1, 2, 16])])",
      "E0205 deep[1] has rows for 1 image (its shape is [1, 2, 16]), but there are 3 images",
      "pass rows for each image, [3, 2, 16]"
    ),
    (
      "clip.encode_image(pixels, prompts: u[0], deep: [zeros([3, 3, 16])])", "E0205",
      "pass one row for each prompt"
    ),
    ("clip.encode_image(pixels, prompts: zeros([1, 1, 2, 16]))", "E0205", "clip.vision_width is 16"),
    ("clip.encode_image(pixels, prompts: u[0], deep: [u[1], nil, u[2]])", "E0205", "pass at most 2"),
    ("clip.encode_image(pixels, prompts: u[0], deep: [u[1]], layers: 2...2)", "E0205", "pass at most 0"),
    ("clip.encode_image(pixels, prompts: u[0], layers: 1...3)", "E0305", "use layers within 0...2"),
    (
      "clip.encode_image(pixels, prompts: u[0], layers: 2...1)", "E0305",
      "write the blocks that prompts enter, from the first to the last, as in 9...11"
    ),
    (
      "clip.encode_image(pixels, prompts: u[0], layers: [1, 2])", "E0303",
      "write the first and the last, as in 9...11"
    ),
    (
      "clip.encode_image(pixels, prompts: u[0], layers: -1)", "E0303",
      "write the first and the last, as in 9...11"
    ),
    ("clip.encode_image(pixels, deep: [u[1]])", "E0305", "pass prompts: a tensor of shape [rows, 16]"),
    ("clip.encode_image(pixels, layers: 1...2)", "E0305", "pass prompts: a tensor of shape [rows, 16]"),
    ("clip.encode_image(pixels, prompts: u)", "E0303", ""),
    (
      "clip.encode_image(pixels, prompts: u[0], deep: [3])", "E0303",
      "pass one entry for each block: a tensor of rows, or nil to change nothing"
    ),
    (
      "clip.encode_image(pixels, output: \"rows\")", "E0305",
      "use one of \"feature\", \"pooled\", \"patches\", \"tokens\""
    ),
    ("clip.encode_image(pixels, prompts: u[0], cache: \"much\")", "E0303", ""),
    ("clip.encode_image(zeros([2, 16]), prompts: u[0])", "E0303", ""),
    ("clip.encode_image(pixels, promts: u[0])", "E0306", "did you mean 'prompts'?"),
  ])
  func whatDoesNotFitIsRefusedWithItsRemedy(_ call: String, _ code: String, _ help: String) {
    let output = printed(model + call, helps: true)
    #expect(output.hasPrefix(code), "\(call): \(output)")
    #expect(help.isEmpty || output.contains(help), "\(call): \(output)")
  }

  @Test(arguments: ["prompts: zeros([2, 16])", "output: \"patches\""])
  func aResNetHasNoPlaceForThem(_ option: String) {
    let output = printed(
      """
      let clip = clip_model({
        embedding: 16, context: 12, merges: 100
        text: {width: 24, layers: 1, heads: 2}
        vision: {image_size: 32, stages: [1, 1, 1, 1], width: 8, heads: 4, channels: 1}
      }, seed: 1)
      print(clip.vision_layers)
      clip.encode_image(zeros([1, 1, 32, 32]), \(option))
      """, helps: true)
    #expect(output.hasPrefix("nil\nE0605 the image tower of"), "\(output)")
    #expect(
      output.contains("is a ResNet") && output.contains("help: use a vision transformer, such as ViT-B/16"))
  }
}
