import MocoAutograd
import MocoCLIP
import MocoTensor

// B images, C classes, E experts in use, G experts, D embedding width.

/// The keys of a training step, which change only with the classes and the experts in use.
struct StepKeys {
  let scope: TrainingScope
  let experts: [Int]
  /// The experts of the text loss.
  let textExperts: [Int]
  /// The prompts of the class loss, then those of the text loss if it has its own.
  let plan: TextPlan
  let classCount: Int
}

extension Mixture: Trainable {
  public func loss(_ batch: PromptBatch, scope: TrainingScope) throws -> PromptLoss {
    let targets = try self.targets(of: batch, scope)
    let loss = options.loss
    let v = try imageFeatures(batch.images)
    let h = try router.scores(v)
    let (alpha, routing) = try router.weights(h)

    let step = try stepKeys(routing, scope)
    // If the text loss leaves out experts, they have no gradient, not a gradient of zeros: neither momentum
    // nor weight decay changes them.
    let leavesOut = loss.textExperts.areChosen(batch: targets.count)
    let t = try encoded(step.plan, trained: leavesOut ? step.experts : nil)
    let rows = step.plan.promptCount
    let classRows = step.experts.count * step.classCount
    let forClasses = classRows == rows ? t : try F.slice(t, axis: 0, from: 0, to: classRows)
    let ofTrained = try trainedRows(forClasses, step)
    let used =
      step.experts.count == prompts.count ? alpha : try F.indexSelect(alpha, axis: 1, step.experts)
    let logits = try mixed(v, ofTrained, used, classes: scope.count)
    let classLoss = try F.crossEntropy(logits, targets: targets)

    var parts: [(name: String, value: Variable)] = [("class", classLoss)]
    var total = loss.classWeight == 1 ? classLoss : try F.scale(classLoss, loss.classWeight)
    if loss.textWeight > 0 {
      let all = classRows == rows ? t : try F.slice(t, axis: 0, from: classRows, to: rows)
      let part = try textLoss(all, experts: step.textExperts)
      parts.append(("text", part))
      total = try F.add(total, F.scale(part, loss.textWeight))
    } else {
      parts.append(("text", Variable(try Tensor([0], shape: []))))
    }
    if loss.gateWeight > 0, router.options.kind != .uniform {
      let part = try gateLoss(v, h, labels: targets.map { scope.places[$0] })
      parts.append(("gate", part))
      total = try F.add(total, F.scale(part, loss.gateWeight))
    } else {
      parts.append(("gate", Variable(try Tensor([0], shape: []))))
    }
    return PromptLoss(
      total: total, parts: parts, correct: try correctCount(logits.value, targets), count: targets.count,
      gateLoad: routing.load)
  }

  /// Whether the text loss has its own prompts.
  private func textLossStops(_ scope: TrainingScope) -> Bool {
    options.loss.textFullStop ?? !scope.isAll(classes.count)
  }

  /// The prompts of a step.
  ///
  /// Both losses share one encoding if they use the same full stop and experts. Otherwise the class
  /// loss's prompts come first, and only those of experts chosen for some image: other features would
  /// have zero weights.
  private func stepKeys(_ routing: Routing, _ scope: TrainingScope) throws -> StepKeys {
    let everyone = Array(prompts.experts.indices)
    var union = Set<Int>()
    for row in routing.chosen { union.formUnion(row) }
    let chosen = everyone.filter { union.contains($0) }
    let textExperts = options.loss.textExperts.areChosen(batch: routing.chosen.count) ? chosen : everyone
    let shares = textLossShares(scope)
    let experts = shares ? textExperts : chosen
    if let known = keysOfStep, known.scope == scope, known.experts == experts,
      known.textExperts == textExperts
    {
      return known
    }
    let made = StepKeys(
      scope: scope, experts: experts, textExperts: textExperts,
      plan: try clip.planText(stepPrompts(scope, experts, text: textExperts).keys, memory: memory),
      classCount: shares ? classes.count : scope.count)
    keysOfStep = made
    return made
  }

  /// Whether the text loss uses the features of the class loss.
  private func textLossShares(_ scope: TrainingScope) -> Bool {
    options.loss.textWeight > 0 && !textLossStops(scope)
  }

  /// The prompts of a step with these experts (nil: all), if the text loss uses those of `text`
  /// (nil: all), and the number of prompts of the class loss.
  package func stepPrompts(
    _ scope: TrainingScope, _ experts: [Int]? = nil, text: [Int]? = nil
  ) throws -> (keys: [[PromptKey]], classPrompts: Int) {
    let everyone = Array(prompts.experts.indices)
    let shared = textLossShares(scope)
    var keys = try prompts.keys(
      experts: shared ? text ?? everyone : experts ?? everyone, names: shared ? classes : names(scope),
      fullStop: false)
    let count = keys.count
    if options.loss.textWeight > 0, !shared {
      keys += try prompts.keys(experts: text ?? everyone, names: classes, fullStop: true)
    }
    return (keys, count)
  }

  /// The rows of the classes of the class loss. Shape: [E·C, D] → [E·trained, D].
  private func trainedRows(_ t: Variable, _ step: StepKeys) throws -> Variable {
    let scope = step.scope
    guard step.classCount != scope.count || (step.classCount == classes.count && !scope.isAll(classes.count))
    else { return t }
    var rows: [Int] = []
    for e in step.experts.indices { for c in scope.places { rows.append(e * step.classCount + c) } }
    return try F.indexSelect(t, axis: 0, rows)
  }

  /// Mean over g, c of the cross-entropy over c' of ⟨t[g,c], p[g,c']⟩ / τ with target c.
  ///
  /// The mean is over all G experts: if only E of them are used, the rows of the others are zero, so that each of
  /// their terms is ln C.
  /// - Shape: t [E·C, D]
  private func textLoss(_ t: Variable, experts: [Int]) throws -> Variable {
    let count = classes.count
    let features = try F.reshape(t, [experts.count, count, clip.config.embedDim])
    var products = try F.matmul(features, Variable(hard().prototypesTransposed(of: experts)))
    if options.loss.textTemperature != 1 {
      products = try F.scale(products, 1 / options.loss.textTemperature)
    }
    let flat = try F.reshape(products, [experts.count * count, count])
    let mean = try F.crossEntropy(flat, targets: (0..<(experts.count * count)).map { $0 % count })
    guard experts.count < prompts.count else { return mean }
    let share = Float(experts.count) / Float(prompts.count)
    let others = (1 - share) * logFloat(Float(count))
    return try F.add(F.scale(mean, share), Variable(Tensor([others], shape: [])))
  }

  /// Mean over images of the cross-entropy of h against softmax(q sharpened).
  private func gateLoss(_ v: Variable, _ h: Variable, labels: [Int]) throws -> Variable {
    let target = try gateTarget(options.loss.detachGateTarget ? v.detach() : v, labels: labels)
    let products = try F.mul(target, F.logSoftmax(h, axis: -1))
    return try F.scale(F.sum(products), -1 / Float(labels.count))
  }

  /// softmax(q), q[b,g] = ⟨v_b, p[g, y_b]⟩ sharpened. Shape: [B, G].
  package func gateTarget(_ v: Variable, labels: [Int]) throws -> Variable {
    let rows = labels.count
    let experts = prompts.count
    let prototypes = Variable(try hard().prototypes(of: labels))
    let width = clip.config.embedDim
    let q = try F.sum(F.mul(F.reshape(v, [rows, 1, width]), prototypes), axis: 2)
    switch options.loss.gateTarget {
    case .temperature(let temperature):
      return try F.softmax(F.scale(q, 1 / temperature), axis: -1)
    case .top(let count, let bonus):
      let chosen = route(try q.value.toFloats(), rows: rows, experts: experts, topK: min(count, experts))
        .chosen
      var raise = [Float](repeating: 0, count: rows * experts)
      for (b, list) in chosen.enumerated() { for g in list { raise[b * experts + g] = bonus } }
      return try F.softmax(F.add(q, Variable(Tensor(raise, shape: [rows, experts]))), axis: -1)
    }
  }
}
