import MocoAutograd
import MocoCLIP

/// A model whose cost is known before it is trained: its prompts are planned, and encoded in chunks where memory is
/// short.
///
/// How they are cut follows from the prompts and the budget alone, and shows in the last bits of the
/// gradients: a training goes on bit for bit only with the budget it began with, so checkpoints hold it.
public protocol Planned: Trainable {
  /// Bytes that the text tower's activations may take in a step.
  var memory: Int { get set }
  /// What a step of so many images encodes at the most: keys of all prompts.
  ///
  /// - Throws: E0603, E0604 for names that cannot be read.
  func promptsOfStep(batch: Int, scope: TrainingScope) throws -> [[PromptKey]]
  /// The rows that the prompts' soft keys name. Shape: [R, text width]; nil where there are none.
  func softRows() throws -> Variable?
  /// What is encoded once, before the first step.
  func costOnce() throws -> PromptCost
  /// Bytes of the losses' tensors in a step of so many images, with the way back.
  func lossBytes(batch: Int) -> Int
}

/// What encoding prompts costs, counted from their trie.
public struct PromptCost: Sendable, Equatable {
  /// Prompts that are encoded.
  public var prompts = 0
  /// Rows that are computed.
  public var nodes = 0
  /// Rows of a computation that pads every prompt to the context.
  public var paddedRows = 0
  /// Pieces that they are encoded in, for lack of memory.
  public var chunks = 0
  /// Operations of one pass forward.
  public var forwardFLOPs = 0.0
  /// Forward, backward, and what is run again for lack of memory.
  public var stepFLOPs = 0.0

  /// The cost of nothing.
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
