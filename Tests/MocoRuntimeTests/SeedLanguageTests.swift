import MocoLang
import MocoRuntime
import MocoTestSupport
import Testing

/// Every place that takes a seed reads it in one way: a whole number from 0 up.
@Suite struct SeedLanguageTests {
  private static let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let data = dataset("fashion")
    let few = data.few_shot(2)
    templates ways { group "plain" { "a photo of a {}." }  group "dark" { "a dark photo of a {}." } }

    """

  /// Every call that draws by a seed, with the seed as SEED.
  static let calls = [
    "seed(SEED)", "rand([2], seed: SEED)", "randn([2], seed: SEED)", "data.few_shot(1, seed: SEED)",
    "data.few_shot(1, seed: SEED, sampler: \"coop\")", "data.styled(seed: SEED)",
    "few.train.styled(seed: SEED)",
    "few.train.in_every_style(seed: SEED)", "few.train.in_style(\"dark\", seed: SEED)",
    "few.train[0].image.style(\"dark\", seed: SEED)", "few.train.sample(2, seed: SEED)",
    "few.train.batches(4, shuffle: true, seed: SEED)", "dataset(\"fashion\", seed: SEED)",
    "sample_folder(\"FOLDER\", per_class: 1, size: 8, seed: SEED)", "router(16, seed: SEED)",
    "soft_prompts(clip, ways, start: \"random\", seed: SEED)",
    "mixture(clip, ways, classes: data.classes, seed: SEED)",
    "coop(clip, data.classes, init: nil, tokens: 2, seed: SEED)", "kgcoop(clip, data.classes, seed: SEED)",
    "train coop(clip, data.classes) on few.train for 1 epoch { seed: SEED, quiet: true, dry_run: true }",
    """
    clip_model({embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35], \
    text: {width: 16, layers: 1, heads: 2}, \
    vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}}, seed: SEED)
    """,
  ]

  @Test(arguments: calls) func takeWholeNumbersFromZeroUp(_ call: String) throws {
    try Repository.inFolder { folder in
      func outcome(_ seed: String) -> String {
        let program =
          Self.setup + call.replacing("SEED", with: seed).replacing("FOLDER", with: "\(folder)/photos")
        return printed("try {\n\(program)\nprint(\"taken\")\n} catch error { print(error.code) }")
      }
      #expect(outcome("-1") == "E0305\n")
      #expect(outcome("1.0") == "E0303\n")
      #expect(outcome("\"1\"") == "E0303\n")
      #expect(outcome("9223372036854775807").hasSuffix("taken\n"))
    }
  }

  @Test func theRemedyNamesTheArgument() {
    #expect(
      printed("seed(-1)", helps: true)
        == "E0305 seed does not accept -1 for 'n'\nhelp: use an integer of at least 0\n")
  }
}
