import Foundation
import MocoLang
import MocoRuntime
import Testing

/// Reports on any model's answers, and linear probes, as programs use them.
@Suite struct ReportLanguageTests {
  private func run(_ program: String, in session: Runtime = librarySession()) -> String {
    printed(program, in: session, helps: true)
  }

  @Test func logitsAreTensorsOrLists() {
    let output = run(
      """
      let lists = [[2.0, 1.0], [0.5, 3.0], [1.0, 0.0]]
      let a = report([0, 1, 1], lists)
      let b = report(tensor([0, 1, 1]), tensor(lists))
      let c = report(["cat", "dog", "dog"], lists, classes: ["cat", "dog"])
      print(a.classes, c.classes, a.accuracy == b.accuracy, a.nll == c.nll, a.confusion.values == b.confusion.values)
      print(c.predictions, c.support, c.confusion["dog"]["cat"], c.kind, c.split, c.class_names, c.top5)
      print(c.summary.keys())
      let d = report([0, 1, 1], predictions: argmax(tensor(lists), axis: 1), name: "mine")
      print(d, d.f1 == a.f1, d.nll, d.ece, d.bins, d.base)
      print(to_json(d).contains("\\"macro_f1\\""), to_json(d).contains("nll"))
      let e = report([0, 1, 1], lists, base: ["0"])
      print(e.base, e.new, e.h)
      """)
    #expect(
      output == """
        ["0", "1"] ["cat", "dog"] true true true
        ["cat", "dog", "cat"] {cat: 1, dog: 2} 1 answers nil nil nil
        ["accuracy", "macro_f1", "weighted_f1", "macro_precision", "macro_recall", "mean_per_class", "ece", "nll"]
        <report: mine, accuracy 66.67 %> true nil nil nil nil
        true false
        1.0 1.0 1.0

        """)
  }

  @Test func whatIsAbsentIsSaid() {
    let output = run(
      """
      let r = report(["a", "b"], predictions: ["b", "b"], classes: ["a", "b", "c", "d"])
      print(r.without_images, r.never_predicted, r.left_out, r.recall["c"], r.per_class["c"])
      show r
      """)
    #expect(
      output == """
        ["c", "d"] ["a", "c", "d"] ["c", "d"] 0.0 nan
        answers: 50.0 % of 2 images
          macro-F1 33.3 %, mean per class 50.0 %
          without images: c, d
          left out: 2 classes from mean per class, 2 from macro-F1
          by class: a 0.0 · b 100.0 · c nan · d nan

        """)
  }

  @Test(arguments: [
    (
      "report([0, 1], [[1.0, 2.0]])", "E0712 the logits have shape [1, 2]; 2 labels and 2 classes need [2, 2]"
    ),
    (
      "report([0, 2], [[1.0, 2.0], [2.0, 1.0]])",
      "E0712 the label of image 1 is 2, out of range for 2 classes"
    ),
    (
      "report([0, -1], [[1.0, 2.0], [2.0, 1.0]])",
      "E0712 the label of image 1 is -1, out of range for 2 classes"
    ),
    ("report([0.5], [[1.0, 2.0]])", "E0712 'labels' contains 0.5, which is not a class number"),
    ("report([0], [[nan, 2.0]])", "E0712 the logits of image 0 contain nan for class \"0\""),
    ("report([0], [[inf, 2.0]])", "E0712 the logits of image 0 contain inf for class \"0\""),
    ("report([0], [1.0, 2.0])", "E0712 logits must have shape [images, classes], not [2]"),
    ("report([0], [[1.0]])", "E0712 a report needs at least two classes, not 1"),
    ("report([0, 0], predictions: [0, 0])", "E0712 a report needs at least two classes, not 1"),
    ("report([], predictions: [])", "E0712"),
    ("report([true], predictions: [true])", "E0712 'labels' must be a list of class numbers, not bool [1]"),
    (
      "report([0, 1], predictions: [0])",
      "E0712 the numbers of predictions and labels differ: 1 predictions, 2 labels"
    ),
    ("report([0, 1], predictions: [0, 9000000])", "E0712 too many classes: 9000001"),
    ("report([\"cat\"], predictions: [0])", "E0712 'labels' contains names, but no class names"),
    (
      "report([\"cow\"], predictions: [0], classes: [\"cat\", \"dog\"])",
      "E0712 unknown class \"cow\""
    ),
    (
      "report([\"cat\"], predictions: [0], classes: [\"cat\", \"cat\"])",
      "E0712 several classes have the name \"cat\""
    ),
    ("report([0, 1])", "E0305 report needs either logits or predictions"),
    ("report([0, 1], [[1.0, 2.0]], predictions: [0])", "E0305 report needs either logits or predictions"),
    ("report([0, 1], predictions: [0, 1], base: [\"0\"])", "E0712 'base' needs logits"),
    ("report([0, 1], predictions: [0, 1]).top(1)", "E0712 this report was made from predictions alone"),
    ("report([0], [[1.0, 2.0]]).top(3)", "E0712 k is out of range: 3 of 2 classes"),
    ("report([0], [[1.0, 2.0]]).top(0)", "E0712 k is out of range: 0 of 2 classes"),
  ])
  func whatCannotBeCountedIsRefused(_ program: String, _ message: String) {
    let output = run("print(\(program))")
    #expect(output.hasPrefix(message), "\(program): \(output)")
    #expect(output.contains("help: "), "\(program): \(output)")
  }

  // MARK: Linear probes

  /// Feature data of three classes in the plane.
  private let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let x = tensor([[1.0, 0], [2, 0.5], [0, 1], [0.5, 2], [-1, -1], [-2, -1.5]])
    let data = dataset(features: x, labels: [0, 0, 1, 1, 2, 2], classes: ["a", "b", "c"])

    """

  @Test func featuresInMemoryWorkAsWell() {
    let output = run(
      setup + """
        let probe = linear_probe(clip, on: data.train, c: 10)
        print(probe, type(probe), probe.kind, probe.width, probe.converged, probe.weight.shape, probe.bias.shape)
        print(evaluate(probe, on: data.test).accuracy, probe.predict(x)[4], probe.search)
        let all = probe.logits(x)
        print(max(abs(probe.logits(x, classes: ["c", "a"])[:, 0] - all[:, 2])).item() == 0)
        let ok = max(abs(all - (x @ probe.weight.T + probe.bias))).item() < 1e-5
        print(ok, report(data.test.labels, all).accuracy)
        try { probe.logits(x, classes: ["d"]) } catch e { print(e.code, e.message) }
        try { evaluate(probe, on: dataset("fashion").test) } catch e { print(e.code, e.help.contains("\\"data\\"")) }
        try { evaluate(probe, on: dataset("fashion").test, classes: "data") } catch e { print(e.code, e.message) }
        """)
    #expect(
      output == """
        <linear_probe: c 10.0, 3 classes> LinearProbe linear_probe 2 true [3, 2] [3]
        1.0 c nil
        true
        true 1.0
        E0704 a linear probe supports only the classes it was created with, and "d" is not one of them
        E0710 false
        E0704 a linear probe supports only the classes it was created with, and "t-shirt" is not one of them

        """)
  }

  @Test func checkpointsHoldTheWeights() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = run(
      setup + """
        let probe = linear_probe(clip, on: data.train, c: 10)
        checkpoint(probe, "\(folder)/probe.safetensors")
        let other = linear_probe(clip, on: data.train, c: 0.01)
        restore(other, "\(folder)/probe.safetensors")
        print(max(abs(other.logits(x) - probe.logits(x))).item(), other.c, other.converged)
        print(other)
        let turned = dataset(features: x, labels: [1, 1, 0, 0, 2, 2], classes: ["b", "a", "c"])
        let third = linear_probe(clip, on: turned.train, c: 0.01)
        restore(third, "\(folder)/probe.safetensors")
        print(max(abs(third.logits(x, classes: ["a", "b", "c"]) - probe.logits(x))).item())
        let fourth = load_model("\(folder)/probe.safetensors", clip: clip)
        print(fourth.classes, max(abs(fourth.logits(x) - probe.logits(x))).item())
        let long = linear_probe(clip, on: data.train, normalize: true)
        try { restore(long, "\(folder)/probe.safetensors") } catch e { print(e.code, e.message.contains("normalized")) }
        let two = dataset(features: x, labels: [0, 0, 1, 1, 1, 1], classes: ["a", "z"])
        try { restore(linear_probe(clip, on: two.train), "\(folder)/probe.safetensors") } catch e { print(e.code) }
        """)
    #expect(
      output == """
        0.0 nil nil
        <linear_probe: 2 features, 3 classes>
        the classes of \(folder)/probe.safetensors are in another order: rows are matched by name
        0.0
        ["a", "b", "c"] 0.0
        E0708 true
        E0708

        """)
  }

  @Test func whatIsNotConvergedIsSaid() {
    let output = run(
      setup + """
        let probe = linear_probe(clip, on: data.train, c: 1000, iterations: 1)
        print(probe.converged, probe.iterations)
        """)
    #expect(
      output == "linear_probe: not converged after 1 iterations; increase iterations: …\nfalse 1\n")
  }

  /// The cross-entropy goes on from the fit; the weights are then no fit any more.
  @Test func probesCanBeTrainedOn() {
    let output = run(
      setup + """
        let probe = linear_probe(clip, on: data.train, c: 10)
        let before = probe.loss({features: x, labels: [0, 0, 1, 1, 2, 2]}).item()
        let run = train(probe, on: data.train, for: 3 epochs, batch: 6, optimizer: sgd(lr: 0.1))
        print(len(run.losses), probe.loss({features: x, labels: [0, 0, 1, 1, 2, 2]}).item() < before, probe.c)
        try { forecast(probe, on: data.train, for: 1 epoch) } catch e { print(e.code, e.message) }
        """)
    #expect(output == "3 true nil\nE0709 a forecast counts prompts, but a linear_probe has none\n")
  }

  @Test(arguments: [
    ("c: 0", "E0706 c is 0.0"), ("c: -1", "E0706 c is -1.0"), ("c: nan", "E0706"),
    ("c: \"serach\"", "E0305"), ("c: \"search\"", "E0305 linear_probe needs validation images"),
    ("validation: data.test", "E0305 linear_probe uses validation images only to search"),
    ("stop: \"never\"", "E0305"), ("iterations: 0", "E0305"),
    ("c: \"search\", validation: dataset(\"fashion\").val", "E0710 the classes of the validation images"),
  ])
  func optionsAreChecked(_ option: String, _ message: String) {
    let output = run(setup + "print(linear_probe(clip, on: data.train, \(option)))")
    #expect(output.hasPrefix(message) && output.contains("help: "), "\(option): \(output)")
  }

  @Test func classesNeedImages() {
    let output = run(setup + "linear_probe(clip, on: data.train[0..<4])")
    #expect(output.hasPrefix("E0709 a linear probe needs images of every class, but there are none of \"c\""))
    #expect(run(setup + "linear_probe(clip, on: data.train[0..<0])").hasPrefix("E0709"))
  }

  @Test func searchesLookAtValidationImages() {
    let output = run(
      setup + """
        let probe = linear_probe(clip, on: data.train, c: "search", validation: data.test)
        print(len(probe.search), [t.c for t in probe.search[0..<7]])
        print(probe.c == probe.search[-1].c or len([t for t in probe.search if t.c == probe.c]) == 1)
        """)
    #expect(
      output == """
        15 [1000000.0, 10000.0, 100.0, 1.0, 0.01, 0.0001, 1e-06]
        true

        """)
  }
}
