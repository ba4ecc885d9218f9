import MocoAutograd
import MocoBase
import MocoTensor

// S prompts, n soft tokens of a piece, W width of the text tower, D embedding.

extension CLIPModel {
  /// Features of prompts made of texts and learned rows, not normalized.
  ///
  /// - Parameters:
  ///   - deep: for prompts of pieces, what is written over all their soft rows, in the order of their places,
  ///     before block 1, 2, …; nil leaves a block alone.
  ///   - memory: bytes that activations may take.
  /// - Shape: deep [soft rows of a prompt, W] each; result [S, D]
  /// - Throws: E0205, E0303, E0305, E0603, E0604 for prompts that do not fit, and what `encodeText` throws.
  public func encodePrompts(
    _ prompts: [Prompt], deep: [Variable?]? = nil, memory: Int = TextPlan.defaultMemory
  ) throws -> Variable {
    let assembled = try assemble(prompts, deep: deep)
    let plan = try towerCache.textPlan(assembled.prompts, memory: memory) {
      try planText(assembled.prompts, memory: memory)
    }
    let features = try encodeText(plan, soft: assembled.soft, deep: assembled.deep)
    let isGiven = assembled.places.count == assembled.prompts.count
    return isGiven ? features : try F.gather(features, assembled.places)
  }

  /// Keys and rows of prompts. The trie computes equal prompts once; where prompts have no trie, they become one
  /// here.
  package func assemble(_ prompts: [Prompt], deep: [Variable?]? = nil) throws -> AssembledPrompts {
    var assembly = PromptAssembly(model: self, deep: deep)
    var result = AssembledPrompts()
    var known: [[PromptKey]: Int] = [:]
    for (index, prompt) in prompts.enumerated() {
      let keys: [PromptKey]
      switch prompt {
      case .keys(let given): keys = given
      case .pieces(let pieces): keys = try assembly.keys(pieces, index: index)
      }
      if !config.text.isCausal, let place = known[keys] {
        result.places.append(place)
      } else {
        if !config.text.isCausal { known[keys] = result.prompts.count }
        result.places.append(result.prompts.count)
        result.prompts.append(keys)
      }
    }
    result.soft = try assembly.table.soft()
    result.deep = try assembly.table.deep()
    return result
  }

  /// The rows of the token table for a text, without [start] and [end]. Shape: [n, W].
  ///
  /// - Throws: E0604 for a text without a token, E0603 for one that no prompt has room for.
  public func embedding(of text: String) throws -> Tensor {
    let ids = try tokenizer.encode(text)
    guard !ids.isEmpty else {
      throw Failure(
        "E0604", "the text \"\(text)\" has no token", help: "give it a word, as in \"a photo of a\"")
    }
    guard ids.count + 2 <= config.text.context else {
      throw Failure(
        "E0603",
        "the text has \(ids.count) tokens, the model reads at most \(max(config.text.context - 2, 0))",
        help: "shorten the text")
    }
    return try parameter("token_embedding.weight").value.indexSelect(axis: 0, ids)
  }
}

/// What messages call a prompt. It is put into words where there is a message: most prompts have none.
struct PromptOwner: CustomStringConvertible {
  let index: Int
  var description: String { "prompt \(index)" }
}

/// Makes keys of prompts' pieces.
struct PromptAssembly {
  let model: CLIPModel
  /// What is written over all soft rows of each prompt.
  let deep: [Variable?]?
  var table = SoftRowTable()

  init(model: CLIPModel, deep: [Variable?]?) {
    self.model = model
    self.deep = deep
  }

  private var text: TextConfig { model.config.text }

  /// The keys of one prompt, [start] and [end] included.
  mutating func keys(_ pieces: [PromptPiece], index: Int) throws -> [PromptKey] {
    let owner = PromptOwner(index: index)
    let segments = try TextSegments(pieces, owner: owner, tokenizer: model.tokenizer)
    let start = model.config.startToken
    let end = model.config.endToken
    var keys: [PromptKey] = [.token(start)]
    var softCount = 0
    let all = try checkedDeep(pieces, segments, owner)
    for part in segments.parts {
      switch part {
      case .text(let text):
        let ids = try model.towerCache.segments.ids(of: text, tokenizer: model.tokenizer)
        if let special = ids.first(where: { $0 == start || $0 == end }) {
          throw Failure(
            "E0305",
            "\(owner) holds \(special == end ? "<|endoftext|>" : "<|startoftext|>") in a piece of text",
            help: "leave it out: [start] and [end] are added to prompts of pieces", argument: "text")
        }
        guard !ids.isEmpty || text.allSatisfy(\.isWhitespace) else {
          throw Failure(
            "E0604", "the text \"\(text)\" in \(owner) has no token",
            help: "give it letters, digits or signs", argument: "text")
        }
        keys += ids.map { .token($0) }
      case .soft(let piece):
        let own: [(rows: Variable, first: Int)?] =
          all?.map { rows in rows.map { ($0, softCount) } } ?? piece.deep.map { rows in rows.map { ($0, 0) } }
        let first = table.place(piece, deep: own)
        for row in 0..<piece.count { keys.append(.soft(first + row)) }
        softCount += piece.count
      }
    }
    guard keys.count > 1 else {
      throw Failure(
        "E0604", "\(owner) has neither a token nor a soft row",
        help: "give it a word or a tensor [rows, \(text.width)]",
        argument: "text")
    }
    keys.append(.token(end))
    guard keys.count <= text.context else {
      let soft = softCount == 0 ? "" : ", \(softCount) of them soft"
      throw Failure(
        "E0603",
        "\(owner), \"\(segments.shown)\", needs \(keys.count) tokens with [start] and [end]\(soft); the model reads "
          + "\(text.context)",
        help: softCount == 0 ? "shorten its text" : "shorten its text, or use fewer soft rows",
        argument: "text")
    }
    return keys
  }

  /// What is written over all soft rows of a prompt; nil where its pieces say it themselves.
  ///
  /// - Throws: E0205 for shapes that do not fit, E0305 where both say it.
  private func checkedDeep(
    _ pieces: [PromptPiece], _ segments: TextSegments, _ owner: PromptOwner
  ) throws -> [Variable?]? {
    var count = 0
    for part in segments.parts {
      guard case .soft(let piece) = part else { continue }
      try check(piece.rows, rows: nil, "a soft piece of \(owner)")
      for (layer, rows) in piece.deep.enumerated() {
        guard let rows else { continue }
        try check(
          rows, rows: piece.count, "what is written over a soft piece of \(owner) before block \(layer + 1)")
      }
      try checkLayers(piece.deep.count)
      guard deep == nil || piece.deep.isEmpty else {
        throw Failure(
          "E0305", "\(owner) has a soft piece with rows in depth, and there is deep: as well",
          help: "say it in one place: in the piece, or by deep:", argument: "deep")
      }
      count += piece.count
    }
    guard let deep else { return nil }
    try checkLayers(deep.count)
    for (layer, rows) in deep.enumerated() {
      guard let rows else { continue }
      guard count > 0 else {
        throw Failure(
          "E0205", "\(owner) has no soft rows that deep: could be written over",
          help: "give it a tensor [rows, \(text.width)] as a piece", argument: "deep")
      }
      try check(rows, rows: count, "deep[\(layer)]", owner)
    }
    return deep
  }

  private func checkLayers(_ count: Int) throws {
    guard count < text.layers else {
      throw Failure(
        "E0205",
        "there are deep prompts before \(count) blocks, and the text tower has \(text.layers) blocks, the first of "
          + "which takes the prompts themselves",
        help: "give at most \(text.layers - 1)", argument: "deep")
    }
  }

  /// - Parameter rows: how many there must be; nil for any.
  private func check(
    _ variable: Variable, rows: Int?, _ name: @autoclosure () -> String, _ owner: PromptOwner? = nil
  ) throws {
    let shape = variable.value.shape
    guard shape.count == 2, shape[1] == text.width, variable.value.dtype == .float32 else {
      var help = "make it of rows as wide as the text tower: clip.width is \(text.width)"
      if shape.count == 3, shape[2] == text.width {
        help = "take one matrix of it for each prompt, as in [t[i], name, \".\"]"
      } else if shape == [text.width] {
        help = "write t[0..<1] for one row of a tensor, or reshape(t, [1, \(text.width)])"
      }
      throw Failure(
        "E0205",
        "\(name()) is a tensor of shape \(Shape.text(shape)) and type \(variable.value.dtype.rawValue); the model "
          + "takes float32 rows [n, \(text.width)]",
        help: help, argument: owner == nil ? "text" : "deep")
    }
    guard let rows, shape[0] != rows else { return }
    throw Failure(
      "E0205",
      "\(name()) has \(shape[0]) rows, and \(owner?.description ?? "the piece") has \(rows) soft rows",
      help: "give a row for each soft row", argument: owner == nil ? "text" : "deep")
  }
}

/// The ids of texts between soft rows, remembered: class names come again in every step.
final class SegmentMemory {
  private var known: [String: [Int]] = [:]
  private static let most = 1 << 14

  func ids(of text: String, tokenizer: Tokenizer) -> [Int] {
    if let ids = known[text] { return ids }
    let ids = tokenizer.encode(text)
    if known.count >= SegmentMemory.most { known.removeAll(keepingCapacity: true) }
    if text.utf8.count <= 256 { known[text] = ids }
    return ids
  }
}
