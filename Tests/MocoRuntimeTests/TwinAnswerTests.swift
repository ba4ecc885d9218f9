import MocoLang
import MocoRuntime
import Testing

/// What answers call classes of one name, and what is said where there are no classes to ask about.
@Suite struct TwinAnswerTests {
  private func run(_ program: String) -> String { printed(program, in: librarySession(), helps: true) }

  private let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    func tell(f) { try { print(f()) } catch e { print(e.code, e.message); print("  help:", e.help) } }

    """

  @Test func answersTellTwinsApart() {
    let output = run(
      setup + """
        let names = ["crane", "dog", "crane"]
        let data = dataset(features: clip.encode_text(["a photo of a \\(n)." for n in names]), labels: [0, 1, 2], classes: names)
        let z = zero_shot(clip, classes: names)
        let r = evaluate(z, on: data.test)
        let batch = data.test.batch([0, 1, 2])
        print("crane" in z.predict(batch), "crane" in z.predict(batch, classes: "all"), "crane" in r.predictions)
        print("dog" in z.predict(batch), "dog" in r.predictions)
        """)
    #expect(output == "false false false\ntrue true\n", "\(output)")
  }

  @Test func noNewClassesAreSaid() {
    let output = run(
      setup + """
        let z = zero_shot(clip, classes: ["cat", "dog"])
        let t = clip.encode_text(["a cat."])
        tell(() => z.logits(t, classes: "new"))
        tell(() => z.predict(t, classes: "new"))
        """)
    let text =
      "E0704 this zero_shot has no new classes: it was made to train on all 2\n"
      + "  help: make it with base: data.base.classes, or use classes: \"all\"\n"
    #expect(output == text + text, "\(output)")
  }
}
