import MocoBase
import MocoCLIP
import MocoMethods
import MocoRuntime
import MocoTensor

/// The inputs of benchmarks: the same numbers and names in every run.
package enum BenchInputs {
  private static let nouns = [
    "otter", "heron", "beetle", "lighthouse", "teapot", "accordion", "tractor", "wardrobe", "mushroom",
    "canoe",
    "violin", "hammer", "lemon", "suspension bridge", "greenhouse", "sea snake", "mountain bike",
    "paper lantern",
    "shepherd dog", "fire truck", "wooden spoon", "grand piano", "water tower", "honeycomb", "snowplow",
  ]
  private static let adjectives = [
    "", "red", "striped", "northern", "miniature", "spotted", "golden", "long-haired", "antique", "desert",
    "river", "common", "great white", "folding", "tropical", "black-footed", "royal", "alpine", "electric",
    "marsh",
    "giant", "rock", "ringed", "lesser", "winter", "stone", "Siberian", "short-tailed", "hanging", "double",
    "silver", "crested", "night", "harbor", "wild", "painted", "hooded", "island", "copper", "bearded",
  ]

  /// The number of distinct class names.
  package static let most = nouns.count * adjectives.count

  /// Distinct class names of one to four words, beginning with the simplest.
  /// - Throws: E0706 if there are not that many.
  package static func classes(_ count: Int) throws -> [String] {
    guard count >= 1, count <= most else {
      throw Failure("E0706", "the number of classes is \(count)", help: "use 1 to \(most)")
    }
    return (0..<count).map { index in
      let adjective = adjectives[index / nouns.count]
      let noun = nouns[index % nouns.count]
      return adjective.isEmpty ? noun : adjective + " " + noun
    }
  }

  /// This many templates with a place for the class: kinds of pictures of things in some state.
  /// - Throws: E0706 if there are not that many.
  package static func sentences(_ count: Int) throws -> [Template] {
    let kinds = [
      "photo", "drawing", "painting", "close-up photo", "sketch", "plastic model", "sculpture", "video frame",
    ]
    let looks = ["", "bad ", "bright ", "dark ", "blurry ", "large "]
    let ends = ["of a {}.", "of the {}."]
    guard count >= 1, count <= kinds.count * looks.count * ends.count else {
      throw Failure(
        "E0706", "the number of templates is \(count)",
        help: "use 1 to \(kinds.count * looks.count * ends.count)")
    }
    return try (0..<count).map { index in
      let rest = index / ends.count
      let look = looks[rest / kinds.count]
      let kind = kinds[rest % kinds.count]
      return try Template("a \(look)\(kind) \(ends[index % ends.count])")
    }
  }

  /// Random numbers with standard deviation 1.
  static func normal(_ shape: [Int], _ stream: String, seed: UInt64) throws -> Tensor {
    var random = Philox(seed: seed, stream: "bench/" + stream)
    let tensor = try Tensor.zeros(shape)
    try tensor.withMutableFloats { values in for i in values.indices { values[i] = random.nextNormal() } }
    return tensor
  }

  /// The trained model that is included in moco.
  static let shipped = "small"

  /// The included model, or one with random weights; its vision tower is the smallest possible if only texts are
  /// encoded.
  /// - Throws: E0706 for a name that is unknown.
  static func model(_ name: String, seed: UInt64, textOnly: Bool) throws -> CLIPModel {
    if name == shipped, let library = StandardLibrary.locate() {
      return try CLIPModel.load(
        path: library.path("models", "\(shipped)-clip.safetensors"),
        tokenizerDirectory: library.path("tokenizer"))
    }
    let names = CLIPConfig.known.map(\.name) + [shipped]
    guard var config = CLIPConfig.known.first(where: { $0.name == name })?.config else {
      throw Failure(
        "E0706", "there is no architecture \"\(name)\"",
        help: Nearest.name(to: name, among: names).map { "did you mean \"\($0)\"?" }
          ?? "use one of \(names.joined(separator: ", "))")
    }
    if textOnly { config.vision = VisionConfig(imageSize: 8, patchSize: 8, width: 8, layers: 1, heads: 1) }
    return try CLIPModel.random(
      config: config, seed: seed, tokenizerDirectory: StandardLibrary.locate()?.path("tokenizer"))
  }
}
