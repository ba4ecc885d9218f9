import MocoLang
import MocoRuntime
import Testing

/// What a training would cost, as programs ask for it.
@Suite struct ForecastLanguageTests {
  private func run(_ program: String) -> String { printed(setup + program) }

  private let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 2, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let few = dataset("fashion").styled(seed: 3).few_shot(2, seed: 3).train
    templates ways {
      group "plain"  { "a clean photo of a {}." }
      group "sketch" { "a sketch of a {}." }
    }
    let mix = mixture(clip, ways, classes: few.classes)

    """

  @Test func aDryRunTrainsNothing() {
    let output = run(
      """
      let before = mix.w.to_list()
      let dry = train mix on few for 3 epochs { batch: 4, dry_run: true }
      let same = forecast(mix, on: few, for: 3 epochs, batch: 4)
      print(type(dry), dry.steps == 3 * div(len(few), 4), dry.epochs, dry.nodes == same.nodes, dry.chunks)
      print(dry.padded_rows == 2 * 10 * 24, dry.nodes < dry.padded_rows, dry.seconds > 0, dry.memory > 1000)
      print(mix.w.to_list() == before)
      show dry
      """)
    #expect(output.hasPrefix("Forecast true 3 true 1\ntrue true true true\ntrue\n"), "\(output)")
    #expect(output.contains("rows in the tree") && output.contains("in all about"), "\(output)")
  }

  @Test func memoryIsPartOfIt() {
    let output = run(
      """
      let tight = forecast(mix, on: few, for: 2 epochs, memory: "100 KB")
      print(tight.chunks > 1, forecast(mix, on: few, for: 2 epochs).chunks)
      try { forecast(mix, on: few, for: 2 epochs, memory: "much") } catch e { print(e.code) }
      try { forecast(zero_shot(clip, classes: few.classes), on: few, for: 2 epochs) } catch e { print(e.code) }
      try { forecast(mix, on: few, for: 0 epochs) } catch e { print(e.code) }
      """)
    #expect(output == "true 1\nE0303\nE0709\nE0706\n", "\(output)")
  }
}
