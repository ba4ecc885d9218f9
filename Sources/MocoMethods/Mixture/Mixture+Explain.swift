import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

extension Mixture: Routed {
  public var expertNames: [String] { templates.groups.map(\.name) }

  public var routerRemark: String? {
    guard router.topK == 1, router.experts > 1, router.options.kind != .uniform,
      options.loss.gateWeight == 0
    else { return nil }
    return
      "the router gets no gradient: with top_k 1 its only weight is always 1, and there is no gate loss; "
      + "set loss { gate: 1 }, or use a larger top_k"
  }

  public func routingNumbers() throws -> [Float] {
    try router.weight.value.toFloats() + (router.bias?.value.toFloats() ?? [])
  }

  public func routing(_ images: ImageInput) throws -> Routing {
    try Autograd.noGrad { try router.weights(router.scores(imageFeatures(images))).routing }
  }

  /// Explains one image.
  ///
  /// - Parameters:
  ///   - image: features [1, D] or pixels [1, channels, H, W].
  ///   - shown: display names for the classes of `selection`, if there are duplicates; nil: their names.
  /// - Throws: E0705 for more or less than one image, or if names and classes do not match.
  public func explain(
    _ image: ImageInput, classes selection: ClassSelection, shown: [String]?, top: Int
  ) throws -> Explanation {
    guard image.count == 1 else {
      throw Failure(
        "E0705", "route explains one image, found \(image.count)", help: "pass one image: data.test[0]")
    }
    let names = self.names(selection)
    let shown = shown ?? names
    guard shown.count == names.count else {
      throw Failure("E0705", "\(shown.count) names for \(names.count) classes")
    }
    return try Autograd.noGrad {
      let v = try imageFeatures(image)
      let t = try textFeatures(names)
      let (alpha, routing) = try router.weights(router.scores(v))
      let scale = try clip.logitScale()
      let logits = try mixed(v, t, alpha, classes: names.count).value.toFloats()
      let values = probabilities(logits)
      let all = ranked(values, shown)
      var place = 0
      for c in values.indices where values[c] > values[place] { place = c }
      let cosines = try F.matmul(v, F.permute(t, [1, 0])).value.toFloats()
      let direction = try v.value.toFloats()
      let predicted = names.indices.contains(place) ? names[place] : ""
      let reader = PromptText(clip: clip)
      let chosen = Set(routing.chosen[0])
      let order = prompts.experts.indices.sorted {
        (routing.scores[0][$1], $0) < (routing.scores[0][$0], $1)
      }
      let views = try order.map { g -> Explanation.ExpertView in
        let group = prompts.experts[g].group
        let own = cosines[(g * names.count)..<((g + 1) * names.count)].map { $0 * scale }
        let sentences = group.templates.map { $0.filled(with: predicted) }
        let features = try clip.unitFeatures(of: sentences.map { try reader.sentence($0) })
        var best: Explanation.Score?
        for (m, sentence) in sentences.enumerated() {
          var cosine: Float = 0
          for d in direction.indices { cosine += direction[d] * features[m * direction.count + d] }
          if cosine > best?.value ?? -2 { best = Explanation.Score(name: sentence, value: cosine) }
        }
        return Explanation.ExpertView(
          index: g, group: group.name, score: routing.scores[0][g], weight: routing.weights[0][g],
          chosen: chosen.contains(g), classes: Array(ranked(probabilities(own), shown).prefix(top)),
          template: best, logits: own)
      }
      return Explanation(
        names: shown, logits: logits, probabilities: values, classes: Array(all.prefix(max(top, 1))),
        place: place, experts: views)
    }
  }

  private func probabilities(_ logits: [Float]) -> [Float] {
    guard let top = logits.max() else { return [] }
    let values = logits.map { expFloat($0 - top) }
    let sum = values.reduce(0, +)
    return values.map { $0 / sum }
  }

  private func ranked(_ values: [Float], _ names: [String]) -> [Explanation.Score] {
    values.indices.sorted { values[$0] == values[$1] ? $0 < $1 : values[$0] > values[$1] }
      .map { Explanation.Score(name: names[$0], value: values[$0]) }
  }
}

extension Mixture {
  /// The parts of a step, for tests: image features [B, D], text features [G, C, D], gate target [B, G].
  package func probe(_ batch: PromptBatch, scope: TrainingScope) throws -> (Tensor, Tensor, Tensor) {
    try Autograd.noGrad {
      let v = try imageFeatures(batch.images)
      let text = try F.reshape(
        textFeatures(names(scope)), [prompts.count, scope.count, clip.config.embedDim])
      let labels = try targets(of: batch, scope).map { scope.places[$0] }
      return (v.value, text.value, try gateTarget(v, labels: labels).value)
    }
  }
}
