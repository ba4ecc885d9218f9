import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor
import MocoTestSupport
import Testing

/// Prompts of texts and soft rows: how texts are read, which rows are shared, what is refused.
@Suite struct PromptPieceTests {
  private let model: CLIPModel
  private let ctx: Variable

  init() throws {
    model = try TinyCLIP.make()
    ctx = Variable(try rows(4, "ctx"), requiresGrad: true)
  }

  private func keys(_ pieces: PromptPiece...) throws -> [PromptKey] {
    try model.assemble([.pieces(pieces)]).prompts[0]
  }

  /// The sentence's tokens with soft rows in the place of its first words.
  private func sentence(_ text: String, soft: Int, instead start: String) throws -> [PromptKey] {
    let ids = try model.tokenizer.encode(text)
    let words = try model.tokenizer.encode(start).count
    var keys: [PromptKey] = [.token(model.config.startToken)]
    for row in 0..<soft { keys.append(.soft(row)) }
    for id in ids.dropFirst(words) { keys.append(.token(id)) }
    return keys + [.token(model.config.endToken)]
  }

  @Test(arguments: [
    "cat", "U.S.", "sea or lake", "T-shirt", "Boeing 737-800", "egyptian_mau", "cat's", "R&amp;B", "  cat ",
    "ﬁg", "ΟΔΟΣ", "e\u{301}clair", "x!", "3", "AT&T",
  ])
  func aNameAndWhatFollowsAreOneText(_ name: String) throws {
    let expected = try sentence("a photo of a \(name).", soft: 4, instead: "a photo of a")
    #expect(try keys(.soft(SoftPiece(ctx)), .text(name), .text(".")) == expected)
    #expect(try keys(.soft(SoftPiece(ctx)), .text(name + ".")) == expected)
  }

  @Test func textsSideBySideAreOneText() throws {
    let ids = try model.tokenizer.encode("a photo of a U.S..")
    let whole = ([model.config.startToken] + ids + [model.config.endToken]).map { PromptKey.token($0) }
    #expect(try keys(.text("a photo of a "), .text("U.S."), .text(".")) == whole)
    #expect(try keys(.text("a photo of a"), .text(" "), .text("U.S."), .text(".")) == whole)
    #expect(try keys(.text("  a photo of a "), .text(" U.S.. ")) == whole)
    #expect(try model.promptKeys("a photo of a U.S..") == whole)
  }

  @Test(arguments: [
    (["a photo of a", "cat"], "E0305"), (["a photo of a ", "cat", "s"], "E0305"), (["fi", "ﬁg"], "E0305"),
    (["R&am", "p;B"], "E0305"), (["a", "&", "lt;"], "E0305"), (["", "cat"], "E0604"),
    (["e", "\u{301}clair"], "E0305"), (["a <|endoftext|>", " cat"], "E0305"),
    (["<|endof", "text|>"], "E0305"),
    (["<|startoftext|> cat"], "E0305"), ([], "E0604"), ([" "], "E0604"), (["\u{7}"], "E0604"),
  ])
  func whatNobodyCanWantIsRefused(_ texts: [String], _ code: String) throws {
    #expect(errorCode { _ = try model.assemble([.pieces(texts.map { .text($0) })]) } == code)
  }

  @Test func referencesDoNotReachAcrossSoftRows() throws {
    let soft = PromptPiece.soft(SoftPiece(ctx))
    for texts in [("a &am", "p; b"), ("R&l", "t;")] {
      #expect(errorCode { _ = try keys(.text(texts.0), soft, .text(texts.1)) } == "E0305", "\(texts)")
    }
    #expect(errorCode { _ = try keys(.text("R&amp;B"), soft, .text("é")) } == nil)
  }

  @Test func theSameTensorIsTheSamePiece() throws {
    let twin = Variable(ctx.value, requiresGrad: true)
    let names = ["cat", "dog", "horse"]
    func nodes(_ rows: [Variable]) throws -> (Int, AssembledPrompts) {
      let made = try model.assemble(
        zip(names, rows).map { .pieces([.soft(SoftPiece($1)), .text($0), .text(".")]) })
      return (try model.planText(made.prompts).nodeCount, made)
    }
    let shared = try nodes([ctx, ctx, ctx])
    #expect(shared.1.soft === ctx)
    let apart = try nodes([ctx, twin, ctx])
    #expect(apart.0 == shared.0 + 4)
    #expect(apart.1.soft?.shape == [8, 16])
  }

  /// Pieces with other rows in depth are other pieces, and the gradient of shared rows adds up.
  @Test func depthBelongsToThePiece() throws {
    let deep = (0..<2).map { i in try? Variable(rows(4, "deep \(i)"), requiresGrad: true) }.compactMap { $0 }
    let plain = Prompt.pieces([.soft(SoftPiece(ctx)), .text("cat")])
    let one = Prompt.pieces([.soft(SoftPiece(ctx, deep: [deep[0]])), .text("cat")])
    let other = Prompt.pieces([.soft(SoftPiece(ctx, deep: [deep[1]])), .text("cat")])
    let all = try model.encodePrompts([plain, one, other, one])
    let found = try all.value.toFloats()
    for (row, prompt) in [plain, one, other, one].enumerated() {
      let alone = try model.encodePrompts([prompt]).value
      #expect(zip(found[(row * 12)...], try alone.toFloats()).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    #expect(found[0..<12] != found[12..<24] && found[12..<24] != found[24..<36])
    #expect(found[12..<24] == found[36..<48])
    let seed = try rows(4, "seed", width: 12)
    try all.backward(seed)
    let gradients = try [ctx, deep[0], deep[1]].map { try #require($0.grad) }
    for variable in [ctx] + deep { variable.grad = nil }
    // deep: says the same for prompts of one soft piece.
    for (row, rows) in [nil, deep[0], deep[1], deep[0]].enumerated() {
      let one = try model.encodePrompts([plain], deep: rows.map { [$0] })
      try one.backward(seed[[.range(from: row, to: row + 1)]])
    }
    for (variable, gradient) in zip([ctx] + deep, gradients) {
      #expect(try relativeError(gradient, #require(variable.grad)) < 1e-5)
    }
  }

  /// Rows that are frozen before one block and trained before another.
  @Test func depthThatIsTrainedInPart() throws {
    var config = model.config
    config.text.layers = 4
    let clip = try CLIPModel.random(config: config, seed: 2, tokenizerDirectory: Repository.tokenizer)
    let soft = Variable(try rows(2, "soft"))
    let seed = try rows(2, "seed", width: 12)
    func gradient(first trained: Bool, memory: Int) throws -> Tensor {
      let first = Variable(try rows(2, "first"), requiresGrad: trained)
      let last = Variable(try rows(2, "last"), requiresGrad: true)
      let piece = PromptPiece.soft(SoftPiece(soft, deep: [first, nil, last]))
      let prompts = ["cat", "dog"].map { Prompt.pieces([piece, .text($0)]) }
      try clip.encodePrompts(prompts, memory: memory).backward(seed)
      #expect((first.grad != nil) == trained)
      return try #require(last.grad)
    }
    for memory in [1, 1 << 30] {
      #expect(
        try relativeError(gradient(first: false, memory: memory), gradient(first: true, memory: memory))
          < 1e-6)
    }
  }

  /// deep: runs over all soft rows of a prompt in the order of their places.
  @Test func depthOverSeveralPieces() throws {
    let tail = Variable(try rows(2, "tail"), requiresGrad: true)
    let over = Variable(try rows(6, "over"), requiresGrad: true)
    let prompt = Prompt.pieces([.soft(SoftPiece(ctx)), .text("cat"), .soft(SoftPiece(tail))])
    let found = try model.encodePrompts([prompt], deep: [over])
    let parts = try (
      Variable(over.value[[.range(from: 0, to: 4)]]), Variable(over.value[[.range(from: 4, to: 6)]])
    )
    let same = Prompt.pieces([
      .soft(SoftPiece(ctx, deep: [parts.0])), .text("cat"), .soft(SoftPiece(tail, deep: [parts.1])),
    ])
    #expect(try relativeError(found.value, model.encodePrompts([same]).value) < 1e-6)
  }

  /// Twelve prompts of computed rows, chunked and not.
  @Test func gradientsReachComputedRows() throws {
    let shifts = Variable(try rows(3, "shifts"), requiresGrad: true)
    func features(memory: Int = TextPlan.defaultMemory) throws -> Variable {
      let prompts = try (0..<3).flatMap { image in
        let own = try F.add(ctx, F.slice(shifts, axis: 0, from: image, to: image + 1))
        return ["cat", "dog", "sea or lake", "cat"].map { name in
          Prompt.pieces([.soft(SoftPiece(own)), .text(name), .text(".")])
        }
      }
      return try model.encodePrompts(prompts, memory: memory)
    }
    let seed = try rows(12, "seed", width: 12)
    try features().backward(seed)
    let whole = try [#require(ctx.grad), #require(shifts.grad)]
    (ctx.grad, shifts.grad) = (nil, nil)
    try features(memory: 1).backward(seed)
    #expect(try relativeError(whole[0], #require(ctx.grad)) < 1e-5)
    #expect(try relativeError(whole[1], #require(shifts.grad)) < 1e-5)
    try checkSlope(ctx, "ctx", gradient: whole[0]) { try slopeLoss(features().value, seed) }
    try checkSlope(shifts, "shifts", gradient: whole[1]) { try slopeLoss(features().value, seed) }
  }

  @Test func shapesThatDoNotFitAreRefused() throws {
    func code(_ rows: Tensor, deep: [Tensor]? = nil, over: [Tensor]? = nil) -> String? {
      errorCode {
        let piece = SoftPiece(Variable(rows), deep: deep?.map { Variable($0) } ?? [])
        _ = try model.encodePrompts(
          [.pieces([.soft(piece), .text("cat")])], deep: over?.map { Variable($0) })
      }
    }
    #expect(try code(rows(4, "a", width: 15)) == "E0205")
    #expect(try code(rows(4, "a").reshaped([2, 2, 16])) == "E0205")
    #expect(try code(Tensor.full([4, 16], int: 1)) == "E0205")
    #expect(try code(rows(23, "a")) == "E0603")
    #expect(try code(rows(2, "a"), deep: [rows(3, "b")]) == "E0205")
    #expect(try code(rows(2, "a"), deep: [rows(2, "b"), rows(2, "c")]) == "E0205")
    #expect(try code(rows(2, "a"), over: [rows(3, "b")]) == "E0205")
    #expect(try code(rows(2, "a"), over: [rows(2, "b"), rows(2, "c")]) == "E0205")
    #expect(try code(rows(2, "a"), deep: [rows(2, "b")], over: [rows(2, "c")]) == "E0305")
    #expect(try code(rows(0, "a"), over: [rows(2, "c")]) == "E0205")
    #expect(try code(rows(0, "a")) == nil)
  }

  /// Texts filled up to the context, every position seeing all: no trie, and equal prompts are still encoded once.
  @Test func towersThatSeeAllTakePiecesToo() throws {
    var config = model.config
    config.text.isCausal = false
    let clip = try CLIPModel.random(config: config, seed: 2, tokenizerDirectory: Repository.tokenizer)
    let words = Variable(try clip.embedding(of: "a photo of a"))
    let over = Variable(try rows(words.shape[0], "over"), requiresGrad: true)
    let prompts = ["cat", "dog", "cat"].map {
      Prompt.pieces([.soft(SoftPiece(words)), .text($0), .text(".")])
    }
    #expect(try clip.assemble(prompts).prompts.count == 2)
    let texts = try clip.encodeTexts(["a photo of a cat.", "a photo of a dog.", "a photo of a cat."]).value
    for memory in [1, 1 << 30] {
      #expect(try relativeError(clip.encodePrompts(prompts, memory: memory).value, texts) < 1e-5)
    }
    #expect(try relativeError(clip.encodePrompts(prompts, deep: [over]).value, texts) > 1e-3)
    // Rows as small as those of a new table bend too much for differences.
    let soft = Variable(try rows(words.shape[0], "soft"), requiresGrad: true)
    func features() throws -> Variable {
      let prompts = ["cat", "dog", "cat"].map {
        Prompt.pieces([.soft(SoftPiece(soft)), .text($0), .text(".")])
      }
      return try clip.encodePrompts(prompts, deep: [over], memory: 1)
    }
    let seed = try rows(3, "seed", width: 12)
    try features().backward(seed)
    for (name, variable) in [("soft", soft), ("over", over)] {
      try checkSlope(variable, name, gradient: #require(variable.grad)) {
        try slopeLoss(features().value, seed)
      }
    }
  }

  @Test func theTokenRowsOfAText() throws {
    let table = try model.parameter("token_embedding.weight").value
    let ids = try model.tokenizer.encode("a photo of a")
    #expect(try model.embedding(of: "a photo of a").toFloats() == table.indexSelect(axis: 0, ids).toFloats())
    #expect(errorCode { _ = try model.embedding(of: " ") } == "E0604")
    #expect(errorCode { _ = try model.embedding(of: String(repeating: "a ", count: 40)) } == "E0603")
    // A prompt of the rows is the prompt of the words.
    let rows = Variable(try model.embedding(of: "a photo of a"))
    let soft = try model.encodePrompts([.pieces([.soft(SoftPiece(rows)), .text("cat.")])])
    #expect(try relativeError(soft.value, model.encodeTexts(["a photo of a cat."]).value) < 1e-6)
  }
}

private func rows(_ count: Int, _ stream: String, width: Int = 16) throws -> Tensor {
  var random = Philox(seed: 5, stream: stream)
  return try Tensor.randn([count, width], &random)
}
