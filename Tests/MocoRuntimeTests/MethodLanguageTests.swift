import Foundation
import MocoBase
import MocoLang
import MocoRuntime
import Testing

/// The method as programs use it: templates, models, training, evaluation, routes, checkpoints.
@Suite struct MethodLanguageTests {
  /// What a program prints; where it fails, code, message and help of the error.
  private func run(_ program: String, in session: Runtime = librarySession()) -> String {
    printed(program, in: session, helps: true)
  }

  private let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let data = dataset("fashion").styled(seed: 3).few_shot(2, seed: 3)
    let few = data.train
    templates ways {
      group "plain"  { "a clean photo of a {}." "a photo of a {}." }
      group "sketch" { "a sketch of a {}." }
      group "dark"   { "a dark photo of the {}, at night." }
    }

    """

  @Test func templatesAreValues() {
    let output = run(
      """
      use {eurosat, imagenet} from templates
      print(len(eurosat), len(imagenet), eurosat["satellite"][0])
      print([g.name for g in eurosat.groups])
      print(len(eurosat["low resolution"]), "good" in eurosat, eurosat[5].templates[1])
      let made = templates({a: ["x {}."], b: ["y {}." , "z {}."]}, name: "made")
      print(made, made.names, [len(g) for g in made])
      for t in made["b"] { print(t) }
      try { made["c"] } catch e { print(e.code) }
      try { templates({a: ["none"]}) } catch e { print(e.code, e.message) }
      """)
    #expect(
      output == """
        6 20 a centered satellite photo of {}.
        ["satellite", "photo", "large", "small", "low resolution", "good"]
        4 true a good photo of a {}.
        <templates made: 2 groups, 3 templates> ["a", "b"] [1, 2]
        y {}.
        z {}.
        E0202
        E0701 template "none" has no {}

        """)
  }

  @Test func theLoopByHand() {
    let output = run(
      setup + """
        let mix = mixture(clip, ways, classes: data.classes) { router { top_k: 2, scale: 10, bias: false } }
        let opt = sgd(mix.parameters, lr: 0.02, momentum: 0.9)
        let before = mix.parameters["w"].copy()
        var steps = 0
        for batch in few.batches(10, shuffle: true) {
          let loss = mix.loss(batch)
          let parts = loss.parts
          let sum = parts.class.item() + 5 * parts.text.item() + parts.gate.item()
          assert(abs(sum - loss.item()) < 1e-4, "the parts add up")
          opt.zero_grad()
          loss.backward()
          opt.step()
          steps += 1
        }
        print(steps, opt.steps, equal(before, mix.parameters["w"]))
        print(mix.parameters.names)
        opt.lr = 0.5
        print(opt.lr, mix.logits(few.batch([0, 1])).shape, mix.weights(few.batch([0])).sum().item())
        """)
    #expect(
      output == """
        2 2 false
        ["ctx_before_0", "ctx_before_1", "ctx_before_2", "ctx_after_2", "gate.weight", "w"]
        0.5 [2, 10] 1.0

        """)
  }

  @Test func trainEvaluateRoute() {
    let output = run(
      setup + """
        let mix = mixture(clip, ways, classes: data.classes)
        let run = train mix on few for 3 epochs {
          batch: 10
          optimizer: sgd(lr: 0.02, momentum: 0.9)
          schedule: cosine(warmup: 1 epoch)
          each_epoch: e => print(e.index, e.lr, e.step)
        }
        print(run.steps, len(run.losses), run.epochs[2].index)
        let test = data.val
        let report = evaluate mix on test { base: data.base.classes }
        print(report.accuracy == report.correct / report.count, report.h <= max(report.base, report.new))
        print(len(report.per_class), report.routing.columns, len(report.predictions) == report.count)
        let row = report.routing[0]
        print(abs(sum(values(row)) - 1) < 1e-4)
        let why = route(mix, test[0])
        print(why.prediction in data.classes, len(why.experts), why.label == test[0].class)
        print(abs(sum([e.weight for e in why.experts]) - 1) < 1e-5, len([e for e in why.experts if e.chosen]))
        show why
        show report
        show mix
        """)
    let lines = output.split(separator: "\n").map(String.init)
    #expect(
      Array(lines.prefix(10)) == [
        "1 1e-05 2", "2 0.02 4", "3 0.015 6", "6 3 3", "true true",
        "10 [\"plain\", \"sketch\", \"dark\"] true", "true",
        "true 3 true", "true 2", lines.count > 9 ? lines[9] : "",
      ])
    #expect(
      output.contains("nearest of its sentences") && output.contains("by style")
        && output.contains("expert plain"))
    #expect(!output.contains("E0"))
  }

  @Test func baselines() {
    let output = run(
      setup + """
        let zero = zero_shot(clip, classes: data.classes, template: "a photo of a {}.")
        let many = zero_shot(clip, classes: data.classes, templates: ways)
        let single = coop(clip, classes: data.classes, init: "a photo of a")
        let rough = coop(clip, classes: data.classes, tokens: 3, shared: false, position: "middle")
        print(zero, many, single, rough)
        let test = data.val
        print(evaluate(zero, on: test).accuracy == evaluate(single, on: test).accuracy)
        train single on few for 3 steps
        train rough on few for 1 epoch { optimizer: adamw(lr: 1e-3), batch: 5 }
        print(nearest_words(single, count: 1)[1].began)
        try { train zero on few for 1 step } catch e { print(e.code) }
        """)
    #expect(
      output == """
        <zero_shot: "a photo of a {}.", 10 classes> <zero_shot: 4 templates, 10 classes> \
        <coop: 4 tokens, 10 classes> <coop: 3 tokens, 10 classes>
        true
        photo
        E0709

        """)
  }

  @Test func checkpointsGoOnBitForBit() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moco-\(UUID().uuidString)")
      .path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = run(
      setup + """
        func fresh(seed) { mixture(clip, ways, classes: data.classes, seed: seed) }
        let whole = fresh(1)
        train whole on few for 4 epochs { batch: 10, seed: 2 }
        let half = fresh(1)
        func stop(e) { if e.index == 2 { error("enough") } }
        try { train half on few for 4 epochs { batch: 10, seed: 2, each_epoch: stop, checkpoint: "\(folder)/half" } }
        catch e { print(e.message) }
        let again = fresh(7)
        train again on few for 4 epochs { batch: 10, seed: 2, resume: "\(folder)/half" }
        print(checkpoint(whole, "\(folder)/a") != checkpoint(again, "\(folder)/b"))
        print(restore(half, "\(folder)/b").loaded)
        let other = mixture(clip, templates({x: ["one {}."]}), classes: data.classes)
        try { restore(other, "\(folder)/a") } catch e { print(e.code) }
        print(len(restore(other, "\(folder)/a", strict: false, allow: "options").missing))
        """)
    #expect(
      output == """
        enough
        true
        ["ctx_before_0", "ctx_before_1", "ctx_before_2", "ctx_after_2", "gate.weight", "gate.bias", "w"]
        E0708
        \(folder)/a: its groups are "plain", "sketch", "dark", the groups of this mixture are "x"; groups with the same name are used
        \(folder)/a: router.top_k was 2, now 1
        3

        """)
    let a = FileManager.default.contents(atPath: folder + "/a")
    let b = FileManager.default.contents(atPath: folder + "/b")
    #expect(a != nil && a == b)
  }

  @Test func mistakesAreExplained() {
    func first(_ line: String) -> String {
      run(setup + line).split(separator: "\n").prefix(2).joined(separator: "\n")
    }
    #expect(
      first("mixture(clip, ways, classes: data.classes) { router { topk: 2 } }")
        == "E0306 router has no option 'topk'\nhelp: did you mean 'top_k'? options are top_k, kind, bias, scale"
    )
    #expect(
      first("mixture(clip, ways, classes: data.classes) { router { top_k: 4 } }").hasPrefix(
        "E0702 top_k is 4, but there are 3 experts"))
    #expect(first("mixture(clip, ways, clases: data.classes)").contains("classes"))
    #expect(first("mixture(clip, ways, classes: [\"a\", \"a\"])").hasPrefix("E0703"))
    let long = "\"a very long name of a class that goes on and on and does not end before the context does\""
    #expect(
      first("mixture(clip, ways, classes: [\"a\", \(long)])").hasPrefix("E0603 class \"a very long name"))
    #expect(first("coop(clip, classes: data.classes, position: \"ends\")").hasPrefix("E0305"))
    #expect(first("sgd(lr: -1)").hasPrefix("E0706"))
    #expect(first("sgd(lr: 0.1).step()").hasPrefix("E0709"))
    #expect(
      first(
        "let m = coop(clip, classes: data.classes)\ntrain m on few for 50 epochs { optimizer: sgd(lr: 1e30, weight_decay: 1.0), schedule: constant() }"
      )
      .hasPrefix("E0707"))
    #expect(
      first("let m = coop(clip, classes: [\"x\", \"y\"])\ntrain m on few for 1 epoch").hasPrefix("E0710"))
  }

  @Test func runsAreRecorded() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moco-\(UUID().uuidString)")
      .path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let session = librarySession(RunRecorder(name: "test", out: folder))
    let output = run(
      setup + """
        seed(5)
        let mix = mixture(clip, ways, classes: data.classes)
        train mix on few for 2 epochs { batch: 10 }
        evaluate mix on data.val
        checkpoint(mix)
        """, in: session)
    #expect(output == "")
    let record = try Json.parse(file: folder + "/run.json")
    #expect(record["hashes"]?["weights"]?.stringValue?.count == 64)
    #expect(record["training 1"]?["options"]?["seed"]?.stringValue == "5")
    let lines = try FileSystem.readText(folder + "/metrics.jsonl").split(separator: "\n")
    #expect(lines.count == 2)
    #expect(try Json.parse(String(lines[0]))["loss_gate"]?.doubleValue != nil)
    #expect(try Json.parse(file: folder + "/results.json")[0]?["routing"] != nil)
    #expect(FileSystem.kind(folder + "/figures/01-routing.svg") == .file)
    #expect(FileSystem.kind(folder + "/checkpoints/mixture-1.safetensors") == .file)
  }

  /// Kept views are the crops that fresh ones would be, one an epoch in turn.
  @Test func keptViewsAreFreshOnes() {
    let program =
      setup + """
        func losses(views, epochs_n) {
          let mix = mixture(clip, ways, classes: data.classes, seed: 2)
          let run = train(mix, on: few, for: epochs(epochs_n), batch: 10, views: views, seed: 5)
          run.losses
        }
        let fresh = losses("fresh", 3)
        let kept = losses(3, 3)
        let two = losses(2, 3)
        let plain = losses(nil, 3)
        print(fresh == kept, fresh[0..<2] == two[0..<2], fresh[2] == two[2], fresh[0] == plain[0])
        """
    #expect(run(program) == "true true false false\n")
    #expect(
      run(setup + "train(mixture(clip, ways, classes: data.classes), on: few, for: 1 epochs, views: 0)")
        .contains("E0305"))
    #expect(
      run(setup + "train(mixture(clip, ways, classes: data.classes), on: few, for: 1 epochs, views: \"new\")")
        .contains("\"fresh\""))
  }

  @Test func baseClassesThatAreNamedStay() {
    let output = run(
      setup + """
        let mix = mixture(clip, ways, classes: data.classes, base: data.base.classes)
        try { train(mix, on: few, for: 1 epoch) } catch e { print(e.code, e.message) }
        try { forecast(mix, on: few, for: 1 epoch) } catch e { print(e.code) }
        train(mix, on: data.base.train, for: 1 epoch)
        print(equal(mix.base, data.base.classes))
        let free = coop(clip, classes: data.classes)
        train(free, on: data.base.train, for: 1 epoch)
        print(equal(free.base, data.base.classes))
        try { train(mix, on: data.base.train, for: 1 epoch, optimizer: sgd(mix.parameters, lr: 0.5)) } catch e {
          print(e.code, e.help)
        }
        """)
    #expect(
      output == """
        E0704 class "sandal" of the split is not among the base classes of this mixture
        E0704
        true
        true
        E0706 pass it without parameters: sgd(lr: 0.5)

        """)
  }

  @Test func classesOfFilesAreNamed() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = run(
      """
      let path = "\(folder)/f.safetensors"
      save_tensors(path, {features: eye(4), labels: tensor([0, 1, 2, 1])})
      print(dataset(path).classes, dataset(path, classes: ["a", "b", "c"]).classes)
      print(dataset(path, classes: {"1": "one"}).classes)
      try { dataset(path, classes: ["a", "b"]) } catch e { print(e.code, e.message) }
      print(dataset(path, classes: ["a", "b", "b"]).origin)
      print(dataset("fashion", classes: {bag: "handbag"}).classes[8])
      """)
    #expect(
      output == """
        ["0", "1", "2"] ["a", "b", "c"]
        ["0", "one", "2"]
        E0519 2 class names are given, but the data has a class 2
        features of 4 numbers, each of length 1 (normalized)
        split within each class into train 50 %, val 20 %, test 30 % (seed 0)
        classes with the same name, so their prompts are the same: b
        handbag

        """)
  }

  @Test func valuesOfMocoAreWrittenAsJSON() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = run(
      setup + """
        let mix = mixture(clip, ways, classes: data.classes)
        let report = evaluate(mix, on: few)
        let path = "\(folder)/a.json"
        write_json(path, {t: tensor([1.0]), n: tensor([[1, 2], [3, 4]]), s: tensor(2.5), r: route(mix, few[0]), report: report})
        let back = read_json(path)
        print(back.t, back.n, back.s, back.r.prediction in data.classes, back.report.count, back.report.kind)
        """)
    #expect(output == "[1.0] [[1, 2], [3, 4]] 2.5 true 20 mixture\n")
  }

  @Test func restoreSaysWhatItTook() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = run(
      setup + """
        let model = coop(clip, classes: data.classes)
        train(model, on: few, for: 2 epochs, batch: 10, checkpoint: "\(folder)/a.safetensors")
        let optimizer = sgd(model.parameters, lr: 0.1, momentum: 0.9)
        let took = restore(model, "\(folder)/a.safetensors", optimizer: optimizer)
        print(took.loaded, took.ignored, took.epoch, took.step, optimizer.steps)
        optimizer.lr = 0.5
        print(optimizer)
        """)
    #expect(
      output == """
        \(folder)/a.safetensors: the optimizer continues with its own settings: lr was 0.032, now 0.1; weight_decay was 0.0005, now 0
        ["ctx", "optimizer.0.momentum"] [] 2 4 4
        sgd(lr: 0.5, momentum: 0.9) on 1 parameter, 4 steps taken

        """)
  }

  @Test func listsAreOperandsOfTensors() {
    let output = run(
      """
      let t = tensor([1, 2, 3])
      print(t == [1, 0, 3], [1, 2, 3] == t, t + [1, 1, 1], [[1, 2, 3]] * t, t == ["a"])
      print(mean((argmax(tensor([[0.1, 0.9], [0.8, 0.2]]), axis: 1) == [1, 1]).float()))
      print(std([1, 2, 4]), variance([1, 3], correction: 0), std(tensor([[1.0, 2], [3, 5]]), axis: 0))
      try { std([0.6]) } catch e { print(e.code, e.message) }
      """)
    #expect(
      output == """
        tensor([true, false, true]) tensor([true, true, true]) tensor([2, 3, 4]) tensor([[1, 4, 9]]) false
        tensor(0.5)
        1.5275252316519465 1.0 tensor([1.4142135, 2.1213202])
        E0205 std needs more than 1 numbers, found 1

        """)
  }
}
