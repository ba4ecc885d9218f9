import Foundation
import MocoBase
import MocoData
import MocoDocument
import MocoFormats
import MocoLang
import MocoRuntime
import MocoTestSupport
import MocoTraining
import Testing

/// Trainings that are cut and go on, to the last bit, as programs write them.
@Suite struct CutBitsTests {
  private let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    templates ways {
      group "plain"  { "a photo of a {}." }
      group "sketch" { "a sketch of a {}." }
    }
    let pictures = dataset("fashion").few_shot(1, seed: 3)
    let data = dataset(features: randn([40, 16], seed: 3), labels: [i % 4 for i in 0..<40], classes: ["a", "b", "c", "d"]).train
    let val = dataset(features: randn([12, 16], seed: 9), labels: [i % 4 for i in 0..<12], classes: ["a", "b", "c", "d"]).train
    func numbers(m) { [p.to_list() for p in m.parameters] }

    """

  /// Views that are drawn again in every epoch are those of the epoch, wherever a training is taken up.
  @Test(arguments: ["\"fresh\"", "3"]) func viewsGoOn(_ views: String) {
    let output = printed(
      setup + """
        func fresh(seed = 1) { mixture(clip, ways, classes: pictures.classes, router: {top_k: 1}, vision_layernorm: true, seed: seed) }
        func go(m, hear, origin = nil) {
          train(m, on: pictures.train, for: 4 epochs, batch: 5, views: \(views), optimizer: sgd(lr: 0.2, momentum: 0.9), keep_best: pictures.val[0..<6], each_step: hear, resume: origin, seed: 7)
        }
        let whole = fresh()
        let all = go(whole, nil)
        let plain = fresh()
        let _ = train(plain, on: pictures.train, for: 4 epochs, batch: 5, optimizer: sgd(lr: 0.2, momentum: 0.9), keep_best: pictures.val[0..<6], seed: 7)
        print(numbers(plain) == numbers(whole))
        for step in 1..<8 {
          let cut = try { go(fresh(), s => if s.index == step { error("cut") }) } catch e { e.run }
          let other = fresh(seed: 5)
          let rest = go(other, nil, cut)
          print(cut.steps, numbers(other) == numbers(whole), rest.losses == all.losses, rest.validation == all.validation)
        }
        """)
    #expect(output == "false\n" + (1..<8).map { "\($0) true true true\n" }.joined(), "\(output)")
  }

  /// Every option of an optimizer comes back, from memory and from a file.
  @Test(arguments: [
    "sgd(lr: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.01, decay: \"matrices\")",
    "adam(lr: 0.05, betas: [0.5, 0.6], eps: 1e-6, weight_decay: 0.1, decay: \"matrices\")",
    "adamw(lr: 0.05, decay: \"matrices\")", "adamw(lr: 0.05, weight_decay: 0.0, decay: \"all\")",
  ]) func optimizersGoOn(_ optimizer: String) throws {
    try Repository.inFolder { folder in
      let output = printed(
        setup + """
          func fresh(seed = 1) { mixture(clip, ways, classes: data.classes, seed: seed) }
          func go(m, optimizer, hear = nil, origin = nil, path = nil) {
            train(m, on: data, for: 2 epochs, batch: 10, optimizer: optimizer, each_step: hear, resume: origin, checkpoint: path)
          }
          let whole = fresh()
          let all = go(whole, \(optimizer))
          let cut = go(fresh(), \(optimizer), s => if s.index == 5 { stop }, nil, "\(folder)/c")
          for origin in [cut, "\(folder)/c"] {
            let other = fresh(seed: 4)
            print(go(other, \(optimizer), nil, origin).losses == all.losses, numbers(other) == numbers(whole))
          }
          let model = fresh()
          let opt = \(optimizer.replacing("(", with: "(model.parameters, "))
          checkpoint(model, "\(folder)/m", optimizer: opt)
          print(restore(model, "\(folder)/m", optimizer: opt).missing)
          try { go(fresh(), sgd(lr: 3), nil, "\(folder)/c") } catch e { print(e.help) }
          """)
      let lines = output.split(separator: "\n").map(String.init)
      #expect(lines.prefix(3) == ["true true", "true true", "[]"], "\(output)")
      // What the help says to type is that optimizer.
      let help = try #require(lines.last)
      let written = try #require(help.range(of: "optimizer: ")).upperBound
      let again = printed(
        setup + """
          let m = mixture(clip, ways, classes: data.classes)
          train(m, on: data, for: 2 epochs, batch: 10, resume: "\(folder)/c", optimizer: \(help[written...]))
          print("fine")
          """)
      #expect(again == "fine\n", "\(help)\n\(again)")
    }
  }

  /// Where a callback ends a training in the very step in which its patience ends, the training is finished.
  @Test func patienceIsNotLost() {
    let output = printed(
      setup + """
        func go(m, hear, origin = nil) {
          train(m, on: data, for: 9 epochs, batch: 10, optimizer: sgd(lr: 3), schedule: constant(), keep_best: val, patience: 1, each_step: hear, resume: origin, quiet: true)
        }
        func fresh(seed = 1) { mixture(clip, ways, classes: data.classes, seed: seed) }
        let whole = fresh()
        let all = go(whole, nil)
        print(all.steps < 36, all.steps % 4, all.stopped.starts_with("patience"))
        for step in [all.steps, all.steps - 1, all.steps - 4] {
          let cut = go(fresh(), s => if s.index == step { stop })
          let other = fresh(seed: 7)
          let rest = go(other, nil, cut)
          print(cut.steps == step, rest.steps == all.steps, rest.stopped == all.stopped, numbers(other) == numbers(whole))
        }
        """)
    #expect(
      output == "true 0 true\n" + String(repeating: "true true true true\n", count: 3), "\(output)")
  }

  @Test func whatInterruptedIsNamed() throws {
    let session = librarySession()
    #expect(printed(setup, in: session) == "")
    // As ^C would, without the flag that the other tests of this process would see.
    session.interpreter.define(
      NativeFunction("interrupt()", doc: "Stands for ^C.\n\n```\ninterrupt()\n```") { _ in
        throw Failure("E0406", "interrupted")
      })
    func cell(_ text: String) -> String {
      var output = ""
      session.interpreter.output = { output += $0 }
      let result = session.interpreter.run(SourceFile(name: "cell", text: text), mode: .cell)
      for found in result.diagnostics where found.isError {
        output += "\(found.message)\n" + found.help.map { "\($0)\n" }.joined()
      }
      return output
    }
    let training = """
      let NAME = train mixture(clip, ways, classes: data.classes) on data for 6 epochs {
        batch: 10, optimizer: sgd(lr: 3), schedule: constant(), keep_best: val, each_step: s => if s.index == LAST { interrupt() }
      }
      """
    func cut(_ name: String, _ last: Int) -> String {
      cell(training.replacing("NAME", with: name).replacing("LAST", with: String(last)))
    }
    #expect(
      cut("first", 2)
        == "training was interrupted after step 2 of 24\nthe mixture keeps its trained parameters\n")
    #expect(cell("print(first.interrupted)") == "after step 2 of 24, from outside\n")
    let terminated = Terminated()
    defer { withExtendedLifetime(terminated) {} }
    session.context.delegate = terminated
    let text = cut("second", 18)
    #expect(cell("print(second.interrupted)") == "after step 18 of 24, by SIGTERM\n")
    #expect(cell("print(second.seconds > 0, second.best.epoch < 4)") == "true true\n")
    let best = cell("print(second.best.epoch)").dropLast()
    let note =
      "its parameters are those after step 18, not those of epoch \(best), the best so far; the best ones are set when the training ends"
    #expect(text.contains("the mixture keeps its trained parameters; \(note)"), "\(text)")
    let run: (any HostObject)? = session.interpreter.value(named: "second")?.asHost()
    let shown = try #require(run).document(DocumentLimits(width: 400)).plain(width: 400)
    #expect(shown.contains(note) && shown.contains("18 steps in 4 epochs"), "\(shown)")
    // A training that has ended says nothing of it.
    #expect(
      !cell(
        "train mixture(clip, ways, classes: data.classes) on data for 1 epoch { batch: 40, keep_best: val }"
      ).contains("so far"))
  }

  @Test func oneIsOne() throws {
    try Repository.inFolder { folder in
      let output = printed(
        setup + """
          let m = mixture(clip, ways, classes: data.classes)
          print(train(m, on: data, for: 1 epoch, batch: 40, quiet: true))
          print(train(m, on: data, for: 1 step, batch: 40, quiet: true))
          print(cosine(warmup: 1 epoch), cosine(warmup: 1 step), cosine(warmup: 2 epochs), cosine(warmup: 1))
          print(copy(m.parameters), coop(clip, classes: ["a", "b"], tokens: 2).parameters)
          let w = parameter(tensor([1.0]))
          let opt = sgd([w], lr: 0.5)
          w.sum().backward(); opt.step(); print(opt)
          print(forecast(m, on: data, for: 1 epoch, batch: 40))
          train(m, on: data, for: 2 epochs, batch: 40, schedule: cosine(warmup: 1 epoch), checkpoint: "\(folder)/c", each_epoch: e => if e.index == 1 { stop })
          """)
      #expect(output.contains("<training of mixture: 1 epoch, 1 step, "), "\(output)")
      #expect(!output.contains(/\b1 (epochs|steps|parameters|numbers|rows)\b/), "\(output)")
      // A file from before says the schedule as it was said then.
      let file = try SafetensorsFile(path: folder + "/c")
      let tensors = try file.tensors.map { ($0.name, try file.tensor($0.name), StorageType.f32) }
      let metadata = file.metadata.map {
        ($0.0, $0.1.replacing("warmup: 1 epoch)", with: "warmup: 1 epochs)"))
      }
      #expect(metadata.contains { $0.1.contains("1 epochs)") })
      try SafetensorsWriter.write(path: folder + "/old", tensors: tensors, metadata: metadata)
      let resumed = printed(
        setup + """
          let m = mixture(clip, ways, classes: data.classes)
          print(train(m, on: data, for: 2 epochs, batch: 40, schedule: cosine(warmup: 1 epoch), resume: "\(folder)/old").steps)
          """)
      #expect(resumed == "2\n", "\(resumed)")
    }
  }
}

/// Says that SIGTERM has stopped the work.
private final class Terminated: RuntimeDelegate {
  let interruption: String? = "SIGTERM"
  let canAsk = false
  func runtime(progress: MocoTraining.Progress) {}
  func runtime(epoch text: String) {}
  func runtimeEndsProgress() {}
  func runtimeFlushes() {}
  func runtime(asks prompt: String, poll: () throws -> Void) throws -> String? { nil }
}
