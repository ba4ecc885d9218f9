import MocoTensor

/// Prompts prepared for the text tower: checked, cut into chunks that fit a memory budget, each chunk a trie
/// with its attention lists. A plan depends on the prompts' keys only, so the caller keeps it while they do not
/// change.
///
/// With one chunk a training step keeps its activations between forward and backward. With more, features are
/// computed chunk by chunk without activations, and each chunk runs forward again on the way back.
public final class TextPlan: Sendable {
  /// A range of the prompts as one trie.
  package struct Chunk: Sendable {
    package let prompts: Range<Int>
    package let trie: PromptTrie
    package let lists: AttentionLists
    /// The distinct end nodes and their lists.
    package let final: FinalNodes
    /// Each prompt's place among the final nodes.
    package let promptRows: [Int32]
  }

  package struct FinalNodes: Sendable {
    package let rows: [Int32]
    package let lists: AttentionLists
  }

  package let chunks: [Chunk]
  public let promptCount: Int
  /// Rows of all chunks together. A prefix shared between chunks counts in each.
  public let nodeCount: Int
  /// Rows that a padded computation would need.
  public let paddedRows: Int
  /// One more than the largest soft row in use.
  public let softRows: Int
  package let tokenLimit: Int
  package let width: Int

  /// The number of chunks; more than one means two passes in training.
  public var chunkCount: Int { chunks.count }

  /// Memory for activations where the caller gives no budget, in bytes. A constant: results must not depend on
  /// the machine.
  public static let defaultMemory = 2 << 30

  /// - Parameters:
  ///   - prompts: keys of each prompt, [start] and [end] included.
  ///   - memory: bytes that the activations of a chunk may take. One prompt is always a chunk, however small the
  ///     budget.
  /// - Throws: E0604 for an empty prompt, E0603 for one longer than the context, E0202 for a token outside the
  ///   vocabulary or a negative soft row, E0405 if there are too many nodes.
  public init(_ prompts: [[PromptKey]], config: CLIPConfig, memory: Int = TextPlan.defaultMemory) throws {
    let text = config.text
    var softRows = 0
    for (index, prompt) in prompts.enumerated() {
      guard !prompt.isEmpty else {
        throw CLIPError(
          code: "E0604", "prompt \(index) is empty", help: "a prompt holds [start], some tokens and [end]")
      }
      guard prompt.count <= text.context else {
        throw CLIPError(
          code: "E0603",
          "prompt \(index) has \(prompt.count) tokens, [start] and [end] included; the model takes \(text.context)",
          help: "shorten the template or the class name")
      }
      for key in prompt {
        switch key {
        case .token(let id):
          guard id >= 0, id < text.vocabulary else {
            throw TensorError(
              code: "E0202", message: "token \(id) in prompt \(index) is outside the vocabulary of \(text.vocabulary)",
              help: nil)
          }
        case .soft(let row):
          guard row >= 0, row < Int(Int32.max) else {
            throw TensorError(
              code: "E0202", message: "soft token \(row) in prompt \(index) is no row", help: "rows count from 0")
          }
          softRows = max(softRows, row + 1)
        }
      }
    }
    let limit = max(1, memory / TextPlan.bytesPerNode(text))
    var chunks: [Chunk] = []
    var first = 0
    while first < prompts.count {
      let end = TextPlan.chunkEnd(prompts, from: first, maximumNodes: limit)
      chunks.append(try TextPlan.chunk(prompts, first..<end))
      first = end
    }
    self.chunks = chunks
    promptCount = prompts.count
    nodeCount = chunks.reduce(0) { $0 + $1.trie.nodeCount }
    paddedRows = prompts.count.multipliedReportingOverflow(by: text.context).partialValue
    self.softRows = softRows
    tokenLimit = text.vocabulary
    width = text.width
  }

  /// Bytes that one node keeps for the backward pass, all layers, and needs while it runs.
  package static func bytesPerNode(_ text: TextConfig) -> Int {
    let kept = text.layers * (7 * text.width + text.mlpWidth + text.heads * 12)
    let passing = 8 * text.width + 2 * text.mlpWidth
    return (kept + passing) * MemoryLayout<Float>.stride
  }

  /// The end of the longest run of prompts from `first` on with at most so many nodes.
  private static func chunkEnd(_ prompts: [[PromptKey]], from first: Int, maximumNodes: Int) -> Int {
    var nodes = 0, end = first
    while end < prompts.count {
      var shared = 0
      if end > first {
        let previous = prompts[end - 1], next = prompts[end]
        while shared < previous.count, shared < next.count, previous[shared] == next[shared] { shared += 1 }
      }
      nodes += prompts[end].count - shared
      if nodes > maximumNodes, end > first { break }
      end += 1
    }
    return end
  }

  private static func chunk(_ prompts: [[PromptKey]], _ range: Range<Int>) throws -> Chunk {
    let trie = PromptTrie(Array(prompts[range]))
    let rows = Array(Set(trie.endNodes)).sorted()
    var place = [Int32](repeating: -1, count: trie.nodeCount)
    for (e, row) in rows.enumerated() { place[Int(row)] = Int32(e) }
    return Chunk(
      prompts: range, trie: trie, lists: try .ancestors(of: trie),
      final: FinalNodes(rows: rows, lists: try .ancestors(of: trie, queries: rows)),
      promptRows: trie.endNodes.map { place[Int($0)] })
  }
}

extension TextPlan {
  /// Floating-point operations of one forward pass over the plan's nodes: what the trie needs, not what a padded
  /// computation would do.
  public func forwardFLOPs(_ config: CLIPConfig) -> Double {
    let w = Double(config.text.width), m = Double(config.text.mlpWidth), layers = Double(config.text.layers)
    var total = 0.0
    for chunk in chunks {
      let n = Double(chunk.trie.nodeCount), e = Double(chunk.final.rows.count)
      let pairs = Double(chunk.lists.pairCount), finalPairs = Double(chunk.final.lists.pairCount)
      total += (layers - 1) * (n * (8 * w * w + 4 * w * m) + pairs * 4 * w)
      total += n * 4 * w * w + e * (4 * w * w + 4 * w * m) + finalPairs * 4 * w
      total += e * 2 * w * Double(config.embedDim)
    }
    return total
  }
}
