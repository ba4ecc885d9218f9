/// A training that takes some steps.
enum Lesson {
  /// What it needs, in a cell of its own.
  static let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let names = ["ab", "cd", "ef", "gh"]
    let data = dataset(features: randn([40, 16], seed: 3), labels: [i % 4 for i in 0..<40], classes: names)
    templates ways { group "plain" { "a photo of a {}." } }
    let mix = mixture(clip, ways, classes: names)
    """

  static func training(epochs: Int) -> String {
    setup + "\nlet run = train(mix, on: data.train, for: \(epochs) epochs, batch: 10);"
  }
}
