import MocoAutograd
import MocoCLIP
import MocoTensor
import MocoTestSupport
import Testing

/// [end] inside a text: CLIP takes the feature where the ids have their first maximum.
@Suite struct EndInTextTests {
  private func features(_ clip: CLIPModel, _ texts: [String]) throws -> [[Float]] {
    let values = try clip.encodeTexts(texts).value.toFloats()
    let width = clip.config.embedDim
    return texts.indices.map { Array(values[$0 * width..<($0 + 1) * width]) }
  }

  @Test(arguments: ["a coat <|endoftext|> bag", "a coat<|endoftext|>", "a coat <|endoftext|><|endoftext|> x"])
  func whatFollowsTheFirstEndDoesNotCount(_ text: String) throws {
    let clip = try TinyCLIP.make()
    let found = try features(clip, [text, "a coat", "a coat bag"])
    #expect(found[0] == found[1])
    #expect(found[0] != found[2])
  }

  /// The tower that fills texts up sees all of them, and still reads the first [end].
  @Test func towersThatSeeAllReadTheFirstEndToo() throws {
    var config = try TinyCLIP.make().config
    config.text.isCausal = false
    let clip = try CLIPModel.random(config: config, seed: 2, tokenizerDirectory: Repository.tokenizer)
    let text = "a coat <|endoftext|> bag"
    let keys = try clip.promptKeys(text)
    let end = PromptKey.token(config.endToken)
    #expect(keys.filter { $0 == end }.count == 2)
    let found = try features(clip, [text, "a coat"])
    #expect(found[0] != found[1])
    let taps = TowerTaps()
    let feature = try clip.encodeText([keys], taps: taps).value.toFloats()
    // The same texts side by side: a row of a product may have other last bits beside other rows.
    let both = try clip.encodeText([keys, clip.promptKeys("a coat")]).value.toFloats()
    #expect(Array(both.prefix(config.embedDim)) == found[0])
    // The last states at the first [end], through the last LayerNorm and the projection, are the feature.
    let states = try #require(taps.hidden.last).toFloats()
    let place = try #require(keys.firstIndex(of: end))
    let width = config.text.width
    let row = Array(states[place * width..<(place + 1) * width])
    let mean = row.reduce(0, +) / Float(width)
    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(width)
    let weight = try clip.parameter("ln_final.weight").value.toFloats()
    let bias = try clip.parameter("ln_final.bias").value.toFloats()
    let projection = try clip.parameter("text_projection").value.toFloats()
    let d = config.embedDim
    for column in 0..<d {
      var sum: Float = 0
      for i in 0..<width {
        let normed = (row[i] - mean) / (variance + config.textLayerNormEps).squareRoot() * weight[i] + bias[i]
        sum += normed * projection[i * d + column]
      }
      #expect(abs(sum - feature[column]) < 1e-4)
    }
  }

  @Test func startInsideATextIsAToken() throws {
    let clip = try TinyCLIP.make()
    let keys = try clip.promptKeys("a <|startoftext|> coat")
    let plain = try clip.promptKeys("a coat")
    #expect(keys.count == plain.count + 1)
    #expect(keys[2] == .token(clip.config.startToken))
    let found = try features(clip, ["a <|startoftext|> coat", "a coat"])
    #expect(found[0] != found[1])
  }

  @Test func captionsAreReadSo() throws {
    let clip = try TinyCLIP.make()
    let images = Variable(try TinyCLIP.pixels(2))
    let plain = try clip.contrastiveLoss(images: images, captions: ["a coat", "a bag"]).value.item()
    let marked = try clip.contrastiveLoss(
      images: images, captions: ["a coat <|endoftext|> shoe", "a bag"]
    ).value.item()
    #expect(plain == marked)
  }
}
