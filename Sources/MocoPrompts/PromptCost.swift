import MocoAutograd
import MocoCLIP

/// What encoding prompts costs, counted from their trie.
public struct PromptCost: Sendable, Equatable {
  public var prompts = 0
  /// Rows that are computed.
  public var nodes = 0
  /// Rows of a computation that pads every prompt to the context.
  public var paddedRows = 0
  public var chunks = 0
  public var forwardFLOPs = 0.0
  /// Forward, backward, and what is run again for lack of memory.
  public var stepFLOPs = 0.0

  public init() {}

  /// The cost of a plan's prompts.
  public init(_ plan: TextPlan, _ config: CLIPConfig) {
    prompts = plan.promptCount
    nodes = plan.nodeCount
    paddedRows = plan.paddedRows
    chunks = plan.chunkCount
    forwardFLOPs = plan.forwardFLOPs(config)
    stepFLOPs = plan.stepFLOPs(config)
  }

  static func + (a: PromptCost, b: PromptCost) -> PromptCost {
    var sum = a
    sum.prompts += b.prompts
    sum.nodes += b.nodes
    sum.paddedRows += b.paddedRows
    sum.chunks += b.chunks
    sum.forwardFLOPs += b.forwardFLOPs
    sum.stepFLOPs += b.stepFLOPs
    return sum
  }
}

extension CLIPModel {
  /// Sentences are encoded in pieces of a constant size, so that the pieces, and with them the bits, depend
  /// on the sentences alone.
  static let sentencesAtOnce = 2048

  /// The cost of `unitFeatures`.
  func cost(of sentences: [[PromptKey]]) throws -> PromptCost {
    var cost = PromptCost()
    for start in stride(from: 0, to: sentences.count, by: CLIPModel.sentencesAtOnce) {
      let piece = Array(sentences[start..<min(sentences.count, start + CLIPModel.sentencesAtOnce)])
      cost = cost + PromptCost(try planText(piece), config)
    }
    return cost
  }
}

extension ZeroShot {
  /// What the text features of some classes cost.
  /// - Throws: E0603, E0604 for names the model cannot read.
  public func cost(_ names: [String]) throws -> PromptCost { try clip.cost(of: sentences(names)) }
}

extension Mixture {
  /// The prompts of the last step; nil before the first.
  package var stepPlan: TextPlan? { keysOfStep?.plan }

  /// Where the text loss leaves experts out, those that a batch can choose at the most: the ones whose prompts
  /// are longest.
  public func promptsOfStep(batch: Int) throws -> [[PromptKey]] {
    let used = expertsOfStep(batch: batch)
    return try stepPrompts(used, text: used).keys
  }

  /// nil: all.
  private func expertsOfStep(batch: Int) -> [Int]? {
    let (most, overflow) = max(batch, 1).multipliedReportingOverflow(by: router.topK)
    guard options.loss.textExperts.areChosen(batch: batch), !overflow, most < prompts.count else {
      return nil
    }
    let lengths = prompts.experts.map { $0.beforeRows.count + $0.afterRows.count }
    let order = lengths.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
    return order.prefix(most).sorted()
  }

  public func softRows() throws -> Variable? { try prompts.rows() }

  /// The hard features, unless they are there already or no loss reads them.
  public func costOnce() throws -> PromptCost {
    guard frozen == nil, options.loss.textWeight > 0 || options.loss.gateWeight > 0 else {
      return PromptCost()
    }
    return try clip.cost(of: HardFeatures.sentences(clip: clip, templates: templates, classes: classes))
  }

  public func lossBytes(batch: Int) -> Int {
    let rows = Double((expertsOfStep(batch: batch)?.count ?? prompts.count) * classes.count)
    let width = Double(clip.config.embedDim)
    // Features, with w, normalized, and the gradients of each; prototypes twice; logits of both losses.
    let features = rows * width * 8 + Double(templates.templates.count * classes.count) * width
    let logits = 4 * rows * (Double(classes.count) + Double(batch))
    return Int(min((features + logits) * 4, 1e18))
  }
}

extension CoOp {
  public func promptsOfStep(batch: Int) throws -> [[PromptKey]] { try keys(names(.base), places: trained) }
  public func softRows() throws -> Variable? { try rows() }
  public func costOnce() throws -> PromptCost { PromptCost() }
  public func lossBytes(batch: Int) -> Int {
    (6 * clip.config.embedDim + 4 * batch) * classes.count * MemoryLayout<Float>.stride
  }
}
