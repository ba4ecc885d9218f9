import Foundation
import MocoLang
import MocoRuntime
import MocoTestSupport
import Testing

/// Checkpoints as programs use them: taken up, extended, refused, made into models.
@Suite struct ResumeLanguageTests {
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
    templates turned {
      group "sketch" { "a sketch of a {}." }
      group "plain"  { "a photo of a {}." }
    }
    let f = randn([40, 16], seed: 3)
    func data() { dataset(features: f, labels: [i % 4 for i in 0..<40], classes: names) }
    func tried(work) { try { work(); "accepted" } catch e { e.code + " " + e.message } }

    """

  private func run(_ program: String) throws -> String {
    try Repository.inFolder { folder in
      printed(setup + program.replacingOccurrences(of: "FOLDER", with: folder), helps: true)
        .replacingOccurrences(of: folder + "/", with: "")
    }
  }

  @Test func featuresHaveAnIdentity() throws {
    let text = try run(
      """
      let d = data()
      let one = coop(clip, classes: names, tokens: 2)
      try { train(one, on: d.train, for: 4 epochs, each_epoch: e => if e.index == 2 { error("stop") }, checkpoint: "FOLDER/a") } catch e { print(e.message) }
      f[0] = f[1] * -3
      let two = coop(clip, classes: names, tokens: 2)
      print("as it was taken:", tried(() => train(two, on: d.train, for: 4 epochs, resume: "FOLDER/a")))
      let other = data()
      let three = coop(clip, classes: names, tokens: 2)
      print("as it is now:", tried(() => train(three, on: other.train, for: 4 epochs, resume: "FOLDER/a")))
      """)
    #expect(
      text == """
        stop
        as it was taken: accepted
        as it is now: E0708 a was saved while training on other data: the images are different, or in another order

        """)
  }

  @Test func aFinishedTrainingGoesOn() throws {
    let text = try run(
      """
      func go(n, more = nil) {
        let m = mixture(clip, ways, classes: names, seed: 3)
        train(m, on: data().train, for: epochs(n), batch: 10, optimizer: sgd(lr: 0.05), schedule: constant(), checkpoint: "FOLDER/c", resume: if exists("FOLDER/c") { "FOLDER/c" } else { nil }, extend: more, seed: 5)
      }
      print(len(go(2).losses))
      let same = go(2)
      print(len(same.losses), same.losses[-1] == same.loss, same.epochs[0].seconds)
      print(tried(() => go(4)))
      print(len(go(4, "hold").losses))
      let again = go(4, "hold")
      print(len(again.losses), again.steps)
      print(tried(() => go(4)))
      try { train(mixture(clip, ways, classes: names), on: data().train, for: 1 epoch, extend: "hold") } catch e { print(e.code, e.help) }
      try { train(mixture(clip, ways, classes: names), on: data().train, for: 1 epoch, resume: "FOLDER/c", extend: "on") } catch e { print(e.code) }
      """)
    #expect(
      text == """
        2
        c: the training is finished after 2 epochs, so there is nothing left to do; to train longer, use a larger number and extend: "hold", "restart" or "stretch"
        2 true nil
        E0708 c was saved by a training of 2 epochs, but this one lasts 4 epochs
        c: a training of 2 epochs continues at step 8 to 4 epochs, with its last learning rate
        4
        c: the training is finished after 4 epochs, so there is nothing left to do; to train longer, use a larger number and extend: "hold", "restart" or "stretch"
        4 16
        E0708 c was saved by a training with other options: extend was "hold", now none
        E0706 add resume: "file", or remove extend
        E0305

        """)
  }

  /// What was called "dark" stays so; what answers depend on is the same, or asked for.
  @Test func restoreFindsNames() throws {
    let text = try run(
      """
      let a = mixture(clip, ways, classes: names, router: {top_k: 1, scale: 10})
      train(a, on: data().train, for: 2 epochs, batch: 10, optimizer: sgd(lr: 0.5))
      checkpoint(a, "FOLDER/a")
      let b = mixture(clip, turned, classes: names, router: {top_k: 1, scale: 10})
      let took = restore(b, "FOLDER/a")
      print(len(took.notes), took.missing)
      let x = randn([6, 16], seed: 9)
      print([[e.group for e in route(m, x[0]).experts if e.chosen] for m in [a, b]][0] == [[e.group for e in route(m, x[0]).experts if e.chosen] for m in [a, b]][1])
      print(max(abs(a.logits(x) - b.logits(x))).item() < 1e-4)
      print(tried(() => restore(mixture(clip, ways, classes: names, router: {top_k: 2, scale: 10}), "FOLDER/a")))
      print(tried(() => restore(mixture(clip, ways, classes: names[0..<2], router: {top_k: 1, scale: 10}), "FOLDER/a")))
      restore(mixture(clip, ways, classes: names[0..<2], router: {top_k: 1, scale: 10}), "FOLDER/a", allow: "classes")
      try { restore(a, "FOLDER/a", allow: ["clip", "colour"]) } catch e { print(e.code, e.help) }
      """)
    #expect(
      text == """
        the groups of a are in another order ("plain", "sketch"): experts and the router's rows are matched by name
        1 []
        true
        true
        E0708 a does not match this mixture: router.top_k was 1, now 2
        E0708 a does not match this mixture: its classes are "ab", "cd", "ef", "gh", the classes of this mixture are "ab", "cd"
        a: its classes are "ab", "cd", "ef", "gh", the classes of this mixture are "ab", "cd"
        E0305 use "clip", "classes", "options"

        """)
  }

  @Test func aCheckpointMakesItsModel() throws {
    let text = try run(
      """
      let x = randn([6, 16], seed: 9)
      let a = mixture(clip, ways, classes: names, router: {top_k: 1, kind: "cosine"}, base: names[0..<2])
      let few = dataset(features: f[0..<20], labels: [i % 2 for i in 0..<20], classes: names[0..<2])
      train(a, on: few.train, for: 1 epoch, batch: 10, checkpoint: "FOLDER/t")
      checkpoint(a, "FOLDER/a")
      for file in ["a", "t"] {
        let b = load_model("FOLDER/" + file, clip: clip)
        print(b.kind, b.base, b.router.top_k, max(abs(a.logits(x) - b.logits(x))).item() == 0, b.templates == a.templates)
        print(tried(() => train(b, on: data().train, for: 1 epoch, batch: 10)))
      }
      let z = zero_shot(clip, classes: names, templates: ways)
      checkpoint(z, "FOLDER/z")
      print(load_model("FOLDER/z", clip: clip))
      let other = clip_model({
        embedding: 16, context: 24, merges: 4096, activation: "gelu", mean: [0.3], std: [0.35]
        text: {width: 16, layers: 1, heads: 2}
        vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
      }, seed: 1)
      print(tried(() => load_model("FOLDER/z", clip: other)))
      print(load_model("FOLDER/z", clip: other, allow: "clip").classes)
      """)
    #expect(
      text == """
        mixture ["ab", "cd"] 1 true true
        E0704 class "ef" of the split is not among the base classes of this mixture
        mixture ["ab", "cd"] 1 true true
        E0704 class "ef" of the split is not among the base classes of this mixture
        <zero_shot: 2 templates, 4 classes>
        E0708 z was saved with another CLIP model: activation was "quick_gelu", now "gelu"
        z was saved with another CLIP model: activation was "quick_gelu", now "gelu"
        ["ab", "cd", "ef", "gh"]

        """)
  }

  @Test func aFailedTrainingLeavesItsModel() throws {
    let text = try run(
      """
      let half = dataset(features: f[0..<20], labels: [i % 2 for i in 0..<20], classes: names[0..<2])
      let m = mixture(clip, ways, classes: names)
      train(m, on: half.train, for: 1 epoch, batch: 10)
      checkpoint(m, "FOLDER/m")
      let before = m.w + 0
      let all = data().train
      print(tried(() => train(m, on: all, for: 1 epoch, resume: "FOLDER/none", memory: "3 MB")))
      print(tried(() => train(m, on: all, for: 1 epoch, resume: "FOLDER/m")))
      print(tried(() => train(m, on: all, for: 1 epoch, checkpoint: "FOLDER/no/where")))
      print(tried(() => train(m, on: all, for: 1 epoch, each_epoch: 5)))
      print(tried(() => train(m, on: all, for: 1 epoch, optimizer: sgd(lr: 1e38, weight_decay: 1000.0), schedule: constant())))
      train(m, on: all, for: 1 epoch, dry_run: true)
      print(m.base, evaluate(m, on: all).h != nil, max(abs(m.w - before)).item() == 0)
      print(tried(() => train(m, on: all, for: 2 epochs, batch: 10, each_epoch: e => error("stop"))))
      print(m.base)
      """)
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.count == 8, "\(text)")
    for (line, code) in zip(lines, ["E0501", "E0708", "E0504", "E0303", "E0707"]) {
      #expect(line.hasPrefix(code), "\(line)")
    }
    #expect(
      lines.dropFirst(5) == ["[\"ab\", \"cd\"] true true", "E0900 stop", "[\"ab\", \"cd\", \"ef\", \"gh\"]"])
  }

  /// A file of version 1, as it was written then.
  @Test func checkpointsOfVersionOne() throws {
    let path = Repository.fixture("checkpoints/version-1.safetensors")
    let text = printed(
      """
      use {ways} from small_world
      let clip = load_clip("small")
      let data = dataset("fashion").few_shot(4, seed: 1)
      let path = "\(path)"
      func go(n, more = nil, seed = 5) {
        let m = mixture(clip, ways, classes: data.classes, seed: 3)
        train(m, on: data.train, for: epochs(n), batch: 16, optimizer: sgd(lr: 0.05), resume: path, extend: more, seed: seed)
      }
      let end = go(2)
      print(end.steps, end.losses)
      print(end)
      print(len(go(3, "hold").losses))
      for more in [() => go(3), () => go(2, nil, 6)] { try { more() } catch e { print(e.code, e.message, e.help) } }
      let m = load_model(path, clip: clip)
      print(m, m.templates == ways, m.base == data.classes)
      let again = mixture(clip, ways, classes: data.classes, seed: 8)
      print(restore(again, path).notes, max(abs(again.logits(ones([1, 128])) - m.logits(ones([1, 128])))).item() == 0)
      """, helps: true
    ).replacingOccurrences(of: path, with: "c")
    #expect(
      text == """
        c has version 1 and contains no losses: the losses of its epochs are not in the result
        c does not record its version of moco and its arithmetic, so the training may not continue bit for bit
        c: the training is finished after 2 epochs, so there is nothing left to do; to train longer, use a larger number and extend: "hold", "restart" or "stretch"
        4 []
        <training of mixture: 0 epochs, 4 steps>
        c: a training of 2 epochs continues at step 4 to 3 epochs, with its last learning rate
        c has version 1 and contains no losses: the losses of its epochs are not in the result
        c does not record its version of moco and its arithmetic, so the training may not continue bit for bit
        1
        E0708 c was saved by a training of 2 epochs, but this one lasts 3 epochs choose the learning rates of the added steps: extend: "hold" (the last one), "restart" (the schedule again over the added steps) or "stretch" (as if it had been 3 epochs from the start)
        E0708 c was saved by a training with other options: seed was 5, now 6 resume with seed: 5
        <mixture: 6 experts, top 2, 10 classes> true true
        [] true

        """)
  }

  /// The optimizer beside a model must be one of its own.
  @Test func optimizersOfOtherModelsAreRefused() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = printed(
      """
      let clip = clip_model({
        embedding: 8, context: 12, merges: 100
        text: {width: 8, layers: 1, heads: 2}
        vision: {image_size: 8, patch: 4, channels: 1, width: 8, layers: 1, heads: 2}
      }, seed: 1)
      let [one, other] = [coop(clip, classes: ["a", "b"], tokens: 2, seed: s) for s in [1, 2]]
      let [own, foreign] = [sgd(m.parameters, lr: 0.1, momentum: 0.9) for m in [one, other]]
      let path = "\(folder)/c.safetensors"
      for o in [foreign, sgd(lr: 0.1)] { try { checkpoint(one, path, optimizer: o) } catch e { print(e.code, e.message) } }
      print(exists(path))
      checkpoint(one, path, optimizer: own)
      try { restore(one, path, optimizer: foreign) } catch e { print(e.code, e.message) }
      print(len(restore(one, path, optimizer: own).missing))
      """, in: librarySession())
    #expect(
      output == """
        E0706 this optimizer has none of the parameters of this coop
        E0706 this optimizer was made without parameters and has no state
        false
        E0706 this optimizer has none of the parameters of this coop
        0

        """)
  }
}
