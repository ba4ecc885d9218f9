import MocoAutograd
import MocoBase
import MocoTensor

// S prompts, n soft tokens of a piece, W width of the text tower, D embedding.

extension CLIPModel {
  /// Features of prompts made of texts and learned rows, not normalized.
  ///
  /// - Parameters:
  ///   - deep: for prompts of pieces, the rows that replace all their soft rows, in the order of their positions,
  ///     before block 1, 2, …; nil changes nothing before that block.
  ///   - memory: memory limit for activations in bytes.
  /// - Shape: deep [soft rows of a prompt, W] each; result [S, D]
  /// - Throws: E0205, E0303, E0305, E0603, E0604 for invalid prompts, and the errors of `encodeText`.
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

  /// Keys and rows of prompts. The trie computes equal prompts once; without a trie, equal prompts are joined
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
  /// - Throws: E0604 for a text without tokens, E0603 for one that is too long for a prompt.
  public func embedding(of text: String) throws -> Tensor {
    let ids = try tokenizer.encode(text)
    guard !ids.isEmpty else {
      throw Failure(
        "E0604", "the text \"\(text)\" has no tokens", help: "use at least one word, as in \"a photo of a\"")
    }
    guard ids.count + 2 <= config.text.context else {
      throw Failure(
        "E0603",
        "the text has \(ids.count) tokens; the model accepts at most \(max(config.text.context - 2, 0))",
        help: "shorten the text")
    }
    return try parameter("token_embedding.weight").value.indexSelect(axis: 0, ids)
  }
}

/// The name of a prompt in messages. The text is built only for a message: most prompts have none.
struct PromptOwner: CustomStringConvertible {
  let index: Int
  var description: String { "prompt \(index)" }
}

/// Builds the keys of prompts from their pieces.
struct PromptAssembly {
  let model: CLIPModel
  /// The rows that replace all soft rows of each prompt.
  let deep: [Variable?]?
  var table = SoftRowTable()

  init(model: CLIPModel, deep: [Variable?]?) {
    self.model = model
    self.deep = deep
  }

  private var text: TextConfig { model.config.text }

  /// The keys of one prompt, including [start] and [end].
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
            "\(owner) contains \(special == end ? "<|endoftext|>" : "<|startoftext|>") in a piece of text",
            help: "leave it out: [start] and [end] are added automatically", argument: "text")
        }
        guard !ids.isEmpty || text.allSatisfy(\.isWhitespace) else {
          throw Failure(
            "E0604", "the text \"\(text)\" in \(owner) has no tokens",
            help: "add letters, digits or punctuation", argument: "text")
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
        "E0604", "\(owner) has no tokens and no soft rows",
        help: "add a word or a tensor of shape [rows, \(text.width)]",
        argument: "text")
    }
    keys.append(.token(end))
    guard keys.count <= text.context else {
      let soft = softCount == 0 ? "" : ", \(softCount) of them soft"
      throw Failure(
        "E0603",
        "\(owner), \"\(segments.shown)\", needs \(keys.count) tokens with [start] and [end]\(soft); the model accepts "
          + "\(text.context)",
        help: softCount == 0 ? "shorten the text" : "shorten the text, or use fewer soft rows",
        argument: "text")
    }
    return keys
  }

  /// The rows that replace all soft rows of a prompt; nil if its pieces define them.
  ///
  /// - Throws: E0205 for a shape mismatch, E0305 if both define them.
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
          rows, rows: piece.count, "the deep prompt for a soft piece of \(owner) before block \(layer + 1)")
      }
      try checkLayers(piece.deep.count)
      guard deep == nil || piece.deep.isEmpty else {
        throw Failure(
          "E0305", "\(owner) has a soft piece with deep rows, and deep: is given too",
          help: "use only one of them: rows in the piece, or deep:", argument: "deep")
      }
      count += piece.count
    }
    guard let deep else { return nil }
    try checkLayers(deep.count)
    for (layer, rows) in deep.enumerated() {
      guard let rows else { continue }
      guard count > 0 else {
        throw Failure(
          "E0205", "\(owner) has no soft rows for deep: to replace",
          help: "add a piece that is a tensor of shape [rows, \(text.width)]", argument: "deep")
      }
      try check(rows, rows: count, "deep[\(layer)]", owner)
    }
    return deep
  }

  private func checkLayers(_ count: Int) throws {
    guard count < text.layers else {
      throw Failure(
        "E0205",
        "there are deep prompts for \(count) blocks, but at most \(text.layers - 1) can have them: the text tower has "
          + "\(text.layers) blocks, and the first one gets the prompts themselves",
        help: "pass at most \(text.layers - 1)", argument: "deep")
    }
  }

  /// - Parameter rows: the required number; nil for any.
  private func check(
    _ variable: Variable, rows: Int?, _ name: @autoclosure () -> String, _ owner: PromptOwner? = nil
  ) throws {
    let shape = variable.value.shape
    guard shape.count == 2, shape[1] == text.width, variable.value.dtype == .float32 else {
      var help = "use rows as wide as the text tower: clip.width is \(text.width)"
      if shape.count == 3, shape[2] == text.width {
        help = "use one matrix of it for each prompt, as in [t[i], name, \".\"]"
      } else if shape == [text.width] {
        help = "write t[0..<1] for one row of a tensor, or reshape(t, [1, \(text.width)])"
      }
      throw Failure(
        "E0205",
        "\(name()) is a tensor of shape \(Shape.text(shape)) and dtype \(variable.value.dtype.rawValue); the model "
          + "expects float32 rows [n, \(text.width)]",
        help: help, argument: owner == nil ? "text" : "deep")
    }
    guard let rows, shape[0] != rows else { return }
    throw Failure(
      "E0205",
      "\(name()) has \(shape[0]) rows, but \(owner?.description ?? "the piece") has \(rows) soft rows",
      help: "pass one row for each soft row", argument: owner == nil ? "text" : "deep")
  }
}

/// A cache for the ids of texts between soft rows: class names are used again in every step.
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
