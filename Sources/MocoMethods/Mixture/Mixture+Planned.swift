import MocoAutograd
import MocoCLIP

extension Mixture: Planned {
  /// The prompts of the last step; nil before the first.
  package var stepPlan: TextPlan? { keysOfStep?.plan }

  /// If the text loss leaves out experts, the maximum number that a batch can choose: those with the longest
  /// prompts.
  public func promptsOfStep(batch: Int, scope: TrainingScope) throws -> [[PromptKey]] {
    let used = expertsOfStep(batch: batch)
    return try stepPrompts(scope, used, text: used).keys
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

  /// The hard features, unless they are already computed or no loss uses them.
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
