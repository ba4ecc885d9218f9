import Foundation
import MocoData
import MocoLang
import MocoRuntime
import MocoTestSupport
import MocoTraining
import Testing

/// What stays of a training that fails, as programs and the prompt see it.
@Suite struct CutTrainingTests {
  private let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let names = ["ab", "cd", "ef", "gh"]
    templates ways {
      group "plain"  { "a photo of a {}." }
      group "sketch" { "a sketch of a {}." }
    }
    let f = randn([40, 16], seed: 3)
    let data = dataset(features: f, labels: [i % 4 for i in 0..<40], classes: names)
    let val = dataset(features: randn([12, 16], seed: 9), labels: [i % 4 for i in 0..<12], classes: names).train
    func fresh(seed = 1) { mixture(clip, ways, classes: names, seed: seed) }
    func at(n) { s => if s.index == n { error("no \\(n)") } }

    """

  /// A session that has run the setup, and a way to run cells of a prompt in it.
  private func prompt() -> (_ cell: String) -> String {
    let session = librarySession()
    #expect(printed(setup, in: session) == "")
    return { cell in
      var output = ""
      session.interpreter.output = { output += $0 }
      let result = session.interpreter.run(SourceFile(name: "cell", text: cell), mode: .cell)
      for diagnostic in result.diagnostics {
        output +=
          "\(diagnostic.code) \(diagnostic.message)\n" + diagnostic.notes.map { "note: \($0)\n" }.joined()
      }
      return output
    }
  }

  @Test func theNameHasTheRun() throws {
    let cell = prompt()
    _ = cell("let whole = fresh()\nlet all = train(whole, on: data.train, for: 3 epochs, batch: 10)")
    _ = cell("let mix = fresh()")
    #expect(
      cell("let run = train mix on data.train for 3 epochs { batch: 10, each_step: at(6) }")
        == "E0900 no 6\nnote: run holds the state of the training; resume: run continues it\n")
    #expect(
      cell("print(run.steps, len(run.losses), run.interrupted, run.optimizer.steps, run.stopped, run.best)")
        == "6 1 after step 6 of 12: E0900 no 6 6 nil nil\n")
    #expect(
      cell("print(run)")
        == "<training of mixture: 1 epoch, 6 steps, loss \(cell("print(\"\\(run.loss:.4f)\")").dropLast()), interrupted>\n"
    )
    #expect(cell("run = nil").hasPrefix("E0302"))
    _ = cell("let rest = train(fresh(seed: 5), on: data.train, for: 3 epochs, batch: 10, resume: run)")
    #expect(cell("print(rest.losses == all.losses, rest.interrupted, len(rest.losses))") == "true nil 3\n")
    _ = cell("let again = train mix on data.train for 3 epochs { batch: 10, resume: run }")
    #expect(cell("print(again.losses == all.losses, max(abs(mix.w - whole.w)).item() == 0)") == "true true\n")
    // Through functions, into variables, and where no name is given.
    _ = cell("func go(m, n) { return train(m, on: data.train, for: 3 epochs, batch: 10, each_step: at(n)) }")
    #expect(cell("var other = go(fresh(), 2)").contains("other holds"))
    #expect(cell("other = go(fresh(), 3)").contains("other holds"))
    #expect(cell("print(other.steps)") == "3\n")
    #expect(cell("go(fresh(), 1)").contains("ans holds"))
    #expect(cell("print(ans.steps)") == "1\n")
    #expect(cell("let several = [go(fresh(), n) for n in [5, 6]]").contains("ans holds"))
    #expect(cell("print(ans.steps)") == "5\n")
    #expect(cell("print(several)").hasPrefix("E0301"))
    #expect(cell("let mapped = map([4], n => go(fresh(), n))").contains("ans holds"))
    #expect(cell("print(ans.steps)\nprint(mapped)").hasPrefix("4\nE0301"))
    #expect(cell("let plus = go(fresh(), 2).steps + 1").contains("ans holds"))
    #expect(cell("all = go(fresh(), 2)").contains("ans holds"))
    #expect(cell("print(all.steps)") == "12\n")
    // What fails before it begins leaves nothing.
    #expect(
      !cell("let none = train(fresh(), on: data.train, for: 3 epochs, resume: run, seed: 4)").contains(
        "holds"))
    #expect(cell("print(none)").hasPrefix("E0301"))
  }

  @Test func programsCatchIt() throws {
    let text = printed(
      setup + """
        let mix = fresh()
        let all = train(fresh(), on: data.train, for: 2 epochs, batch: 10)
        let run = try { train(mix, on: data.train, for: 2 epochs, batch: 10, each_epoch: e => error("enough")) } catch e {
          print(e.message, e.run.steps, e.run.interrupted)
          e.run
        }
        let rest = train(mix, on: data.train, for: 2 epochs, batch: 10, resume: run)
        print(rest.losses == all.losses)
        try { train(mix, on: data.train, for: 2 epochs, batch: 10, optimizer: sgd(lr: 1e38, weight_decay: 1000.0), schedule: constant()) } catch e {
          print(e.code, e.run.steps < 8, e.run.interrupted.contains("E0707"))
        }
        // A training inside a callback is its own affair.
        try {
          train(mix, on: data.train, for: 1 epoch, batch: 10, each_epoch: e => train(fresh(), on: data.train, for: 3 steps, each_step: at(1)))
        } catch e { print(e.message, e.run.steps) }
        try { error("plain") } catch e { print(e.keys()) }
        try { train(mix, on: data.train, for: 2 epochs, resume: 5) } catch e { print(e.code) }
        """)
    #expect(
      text == """
        enough 4 after step 4 of 8: E0900 enough
        true
        E0707 true true
        no 1 4
        ["message", "code", "line", "help"]
        E0303

        """)
  }

  @Test func callbacksStop() throws {
    let text = printed(
      setup + """
        let run = train(fresh(), on: data.train, for: 9 epochs, batch: 10, each_epoch: e => if e.index == 2 { stop })
        print(run.stopped, run.interrupted, len(run.losses), run.steps)
        let cut = train fresh() on data.train for 9 epochs { batch: 10, each_step: s => if s.index == 6 { stop } else { nil } }
        print(cut.stopped, len(cut.losses))
        print(stop, type(stop))
        for last in [true, 1, [], e => stop] {
          print(train(fresh(), on: data.train, for: 1 epoch, each_epoch: e => last).stopped)
        }
        try { train(fresh(), on: data.train, for: 1 epoch, each_epoch: e => "stop") } catch e { print(e.code, e.help) }
        let rest = train(fresh(seed: 4), on: data.train, for: 9 epochs, batch: 10, resume: cut)
        print(rest.losses == train(fresh(), on: data.train, for: 9 epochs, batch: 10).losses)
        """)
    #expect(
      text == """
        each_epoch after epoch 2 (step 8 of 36) nil 2 8
        each_step after a step of epoch 2 (step 6 of 36) 1
        stop Stop
        nil
        nil
        nil
        nil
        E0303 write stop without quotes
        true

        """)
  }

  @Test func theBestEpochIsKept() throws {
    let text = printed(
      setup + """
        var seen = []
        let mix = fresh()
        let run = train(mix, on: data.train, for: 6 epochs, batch: 10, optimizer: sgd(lr: 3), schedule: constant(), keep_best: val, each_epoch: e => seen.append(e.validation))
        print(seen == run.validation, run.best.value == max(seen), evaluate(mix, on: val).accuracy == run.best.value)
        print(run.best.metric, run.best.epoch == [i + 1 for i in 0..<6 if seen[i] == max(seen)][0])
        let early = train(fresh(), on: data.train, for: 60 epochs, batch: 10, optimizer: sgd(lr: 3), keep_best: val, metric: "nll", patience: 2 epochs)
        print(early.stopped.starts_with("patience after epoch"), early.best.metric, early.best.epoch == len(early.losses) - 2)
        func tried(more) { try { more(); "accepted" } catch e { e.code + ": " + e.message } }
        print(tried(() => train(mix, on: data.train, for: 1 epoch, patience: 3)))
        print(tried(() => train(mix, on: data.train, for: 1 epoch, metric: "nll")))
        print(tried(() => train(mix, on: data.train, for: 1 epoch, keep_best: val, metric: "loss")))
        print(tried(() => train(mix, on: data.train, for: 1 epoch, keep_best: val, patience: 2 steps)))
        print(tried(() => train(mix, on: data.train, for: 1 epoch, keep_best: data.train)))
        print(tried(() => train(mix, on: data.train, for: 1 epoch, keep_best: val[0..<0])))
        print(tried(() => train(mix, on: data.train, for: 1 epoch, keep_best: 5)))
        let other = dataset(features: f, labels: [i % 4 for i in 0..<40], classes: ["w", "x", "y", "z"])
        print(train(mix, on: other.train, for: 1 epoch, classes: "model", keep_best: other.train[0..<8]).best.epoch)
        """)
    #expect(
      text == """
        true true true
        accuracy true
        true nll true
        E0706: 'patience' needs 'keep_best'
        E0706: 'metric' needs 'keep_best'
        E0305: train does not support the metric "loss"
        E0303: train expects a number of epochs for 'patience', not the Quantity 2 steps
        E0706: 'keep_best' is the training data
        E0709: cannot select the best epoch: the split "train" has no images
        E0303: train expects a split such as data.val for 'keep_best', not the Int 5
        1

        """)
  }

  @Test func quietIsQuiet() throws {
    let session = librarySession()
    let listener = Listener()
    session.context.delegate = listener
    #expect(printed(setup, in: session) == "")
    let output = printed(
      """
      let run = train(fresh(), on: data.train, for: 2 epochs, batch: 10, quiet: true)
      let more = train(fresh(), on: data.train, for: 2 epochs, batch: 10, quiet: true, resume: run)
      print(len(more.notes), evaluate(fresh(), on: data.train, quiet: true).count)
      """, in: session)
    #expect(output == "1 40\n" && listener.heard.isEmpty)
    _ = printed("train(fresh(), on: data.train, for: 1 epoch, keep_best: val)", in: session)
    #expect(
      listener.heard.contains("progress") && listener.heard.contains { $0.contains("validation accuracy") })
  }

  @Test func aQuietProgramWritesErrorsAlone() throws {
    try Repository.inFolder { folder in
      let path = folder + "/p.moco"
      let program = setup + "train(fresh(), on: data.train, for: 1 epoch)\nprint(\"done\")\n"
      try program.write(toFile: path, atomically: true, encoding: .utf8)
      let loud = try MocoProcess.run(["run", "--no-record", path], in: folder)
      #expect(loud.errors.contains("epoch 1/1") && loud.output == "done\n")
      let quiet = try MocoProcess.run(["run", "--quiet", "--no-record", path], in: folder)
      #expect(quiet.errors == "" && quiet.output == "done\n" && quiet.status == 0)
      try (program + "nothing_here\n").write(toFile: path, atomically: true, encoding: .utf8)
      #expect(
        try MocoProcess.run(["run", "--quiet", "--no-record", path], in: folder).errors.contains("E0301"))
    }
  }
}

/// Writes down what it hears of progress.
private final class Listener: RuntimeDelegate {
  var heard: [String] = []
  let interruption: String? = nil
  let canAsk = false
  func runtime(progress: MocoTraining.Progress) { heard.append("progress") }
  func runtime(epoch text: String) { heard.append(text) }
  func runtimeEndsProgress() {}
  func runtimeFlushes() {}
  func runtime(asks prompt: String, poll: () throws -> Void) throws -> String? { nil }
}
