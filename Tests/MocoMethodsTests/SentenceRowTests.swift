import MocoBase
import MocoCLIP
import MocoMethods
import MocoTensor
import MocoTestSupport
import Testing

/// Class names whose last signs join what follows them, against rows made with OpenAI's vocabulary by the rules
/// of the published programs (Tests/Fixtures/prompts/rows.json): numbers are tokens, `s0` … the soft tokens.
@Suite struct SentenceRowTests {
  private static let cases: [(name: String, row: Json)] =
    (try? Json.parse(file: Repository.fixture("prompts/rows.json")).arrayValue ?? [])?
    .compactMap { row in row["name"]?.stringValue.map { ($0, row) } } ?? []

  /// A model with the whole vocabulary and next to no weights.
  private static func clip(context: Int = 77) throws -> CLIPModel {
    let config = CLIPConfig(
      embedDim: 4, vision: VisionConfig(imageSize: 8, patchSize: 4, width: 8, layers: 1, heads: 1),
      text: TextConfig(context: context, width: 8, layers: 1, heads: 1))
    return try CLIPModel.random(config: config, seed: 1, tokenizerDirectory: Repository.tokenizer)
  }

  private func expected(_ row: Json?, soft: Range<Int>) -> [PromptKey] {
    (row?.arrayValue ?? []).compactMap { key in
      if let id = key.intValue { return .token(id) }
      return key.stringValue.flatMap { Int($0.dropFirst()) }.map { .soft(soft.lowerBound + $0) }
    }
  }

  @Test(arguments: CoOpOptions.Position.allCases)
  func coopTokenizesTheWholeSentence(_ position: CoOpOptions.Position) throws {
    #expect(SentenceRowTests.cases.count > 25)
    var options = CoOpOptions()
    options.position = position
    let coop = try CoOp(
      clip: SentenceRowTests.clip(), classes: SentenceRowTests.cases.map(\.name), options: options)
    for (keys, item) in zip(try coop.promptsOfStep(batch: 32, scope: coop.trained), SentenceRowTests.cases) {
      #expect(keys == expected(item.row["coop"]?[position.rawValue], soft: 0..<4), "\(item.name)")
    }
  }

  /// With a context of its own each class keeps its own words.
  @Test func contextsOfClassesKeepTheirNames() throws {
    var options = CoOpOptions()
    options.shared = false
    let coop = try CoOp(
      clip: SentenceRowTests.clip(), classes: SentenceRowTests.cases.map(\.name), options: options)
    for (index, keys) in try coop.promptsOfStep(batch: 32, scope: coop.trained).enumerated() {
      let item = SentenceRowTests.cases[index]
      #expect(
        keys == expected(item.row["coop"]?["end"], soft: 4 * index..<4 * index + 4), "\(item.name)")
    }
  }

  @Test func expertsTokenizeTheWholeSentence() throws {
    let frames = [
      ("photo", "a photo of a {}."), ("texture", "{} texture."), ("flower", "art of a {}, a type of flower."),
      ("game", "a {} in a video game."),
    ]
    let set = try TemplateSet(
      name: "frames", groups: frames.map { try TemplateGroup(name: $0.0, [$0.1]) })
    var options = MixtureOptions()
    options.loss.textFullStop = true
    let mixture = try Mixture(
      clip: SentenceRowTests.clip(), templates: set, classes: SentenceRowTests.cases.map(\.name),
      options: options)
    let keys = try mixture.promptsOfStep(batch: 32, scope: mixture.trained)
    let count = SentenceRowTests.cases.count
    try #require(keys.count == 2 * frames.count * count)
    for (half, ending) in ["", " stop"].enumerated() {
      for (g, frame) in frames.enumerated() {
        let expert = mixture.prompts.experts[g]
        let rows = expert.beforeRows.lowerBound..<expert.afterRows.upperBound
        for (c, item) in SentenceRowTests.cases.enumerated() {
          #expect(
            keys[(half * frames.count + g) * count + c]
              == expected(item.row["mixture"]?[frame.0 + ending], soft: rows),
            "\(frame.0)\(ending): \(item.name)")
        }
      }
    }
  }

  @Test func joinedNamesStillCountAgainstTheContext() throws {
    let clip = try SentenceRowTests.clip(context: 9)
    #expect(throws: Never.self) { try CoOp(clip: clip, classes: ["a/.", "cat"]) }
    #expect { try CoOp(clip: clip, classes: ["a/b.", "cat"]) } throws: {
      ($0 as? Failure)?.code == "E0603"
    }
  }
}
