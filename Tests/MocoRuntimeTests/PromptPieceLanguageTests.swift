import MocoLang
import MocoRuntime
import Testing

/// Prompts of texts and soft tokens as programs give them to `clip.encode_text`.
@Suite struct PromptPieceLanguageTests {
  private let model = """
    let clip = clip_model({
      embedding: 16, context: 12, merges: 300, activation: "gelu"
      text: {width: 24, layers: 3, heads: 2}
      vision: {image_size: 8, patch: 4, channels: 1, width: 16, layers: 2, heads: 2}
    }, seed: 1)
    let ctx = parameter(clip.embed("a b"))
    let names = ["cat", "dog"]

    """

  @Test func softTokensThatAreWordsReadAsTheWords() {
    let output = printed(
      model + """
        print(ctx.shape, clip.width, clip.layers, clip.vision_width, clip.vision_layers)
        let t = clip.encode_text([[ctx, name, "."] for name in names])
        let s = clip.encode_text(["a b \\(name)." for name in names])
        print(t.shape, max(abs(t - s)).item() < 1e-5, t.requires_grad)
        let mixed = clip.encode_text([[ctx, "cat."], "a b dog.", clip.tokenize("a b cat.")], normalize: true)
        print(mixed.shape, max(abs(mixed[0] - mixed[2])).item() < 1e-5)
        """)
    #expect(output == "[2, 24] 24 3 16 2\n[2, 16] true true\n[3, 16] true\n")
  }

  @Test func gradientReachesWhatTensorsWereComputedFrom() {
    let output = printed(
      model + """
        let shift = parameter(zeros([3, 24]))
        let own = [ctx + shift[i] for i in 0..<3]
        let t = clip.encode_text([[c, name, "."] for c in own for name in names], memory: "20 KB")
        (t * t).sum().backward()
        print(t.shape, ctx.grad.shape, shift.grad.shape)
        print(max(abs(ctx.grad.sum(axis: 0) - shift.grad.sum(axis: 0))).item() < 1e-3)
        """)
    #expect(output == "[6, 16] [2, 24] [3, 24]\ntrue\n")
  }

  @Test func depthIsSaidInThePieceOrForAll() {
    let output = printed(
      model + """
        let p1 = parameter(randn([2, 24]))
        let p2 = parameter(randn([2, 24]))
        let a = clip.encode_text([[[ctx, p1, p2], name, "."] for name in names])
        let b = clip.encode_text([[ctx, name, "."] for name in names], deep: [p1, p2])
        let c = clip.encode_text([[[ctx, nil, p2], "cat."], [[ctx], "cat."], [ctx, "cat."]])
        print(max(abs(a - b)).item() < 1e-6, max(abs(a[0] - c[0])).item() > 1e-6, equal(c[1], c[2]))
        (a * a).sum().backward()
        print(ctx.grad.shape, p1.grad.shape, p2.grad.shape)
        print(nearest_words(ctx, clip: clip, count: 1).map(w => w.words[0]))
        """)
    #expect(output == "true true true\n[2, 24] [2, 24] [2, 24]\n[\"a\", \"b\"]\n")
  }

  @Test(arguments: [
    (
      #"clip.encode_text([["a photo of a", "cat"]])"#, "E0305",
      #"put a space between them, as in "a photo of a ""#
    ),
    (
      #"clip.encode_text([ctx, "cat", "."])"#, "E0303",
      #"put the pieces of each prompt in a nested list: [[ctx, name, "."]]"#
    ),
    (#"clip.encode_text([[ctx, ""]])"#, "E0604", "leave it out"),
    (#"clip.encode_text([[ctx, 3]])"#, "E0303", "use str(n) for a number"),
    (
      #"clip.encode_text([[ctx, "cat"], 3])"#, "E0303",
      #"pass a String, or a list such as [ctx, name, "."]"#
    ),
    (
      #"clip.encode_text([[zeros([2, 23]), "cat"]])"#, "E0205",
      "use rows as wide as the text tower: clip.width is 24"
    ),
    (
      #"clip.encode_text([[zeros([2, 2, 24]), "cat"]])"#, "E0205",
      #"use one matrix of it for each prompt, as in [t[i], name, "."]"#
    ),
    (
      #"clip.encode_text([[ctx[0], "cat"]])"#, "E0205",
      "write t[0..<1] for one row of a tensor, or reshape(t, [1, 24])"
    ),
    (
      #"clip.encode_text([[tensor([[1, 2]]), "cat"]])"#, "E0205",
      "use rows as wide as the text tower: clip.width is 24"
    ),
    (
      #"clip.encode_text([[ctx, "cat"], []])"#, "E0604",
      #"add a String or soft tokens, as in [ctx, name, "."]"#
    ),
    (
      #"clip.encode_text([[["a", ctx], "cat"]])"#, "E0303",
      "in a deep piece put soft tokens first: [p0, p1, nil, p3]; put texts outside it"
    ),
    (#"clip.encode_text([[zeros([11, 24]), "cat"]])"#, "E0603", "shorten the text, or use fewer soft rows"),
    (#"clip.encode_text([[ctx, "cat"]], deep: [zeros([3, 24])])"#, "E0205", "pass one row for each soft row"),
    (#"clip.encode_text([[ctx, "cat"]], deep: [zeros([2, 24]), nil, nil])"#, "E0205", "pass at most 2"),
    (#"clip.encode_text([[[ctx, nil, nil, ctx], "cat"]])"#, "E0205", "pass at most 2"),
    (
      #"clip.encode_text(["cat"], deep: [ctx])"#, "E0305",
      #"pass prompts as lists of pieces, such as [[ctx, name, "."]]"#
    ),
    (
      #"clip.encode_text("cat", deep: [ctx])"#, "E0305",
      #"pass prompts as lists of pieces, such as [[ctx, name, "."]]"#
    ),
    (
      #"clip.encode_text([[[nil, ctx], "cat"]])"#, "E0303",
      "in a deep piece put soft tokens first: [p0, p1, nil, p3]; put texts outside it"
    ),
    (#"clip.encode_text([[ctx, "cat"]], deep: ctx)"#, "E0303", ""),
    (
      #"clip.encode_text([[ctx, "<|endoftext|>"]])"#, "E0305",
      "leave it out: [start] and [end] are added automatically"
    ),
    (
      #"clip.encode_text(ctx)"#, "E0303",
      #"pass soft tokens as a piece of a prompt, [[ctx, name, "."]], and ids as an int tensor"#
    ),
    (#"clip.embed(" ")"#, "E0604", #"use at least one word, as in "a photo of a""#),
    (#"nearest_words(ctx)"#, "E0304", "write nearest_words(ctx, clip: clip)"),
    (
      #"nearest_words(zeros([2, 3]), clip: clip)"#, "E0205",
      "pass one row of clip.width numbers for each token"
    ),
  ])
  func whatDoesNotFitIsRefusedWithItsRemedy(_ call: String, _ code: String, _ help: String) {
    let output = printed(model + call, helps: true)
    #expect(output.hasPrefix(code), "\(call): \(output)")
    #expect(help.isEmpty || output.contains("help: \(help)"), "\(call): \(output)")
  }

  /// Fits shapes, but not the context: with its soft rows counted.
  @Test func aPromptThatOverrunsSaysItsSoftRows() {
    let output = printed(model + #"clip.encode_text([[zeros([9, 24]), "a b"]])"#)
    #expect(
      output == """
        E0603 prompt 0, "[9 soft] a b", needs 13 tokens with [start] and [end], 9 of them soft; the model accepts 12

        """)
  }
}
