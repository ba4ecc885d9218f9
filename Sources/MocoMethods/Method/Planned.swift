import MocoAutograd
import MocoCLIP

/// A model with a known cost before training: its prompts are planned, and encoded in chunks if memory is
/// limited.
///
/// The chunks depend only on the prompts and the memory limit, and affect the last bits of the
/// gradients: a training continues bit for bit only with the same limit, so checkpoints contain it.
public protocol Planned: Trainable {
  /// Memory limit for the text tower's activations in a step, in bytes.
  var memory: Int { get set }
  /// The maximum work of a step with this many images: keys of all prompts.
  ///
  /// - Throws: E0603, E0604 for invalid names.
  func promptsOfStep(batch: Int, scope: TrainingScope) throws -> [[PromptKey]]
  /// The rows for the soft keys of the prompts. Shape: [R, text width]; nil if there are none.
  func softRows() throws -> Variable?
  /// The texts that are encoded once, before the first step.
  func costOnce() throws -> PromptCost
  /// Bytes of the losses' tensors in a step of this many images, including the backward pass.
  func lossBytes(batch: Int) -> Int
}

/// The cost of encoding prompts, counted from their trie.
public struct PromptCost: Sendable, Equatable {
  /// Prompts that are encoded.
  public var prompts = 0
  /// Rows that are computed.
  public var nodes = 0
  /// Rows of a computation that pads every prompt to the context.
  public var paddedRows = 0
  /// The number of chunks, due to limited memory.
  public var chunks = 0
  /// Operations of one pass forward.
  public var forwardFLOPs = 0.0
  /// Forward, backward, and repeated passes due to limited memory.
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
  /// Sentences are encoded in chunks of a constant size, so that the chunks, and the bits of results, depend
  /// only on the sentences.
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
