import Foundation
import MocoLang
import MocoRuntime
import MocoTestSupport
import Testing

/// A method that has one entry in the registry is everywhere: here `kgcoop`.
@Suite struct KgCoOpLanguageTests {
  private func run(_ program: String) -> String { printed(setup + program) }

  private let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let data = dataset("fashion").few_shot(4, seed: 3)
    let x = randn([3, 16], seed: 1)
    func near(seed = 1) { kgcoop(clip, classes: data.classes, tokens: 3, seed: seed) }

    """

  @Test func itIsAModelLikeTheOthers() {
    let output = run(
      """
      let m = kgcoop(clip, data.classes, template: "a picture of a {}.", weight: 2, distance: "squared")
      print(m, type(m), m.kind, m.weight, m.template, m.distance, m.context.shape, m.parameters.names)
      show m
      let loss = m.loss(data.train.batches(10)[0])
      print(abs(loss.item() - loss.parts.class.item() - 2 * loss.parts.knowledge.item()) < 1e-5)
      print(m.logits(x).shape, len(m.predict(x)), nearest_words(m)[0].began)
      print(evaluate(m, on: data.test[0..<20], quiet: true).count)
      print(forecast(m, on: data.train, for: 1 epochs).nodes > 10)
      """)
    #expect(
      output == """
        <kgcoop: 4 tokens, 10 classes> KgCoOp kgcoop 2.0 a picture of a {}. squared [4, 16] ["ctx"]
        <kgcoop: 4 tokens, 10 classes>
          weight 2, kept near "a picture of a {}." (squared)
          classes: t-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag,
                   ankle boot
          1 parameter, 64 numbers
        true
        [3, 10] 3 a
        20
        true

        """, "\(output)")
  }

  @Test func itTrainsAndIsKept() throws {
    try Repository.inFolder { folder in
      let output = run(
        """
        let m = near()
        let other = copy(m)
        let run = train m on data.base.train for 4 epochs { batch: 5, checkpoint: "FOLDER/a", quiet: true }
        print(run.epochs[3].keys().filter(k => k == "knowledge"), len(m.base), run.loss < run.losses[0])
        print(equal(other.context, near().context), equal(m.context, other.context))
        let half = near()
        try { train half on data.base.train for 4 epochs { batch: 5, quiet: true, checkpoint: "FOLDER/b",
          each_epoch: e => if e.index == 2 { error("cut") } } } catch e { print(e.message) }
        let again = near(seed: 2)
        train again on data.base.train for 4 epochs { batch: 5, quiet: true, resume: "FOLDER/b" }
        print(equal(again.context, m.context))
        let back = load_model("FOLDER/a", clip: clip)
        print(back, equal(back.context, m.context), back.base == m.base, back.weight, back.template)
        restore(near(seed: 3), "FOLDER/a")
        try { restore(coop(clip, classes: data.classes, tokens: 3), "FOLDER/a") } catch e { print(e.message) }
        try { restore(kgcoop(clip, classes: data.classes, tokens: 5), "FOLDER/a") } catch e { print(e.help) }
        let seen = evaluate(m, on: data.test[0..<50], quiet: true)
        print(seen.h != nil, seen.kind)
        """.replacingOccurrences(of: "FOLDER", with: folder))
      #expect(
        output.replacingOccurrences(of: folder, with: "FOLDER") == """
          ["knowledge"] 5 true
          true false
          cut
          true
          <kgcoop: 3 tokens, 10 classes> true true 8.0 a photo of a {}.
          FOLDER/a contains a kgcoop, not a coop
          it has one context of 3 tokens for all classes: kgcoop(…, tokens: 3)
          true kgcoop

          """, "\(output)")
    }
  }

  @Test func itsOptionsAreChecked() {
    let output = run(
      """
      for make in [
        () => kgcoop(clip, data.classes, weight: -1), () => kgcoop(clip, data.classes, template: "no hole"),
        () => kgcoop(clip, data.classes, distance: "far"), () => kgcoop(clip, data.classes, weight: "much"),
      ] { try { make() } catch e { print(e.code, e.message) } }
      """)
    #expect(
      output == """
        E0706 the weight of the knowledge loss is -1.0
        E0701 template "no hole" has no {}
        E0305 kgcoop does not support the distance "far"
        E0303 kgcoop expects a number for 'weight', not the String "much"

        """, "\(output)")
  }

  @Test func helpAndChecksKnowIt() throws {
    let session = librarySession()
    let help = try #require(session.interpreter.help(named: "kgcoop"))
    for word in ["Yao, Zhang, Xu", "`weight`", "`tokens: n`", "`distance`", "let near = kgcoop("] {
      #expect(help.contains(word), "\(help)")
    }
    let type = try #require(session.interpreter.hostTypes["KgCoOp"])
    #expect(type.member("template")?.type == "String" && type.member("predict")?.type == "List")
    #expect(session.interpreter.resultTypes["kgcoop"] == "KgCoOp")
    // An option that is not there is found before the program runs.
    let source = SourceFile(name: "a.moco", text: setup + "kgcoop(clip, data.classes, wieght: 3)")
    let found = Checker.check(source, CheckContext(session.interpreter)).filter(\.isError)
    #expect(found.map(\.code) == ["E0306"] && found[0].help.contains { $0.contains("weight") }, "\(found)")
    #expect(run("print(near().contxt)").contains("a KgCoOp has no member 'contxt'"))
  }
}
