import MocoAutograd
import MocoBase
import MocoCLIP
import MocoMethods
import MocoTensor

/// A CLIP of random numbers, small enough for finite differences.
package enum TinyCLIP {
  package static func make(seed: UInt64 = 1, context: Int = 24, scale: Float = 1) throws -> CLIPModel {
    let merges = 4096
    let config = CLIPConfig(
      name: "tiny", embedDim: 12,
      vision: VisionConfig(imageSize: 8, patchSize: 4, width: 16, layers: 2, heads: 2, channels: 1),
      text: TextConfig(
        context: context, vocabulary: Tokenizer.vocabularySize(merges: merges), width: 16, layers: 2, heads: 2
      ),
      activation: .quickGelu, tokenizerMerges: merges)
    var tensors: [String: Tensor] = [:]
    for (name, shape) in config.parameterShapes {
      var random = Philox(seed: seed, stream: name)
      let count = shape.reduce(1, *)
      var values = (0..<count).map { _ in Float(random.nextNormal()) * 0.3 * scale }
      if name.contains("ln_"), name.hasSuffix("weight") { values = values.map { 1 + 0.3 * $0 } }
      if name == "logit_scale" { values = [1.5] }
      tensors[name] = try Tensor(values, shape: shape)
    }
    return try CLIPModel(config: config, tensors: tensors, tokenizerDirectory: Repository.tokenizer)
  }

  /// Random unit features. Shape: [count, 12].
  package static func features(_ count: Int, seed: UInt64 = 9) throws -> Tensor {
    var random = Philox(seed: seed, stream: "features")
    return try Tensor((0..<(count * 12)).map { _ in Float(random.nextNormal()) }, shape: [count, 12])
  }

  package static func pixels(_ count: Int, seed: UInt64 = 9) throws -> Tensor {
    var random = Philox(seed: seed, stream: "pixels")
    return try Tensor((0..<(count * 64)).map { _ in Float(random.nextNormal()) }, shape: [count, 1, 8, 8])
  }

  package static func groups() throws -> TemplateSet {
    try TemplateSet(
      name: "three",
      groups: [
        TemplateGroup(name: "photo", ["a photo of a {}.", "a photo of the {}."]),
        TemplateGroup(name: "texture", ["{} texture."]),
        TemplateGroup(name: "flower", ["art of a {}, a type of flower.", "the {} in the garden."]),
      ])
  }

  package static let classes = ["forest", "sea or lake", "T-shirt", "egyptian cat"]
}

extension Classifier {
  /// As if it had been trained on these classes.
  package func wasTrained(on names: [String]) throws { recordTraining(on: try scope(of: names)) }
}
