import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

func trimmed(_ text: String) -> String {
  var text = Substring(text)
  while let last = text.last, last.isWhitespace { text = text.dropLast() }
  return String(text)
}

func expFloat(_ x: Float) -> Float { Kernels.unary(.exp, x) }
func logFloat(_ x: Float) -> Float { Kernels.unary(.log, x) }

extension CLIPModel {
  /// The token table. Shape: [vocabulary, W].
  func tokenEmbedding() throws -> Tensor { try parameter("token_embedding.weight").value.contiguous() }

  /// A token for display, without the space that marks the end of a word.
  func word(_ token: Int) throws -> String { trimmed(try tokenizer.decode([token])) }

  /// s = exp(logit_scale).
  package func logitScale() throws -> Float {
    let values = try parameter("logit_scale").value.toFloats()
    return expFloat(values.first ?? 0)
  }

  /// Whether a parameter of the text tower is trained, so that text features must not be cached.
  var trainsText: Bool {
    parameters.contains {
      $0.variable.requiresGrad && !$0.name.hasPrefix("visual.") && $0.name != "logit_scale"
    }
  }

  /// ln_1 and ln_2 of the vision tower's blocks, named as the authors' checkpoints name them.
  package func visionLayerNorms() -> [(name: String, variable: Variable)] {
    parameters.compactMap { name, variable in
      CLIPModel.isVisionLayerNorm(name) ? ("image_encoder." + name.dropFirst("visual.".count), variable) : nil
    }
  }

  private static func isVisionLayerNorm(_ name: String) -> Bool {
    name.hasPrefix("visual.transformer.") && (name.contains(".ln_1.") || name.contains(".ln_2."))
  }

  /// The same model with its own LayerNorms in the vision tower's blocks, trainable. Everything else is
  /// shared, so that training them changes no other model.
  func withOwnVisionLayerNorms() throws -> CLIPModel { try branch(where: CLIPModel.isVisionLayerNorm) }

  /// E_T for many sentences, in chunks, without gradient; rows are normalized.
  ///
  /// - Shape: [sentences, D]
  func unitFeatures(of prompts: [[PromptKey]]) throws -> [Float] {
    guard let shared = trainsText ? nil : sharedText else { return try computedUnitFeatures(of: prompts) }
    let hash = SHA256()
    for prompt in prompts { hash.update(prompt.map { String($0.code) }.joined(separator: " ") + "\n") }
    let key = hash.finish()
    if let known = shared.features(key) { return known }
    let made = try computedUnitFeatures(of: prompts)
    shared.keep(made, key)
    return made
  }

  private func computedUnitFeatures(of prompts: [[PromptKey]]) throws -> [Float] {
    let piece = CLIPModel.sentencesAtOnce
    var values: [Float] = []
    values.reserveCapacity(prompts.count * config.embedDim)
    var start = 0
    while start < prompts.count {
      try Cancellation.check()
      let end = min(prompts.count, start + piece)
      let part = Array(prompts[start..<end])
      values += try Autograd.noGrad {
        try F.normalize(encodeText(part, soft: nil)).value.toFloats()
      }
      start = end
    }
    return values
  }
}
