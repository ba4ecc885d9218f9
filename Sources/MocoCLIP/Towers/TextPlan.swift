import MocoBase
import MocoTensor

/// Prompts prepared for the text tower: checked, and split into chunks that fit a memory budget. Each chunk is a trie
/// with its attention lists. A plan depends only on the keys of the prompts, so the caller keeps it while they do
/// not change.
///
/// With one chunk a training step keeps its activations between forward and backward. With more, features are
/// computed chunk by chunk, the last chunk keeps its activations, and the others run forward again on the way
/// back.
public final class TextPlan: Sendable {
  /// Some of the prompts as one trie.
  package struct Chunk: Sendable {
    /// Their indices among all prompts.
    package let prompts: [Int]
    /// The chunk's prompts as one tree; its nodes are the rows of the tower.
    package let trie: PromptTrie
    /// The nodes that each node attends to.
    package let lists: AttentionLists
    /// The distinct end nodes and their lists.
    package let final: FinalNodes
    /// The index of each prompt among the final nodes.
    package let promptRows: [Int32]
  }

  /// The nodes at which features are read: the last block computes only these rows.
  package struct FinalNodes: Sendable {
    /// Nodes of the chunk, ascending, each once.
    package let rows: [Int32]
    /// The nodes that each of `rows` attends to.
    package let lists: AttentionLists
  }

  /// The chunks in the order of the forward pass. The last keeps its activations for the backward pass.
  package let chunks: [Chunk]
  /// Prompts of all chunks together: the rows of the features.
  public let promptCount: Int
  /// Rows of all chunks together. A prefix shared between chunks counts in each.
  public let nodeCount: Int
  /// Rows that a padded computation would need.
  public let paddedRows: Int
  /// One more than the largest soft row in use.
  public let softRows: Int
  /// Rows of the token table that the plan was created for; all its ids are below this number.
  package let tokenLimit: Int
  /// Width of the text tower that the plan was created for.
  package let width: Int

  /// The number of chunks; more than one means two passes in training.
  public var chunkCount: Int { chunks.count }

  /// Default memory for activations in bytes. A constant: results must not depend
  /// on the machine.
  public static let defaultMemory = 1 << 30

  /// - Parameters:
  ///   - prompts: keys of each prompt, including [start] and [end].
  ///   - memory: memory limit for the activations of a chunk in bytes. One prompt is always a chunk, however small
  ///     the budget.
  /// - Throws: E0604 for an empty prompt, E0603 for one longer than the context, E0202 for a token outside
  ///   the vocabulary or a negative soft row, E0405 if there are too many nodes, E0607 without a text tower.
  public init(_ prompts: [[PromptKey]], config: CLIPConfig, memory: Int = TextPlan.defaultMemory) throws {
    try config.requireText()
    let text = config.text
    var softRows = 0
    for (index, prompt) in prompts.enumerated() {
      guard !prompt.isEmpty else {
        throw Failure(
          "E0604", "prompt \(index) is empty", help: "a prompt needs [start], at least one token and [end]")
      }
      guard prompt.count <= text.context else {
        throw Failure(
          "E0603",
          "prompt \(index) has \(prompt.count) tokens, including [start] and [end]; the model accepts at most \(text.context)",
          help: "shorten the template or the class name")
      }
      for key in prompt {
        switch key {
        case .token(let id):
          guard id >= 0, id < text.vocabulary else {
            throw Failure(
              "E0202", "token \(id) in prompt \(index) is outside the vocabulary of \(text.vocabulary)",
              help: nil)
          }
        case .soft(let row):
          guard row >= 0, row < Int(Int32.max) else {
            throw Failure(
              "E0202", "soft token \(row) in prompt \(index) is not a valid row",
              help: "row numbers start at 0")
          }
          softRows = max(softRows, row + 1)
        }
      }
    }
    let limit = max(1, memory / TextPlan.bytesPerNode(text))
    let read = prompts.map { TextPlan.read($0, text) }
    if text.isCausal {
      chunks = try TextPlan.parts(of: read, maximumNodes: limit).map { try TextPlan.chunk(read, $0) }
    } else {
      let ends = prompts.map { TextPlan.readPosition($0, text) }
      chunks = try TextPlan.separateParts(read.count, context: text.context, maximumNodes: limit)
        .map { try TextPlan.chunk(read, $0, ends: ends, context: text.context) }
    }
    promptCount = prompts.count
    nodeCount = chunks.reduce(0) { $0 + $1.trie.nodeCount }
    paddedRows = prompts.count.multipliedReportingOverflow(by: text.context).partialValue
    self.softRows = softRows
    tokenLimit = text.vocabulary
    width = text.width
  }

  /// Bytes that one node keeps for the backward pass, all layers, and needs while it runs, with frozen
  /// weights.
  package static func bytesPerNode(_ text: TextConfig) -> Int {
    // A node attends to itself and its ancestors, a dozen in most prompts.
    let attended = text.isCausal ? 12 : text.context
    let kept = text.layers * (5 * text.width + text.mlpWidth + text.heads * attended + 4)
    let passing = 7 * text.width
    return (kept + passing) * MemoryLayout<Float>.stride
  }

  /// The prompts of each chunk, of at most this many nodes where there is more than one prompt.
  ///
  /// Chunks follow the tree of all prompts: they split first between experts, which differ after [start], then
  /// between classes, so that chunks share little. Chunks are filled from the end, because the last
  /// one does not run forward twice.
  private static func parts(of prompts: [[PromptKey]], maximumNodes: Int) -> [[Int]] {
    guard !prompts.isEmpty else { return [] }
    let trie = PromptTrie(prompts)
    if trie.nodeCount <= maximumNodes { return [Array(prompts.indices)] }
    let order = prompts.indices.sorted { (trie.endNodes[$0], $0) < (trie.endNodes[$1], $1) }
    // In tree order the nodes that a prompt adds are those it does not share with its neighbour.
    func shared(_ i: Int) -> Int {
      let a = prompts[order[i]]
      let b = prompts[order[i + 1]]
      var count = 0
      while count < a.count, count < b.count, a[count] == b[count] { count += 1 }
      return count
    }
    var parts: [[Int]] = []
    var end = order.count
    while end > 0 {
      var first = end - 1
      var nodes = prompts[order[first]].count
      while first > 0 {
        let more = prompts[order[first - 1]].count - shared(first - 1)
        if nodes + more > maximumNodes { break }
        nodes += more
        first -= 1
      }
      parts.append(order[first..<end].sorted())
      end = first
    }
    return parts.reversed()
  }

  private static func chunk(_ prompts: [[PromptKey]], _ places: [Int]) throws -> Chunk {
    let trie = PromptTrie(places.map { prompts[$0] })
    let rows = Array(Set(trie.endNodes)).sorted()
    var place = [Int32](repeating: -1, count: trie.nodeCount)
    for (e, row) in rows.enumerated() { place[Int(row)] = Int32(e) }
    return Chunk(
      prompts: places, trie: trie, lists: try .ancestors(of: trie),
      final: FinalNodes(rows: rows, lists: try .ancestors(of: trie, queries: rows)),
      promptRows: trie.endNodes.map { place[Int($0)] })
  }
}
