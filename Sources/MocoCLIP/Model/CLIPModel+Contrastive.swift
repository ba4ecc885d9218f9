import MocoAutograd
import MocoBase
import MocoTensor

// Symbols in shapes: B pairs, D embedding.

extension CLIPModel {
  /// A text as keys of the text tower: [start], its tokens, [end]. A text that contains an [end] is read
  /// up to the first one, where CLIP reads the feature.
  ///
  /// - Parameter truncates: whether a text that is too long is cut instead of rejected.
  /// - Throws: E0603 if it is longer than the context, and errors of the tokenizer.
  public func promptKeys(_ text: String, truncates: Bool = false) throws -> [PromptKey] {
    let ids = try tokenizer.prompt(text, context: config.text.context, truncates: truncates)
    return config.text.read(ids.map { .token($0) })
  }

  /// Features of texts, not normalized; equal texts are encoded once.
  ///
  /// - Shape: [texts, D]
  /// - Throws: E0603 for a text longer than the context, and errors of `encodeText`.
  public func encodeTexts(
    _ texts: [String], truncates: Bool = false, memory: Int = TextPlan.defaultMemory
  ) throws -> Variable {
    var places: [String: Int] = [:]
    var prompts: [[PromptKey]] = []
    var rows: [Int] = []
    for text in texts {
      if let place = places[text] {
        rows.append(place)
      } else {
        places[text] = prompts.count
        rows.append(prompts.count)
        prompts.append(try promptKeys(text, truncates: truncates))
      }
    }
    let features = try encodeText(planText(prompts, memory: memory))
    return prompts.count == texts.count ? features : try F.gather(features, rows)
  }

  /// s, the factor of the cosines: exp(logit_scale), as used for predictions.
  public func scale() throws -> Variable { try F.exp(parameter("logit_scale")) }

  /// s in contrastive training, limited to 100 as in CLIP.
  private func cappedScale() throws -> Variable {
    try F.exp(F.clip(parameter("logit_scale"), -Float.greatestFiniteMagnitude, Kernels.unary(.log, 100)))
  }

  /// The symmetric contrastive loss of pairs (Radford et al. 2021, figure 3): each image against all captions
  /// of the batch, each caption against all images, the mean of both cross entropies.
  ///
  /// - Parameters:
  ///   - images: normalized pixels.
  ///   - captions: one per image; equal ones are encoded once, but count as different pairs.
  /// - Shape: images [B, channels, S, S]; result []
  /// - Throws: E0205 if the numbers differ or there are none, and errors of the towers.
  public func contrastiveLoss(images: Variable, captions: [String]) throws -> Variable {
    let count = images.value.shape.first ?? 0
    guard count == captions.count, count > 0 else {
      throw Failure(
        "E0205", "the numbers of images and captions differ: \(count) images, \(captions.count) captions",
        help: "pass one caption per image, and at least one")
    }
    let image = try F.normalize(encodeImage(images))
    let text = try F.normalize(encodeTexts(captions))
    let logits = try F.mul(F.matmul(image, F.transpose(text)), cappedScale())
    let pairs = Array(0..<count)
    let both = try F.add(
      F.crossEntropy(logits, targets: pairs), F.crossEntropy(F.transpose(logits), targets: pairs))
    return try F.scale(both, 0.5)
  }
}
