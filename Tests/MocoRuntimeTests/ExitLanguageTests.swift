import MocoLang
import MocoRuntime
import Testing

/// `exit` where training calls back.
@Suite struct ExitLanguageTests {
  @Test func endsATrainingBetweenTwoSteps() {
    let session = librarySession()
    var output = ""
    session.interpreter.output = { output += $0 }
    let program = """
      let clip = clip_model({
        embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
        text: {width: 16, layers: 1, heads: 2}
        vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
      }, seed: 1)
      let data = dataset("fashion").few_shot(2, seed: 3)
      let mix = mixture(clip, templates({a: ["a {}."], b: ["the {}."]}), classes: data.classes)
      func stop(e) { print(e.index); if e.index == 2 { exit(7) } }
      try { train mix on data.train for 5 epochs { batch: 10, each_epoch: stop } } catch e { print("caught") }
      print("not reached")
      """
    let ended = session.interpreter.run(SourceFile(name: "test.moco", text: program), mode: .cell)
    #expect(ended.exitStatus == 7)
    #expect(ended.diagnostics.filter(\.isError).isEmpty)
    #expect(output == "1\n2\n")
    // What runs afterwards is another program.
    let next = session.interpreter.run(SourceFile(name: "next.moco", text: "1 + 1"), mode: .cell)
    #expect(next.exitStatus == nil)
    #expect(next.value.asInt == 2)
  }
}
