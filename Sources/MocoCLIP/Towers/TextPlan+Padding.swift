// Text towers that read more or less than the positions up to [end].

import MocoBase

extension TextPlan {
  /// The keys of a prompt that its feature depends on, the position that is read last where the tower is
  /// causal.
  static func read(_ prompt: [PromptKey], _ text: TextConfig) -> [PromptKey] {
    if text.needsPadding {
      let missing = max(text.context - prompt.count, 0)
      return prompt + [PromptKey](repeating: .token(0), count: missing)
    }
    return text.pool == .first ? Array(prompt.prefix(1)) : prompt
  }

  /// The position with the state that becomes the feature.
  static func readPosition(_ prompt: [PromptKey], _ text: TextConfig) -> Int {
    switch text.pool {
    // CLIP takes the feature where the ids have their first maximum.
    case .end:
      text.needsPadding
        ? prompt.firstIndex(of: .token(text.vocabulary - 1)) ?? prompt.count - 1 : prompt.count - 1
    case .first: 0
    case .last: text.context - 1
    }
  }

  /// The prompts of each chunk without shared prefixes; as many as fit, at least one.
  static func separateParts(_ count: Int, context: Int, maximumNodes: Int) -> [[Int]] {
    let size = max(1, maximumNodes / context)
    return stride(from: 0, to: count, by: size).map { Array($0..<min($0 + size, count)) }
  }

  /// A chunk in which all positions attend to each other.
  static func chunk(
    _ prompts: [[PromptKey]], _ places: [Int], ends: [Int], context: Int
  ) throws -> Chunk {
    guard places.count <= Int(Int32.max) / max(context, 1) else {
      throw Failure(
        "E0405", "\(places.count) texts of \(context) tokens are too many",
        help: "encode the texts in smaller lists")
    }
    let trie = PromptTrie(separate: places.map { prompts[$0] }, ends: places.map { ends[$0] })
    return Chunk(
      prompts: places, trie: trie,
      lists: try .dense(groups: places.count, length: context, firstOnly: false),
      final: FinalNodes(
        rows: trie.endNodes,
        lists: try .dense(groups: places.count, length: context, queries: trie.endNodes)),
      promptRows: places.indices.map { Int32($0) })
  }
}
