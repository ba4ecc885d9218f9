import Foundation
import MocoDocument
import MocoLang
import MocoRuntime
import Testing

/// A model answers for the data's classes by name, or says that they are not its own; two classes may have one name.
@Suite struct ClassNamesTests {
  private func run(_ program: String) -> String { printed(program, in: librarySession(), helps: true) }

  /// A model that tells four points apart, whatever it is called: each text feature is far from the others.
  private let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let names = ["cat", "dog", "owl", "bag"]
    let t = clip.encode_text(["a photo of a \\(n)." for n in names], normalize: true)
    /// Every image is the text feature of its class.
    let data = dataset(features: t, labels: [0, 1, 2, 3], classes: names)
    let test = data.test
    let batch = test.batch([0, 1, 2, 3])
    func tell(f) { try { print(f()) } catch e { print(e.code, e.message); print("  help:", e.help) } }

    """

  @Test func theOrderOfTheModelsClassesDoesNotMatter() {
    #expect(
      run(
        setup + """
          let z = zero_shot(clip, classes: ["bag", "ant", "owl", "dog", "cat"])
          let r = evaluate(z, on: test)
          print(r.accuracy, r.class_names, r.predictions, r.classes)
          print(z.predict(batch), z.predict(test[3]), argmax(z.logits(batch), axis: 1).to_list(), z.logits(batch).shape)
          print(z.logits(batch, classes: "all").shape, z.logits(t).shape)
          print(z.predict(test[1], classes: ["dog", "ant"]))
          print(evaluate(z, on: data.new.test).predictions)
          """) == """
          1.0 matched ["cat", "dog", "owl", "bag"] ["cat", "dog", "owl", "bag"]
          ["cat", "dog", "owl", "bag"] ["bag"] [0, 1, 2, 3] [4, 4]
          [4, 5] [4, 5]
          ["dog"]
          ["owl", "bag"]

          """)
  }

  /// Every built-in that brings a model and named images together.
  @Test(arguments: [
    "evaluate(m, on: test)", "m.predict(batch)", "m.predict(test[0])", "m.predict([test[0], test[1]])",
    "m.logits(batch)", "m.loss(batch)", "route(m, test[0])", "train(m, on: data.train, for: epochs(1))",
    "forecast(m, on: data.train, for: epochs(1))", "train(m, on: data.train, for: epochs(1), dry_run: true)",
    "m.loss({features: t, labels: [0, 1, 2, 3], classes: names})",
  ])
  func otherNamesAreRefused(_ call: String) {
    let output = run(
      setup + """
        let m = mixture(clip, templates({a: ["a {}."], b: ["one {}."]}), classes: ["Cat", "dog", "owl", "bag"])
        tell(() => \(call))
        """)
    #expect(output.hasPrefix("E0710 the classes of the "), "\(output)")
    #expect(
      output.contains(
        "the data has \"cat\", \"dog\", \"owl\", \"bag\"; the mixture has \"Cat\", \"dog\", \"owl\", \"bag\""),
      "\(output)")
    #expect(output.contains("\"cat\" is \"Cat\" in the model"), "\(output)")
  }

  @Test func oneSaysWhoseNames() {
    #expect(
      run(
        setup + """
          let z = zero_shot(clip, classes: ["kitten", "puppy", "hawk", "sack"])
          let by_name = evaluate(z, on: test, classes: "data")
          let by_place = evaluate(z, on: test, classes: "model")
          print(by_name.accuracy, by_name.class_names, by_name.predictions == names, by_place.class_names)
          print(mean(argmax(z.logits(t), axis: 1) == tensor([0, 1, 2, 3])).item() == by_place.accuracy)
          print(z.predict(batch, classes: "data"), z.predict(batch, classes: "model") == z.predict(t))
          let c = coop(clip, classes: z.classes, tokens: 2, seed: 1)
          print(train(c, on: data.train, for: epochs(1), classes: "model").steps, c.base)
          tell(() => evaluate(zero_shot(clip, classes: ["cat", "dog"]), on: test, classes: "model"))
          tell(() => evaluate(z, on: test, classes: ["cat"]))
          tell(() => evaluate(z, on: test, classes: "date"))
          tell(() => train(c, on: data.train, for: epochs(1), classes: "data"))
          tell(() => z.predict(t, classes: "data"))
          """) == """
          1.0 data true model
          true
          ["cat", "dog", "owl", "bag"] true
          1 ["kitten", "puppy", "hawk", "sack"]
          E0710 the split "test" has 4 classes, but this zero_shot has 2, so classes cannot be matched by position
            help: pass classes: "data" to use the data's names, or use data with the same number of classes
          E0303 evaluate expects "data" or "model" for 'classes', not a List
            help: use classes: "data" for the data's names, classes: "model" for the model's
          E0305 evaluate does not support the classes "date"
            help: did you mean "data"? use one of "data", "model"
          E0305 train does not support the classes "data"
            help: use one of "model"
          E0305 these images have no class names
            help: pass the names: classes: ["cat", "dog"], or use a batch of a split

          """)
  }

  /// A context for each class answers for its own classes alone.
  @Test func contextsStayWithTheirClasses() {
    #expect(
      run(
        setup + """
          let c = coop(clip, classes: ["bag", "owl", "dog", "cat"], shared: false, seed: 1)
          let r = coop(clip, classes: names, shared: false, seed: 1)
          print(c.logits(batch).to_list() == r.logits(batch).to_list())
          tell(() => evaluate(coop(clip, classes: ["a", "b", "c", "d"], shared: false), on: test, classes: "data"))
          """) == """
          true
          E0704 this coop learned one context per class, and has none for "cat"
            help: create it with shared: true to use it with new classes; its own classes are "a", "b", "c", "d"

          """)
  }

  @Test func baseToNew() {
    #expect(
      run(
        setup + """
          let half = coop(clip, classes: data.base.classes, seed: 1)
          tell(() => evaluate(half, on: data.new.test))
          print(evaluate(half, on: data.new.test, classes: "data").classes)
          print(evaluate(coop(clip, classes: names, seed: 1), on: data.new.test).class_names)
          let gone = evaluate(zero_shot(clip, classes: names), on: test.pick(classes: ["cat"]), base: ["cat", "dog"])
          print(gone.base, gone.new, gone.h, gone.h_is_missing)
          """) == """
          E0710 the classes of the split "test" differ from the classes of this coop: the data has "owl", "bag"; the coop has "cat", "dog"
            help: create the coop with classes: data.classes, pass classes: "data" (prompts of the coop with the names of the data), or classes: "model" (class names of the coop for the labels 0, 1, … of the data)
          ["owl", "bag"]
          matched
          1.0 nan nan there are no images of new classes

          """)
  }

  // MARK: Two classes of one name

  private let cranes = """
    let twins = ["crane", "owl", "crane", "bag"]
    let birds = dataset(features: t, labels: [0, 1, 2, 3], classes: twins)
    let z = zero_shot(clip, classes: birds.classes)

    """

  @Test func twinsKeepTheirName() {
    #expect(
      run(
        setup + cranes + """
          print(birds.classes, z.classes)
          let l = z.logits(t)
          print(all(l[0..<4, 0] == l[0..<4, 2]), evaluate(z, on: birds.test).class_names)
          print(birds.test.counts.keys(), evaluate(z, on: birds.test).per_class.keys())
          tell(() => birds.test.pick(classes: ["crane"]))
          print(birds.test.pick(classes: ["crane (2)"]).labels)
          print(birds.base.classes, birds.new.classes, evaluate(z, on: birds.new.test).classes)
          tell(() => dataset(features: t, labels: [0, 1, 1, 0], classes: ["crane", "crane"]))
          """) == """
          ["crane", "owl", "crane", "bag"] ["crane", "owl", "crane", "bag"]
          true matched
          ["crane (0)", "owl", "crane (2)", "bag"] ["crane (0)", "owl", "crane (2)", "bag"]
          E0519 2 classes are called "crane"
            help: choose one: "crane (0)", "crane (2)"
          [2]
          ["crane", "owl"] ["crane", "bag"] ["crane", "bag"]
          E0511 features has only one class, "crane"
            help: add another class: classification needs at least two

          """)
  }

  /// A part of the classes, as ImageNet's variants have: the name alone makes the prompt, so either will do.
  @Test func onePartOfTwins() {
    #expect(
      run(
        setup + cranes + """
          let some = dataset(features: t[1..<4], labels: [0, 2, 1], classes: ["owl", "bag", "crane"])
          print(evaluate(z, on: some.test).class_names, z.logits(some.test.batch([0])).shape)
          let c = coop(clip, classes: twins, tokens: 2, shared: false, seed: 2)
          try { evaluate(c, on: some.test) } catch e { print(e.code, e.help) }
          """) == """
          matched [1, 3]
          E0710 use data with all classes of the model: two of them have the same name, so the match is ambiguous

          """)
  }

  /// Contexts of twins are two; which one is meant follows from the place.
  @Test func twinsLearnApart() {
    #expect(
      run(
        setup + cranes + """
          let c = coop(clip, classes: twins, tokens: 2, shared: false, seed: 2)
          train(c, on: birds.new.train, for: epochs(2), optimizer: sgd(lr: 0.1), seed: 1)
          print(c.base, len(c.parameters), len(c.context))
          let l = c.logits(t)
          let half = c.logits(birds.new.test.batch([0, 1]))
          // Beside other rows a row of a product may have other last bits.
          let close = (a, b) => max(abs(a - b)).item() < 1e-4
          print(close(l[2..<4, 2], half[0..<2, 0]), close(l[2..<4, 3], half[0..<2, 1]), close(l[0..<4, 0], l[0..<4, 2]))
          tell(() => c.logits(t, classes: ["crane", "owl"]).shape)
          tell(() => c.logits(t, classes: ["bag", "crane"]).shape)
          """
      ).hasPrefix(
        """
        ["crane", "bag"] 1 4
        true true false
        [4, 2]
        E0704 ambiguous class name: the model has several classes "crane"
        """))
  }

  /// Twins are two answers; the right one is the image's own.
  @Test func routesTellTwinsApart() {
    #expect(
      run(
        setup + cranes + """
          let m = mixture(clip, templates({a: ["a {}."], b: ["one {}."]}), classes: twins, seed: 1)
          let own = [route(m, birds.test[i], top: 4) for i in 0..<4]
          let answers = argmax(m.logits(birds.test.batch([0, 1, 2, 3])), axis: 1).to_list()
          let shown = ["crane (0)", "owl", "crane (2)", "bag"]
          print([r.label for r in own] == shown, [r.prediction for r in own] == [shown[a] for a in answers])
          print([r.right for r in own] == [answers[i] == i for i in 0..<4])
          print(all([len(r.classes) == 4 and abs(sum([r.classes[k] for k in r.classes.keys()]) - 1) < 0.00001 for r in own]))
          print(all([not r.experts[0].template.contains("(") for r in own]), own[0].classes.keys().sorted() == shown.sorted())
          // By place, the name differs and the answer may be right all the same.
          let words = mixture(clip, templates({a: ["a {}."], b: ["one {}."]}), classes: ["kitten", "puppy", "hawk", "sack"], seed: 1)
          let by_place = argmax(words.logits(t), axis: 1).to_list()
          print([route(words, test[i], classes: "model").right for i in 0..<4] == [by_place[i] == i for i in 0..<4])
          let few = route(m, test[0], classes: ["cat", "dog"])
          print(route(m, t[0]).right, few.right == (few.prediction == "cat"), route(m, test[0], classes: ["owl", "dog"]).right)
          """) == """
          true true
          true
          true
          true true
          true
          nil true false

          """)
  }

  /// Images of two data sets have no common classes to be answered for.
  @Test func listsOfImagesHaveOneListOfNames() {
    #expect(
      run(
        setup + """
          let z = zero_shot(clip, classes: names)
          let other = dataset(features: t, labels: [0, 1, 2, 3], classes: ["bag", "dog", "owl", "cat"])
          tell(() => z.predict([test[0], other.test[0]]))
          tell(() => z.logits([test[0], other.test[0]], classes: "data"))
          print(z.predict([test[0], other.test[1]], classes: "all"), z.predict([test[0], test[3]]))
          """) == """
          E0710 the images have different lists of classes, so the classes to predict are ambiguous
            help: pass images of one data set, or choose the classes: classes: "all" for those of the zero_shot
          E0710 the images have different lists of classes, so the classes to predict are ambiguous
            help: pass images of one data set, or choose the classes: classes: "all" for those of the zero_shot
          ["cat", "dog"] ["cat", "bag"]

          """)
  }

  /// What would be refused next is not offered.
  @Test func helpOffersWhatCanBe() {
    #expect(
      run(
        setup + """
          func help_of(f) { try { f() } catch e { print(e.code, e.help) } }
          help_of(() => evaluate(zero_shot(clip, classes: ["ant", "fly"]), on: test))
          help_of(() => evaluate(coop(clip, classes: ["a", "b", "c", "d"], shared: false), on: test))
          help_of(() => evaluate(coop(clip, classes: ["a", "b"], shared: false), on: test))
          help_of(() => train(coop(clip, classes: ["a", "b"]), on: data.train, for: epochs(1)))
          help_of(() => evaluate(zero_shot(clip, classes: ["cat", "dog"]), on: test, classes: "model"))
          help_of(() => evaluate(coop(clip, classes: ["a", "b"], shared: false), on: test, classes: "model"))
          help_of(() => evaluate(zero_shot(clip, classes: ["cat", "d-og"]), on: dataset(features: t[0..<2], labels: [0, 1], classes: ["cat", "d og"]).test))
          """) == """
          E0710 create the zero_shot with classes: data.classes, or pass classes: "data" (prompts of the zero_shot with the names of the data)
          E0710 create the coop with classes: data.classes, or pass classes: "model" (class names of the coop for the labels 0, 1, … of the data)
          E0710 create the coop with classes: data.classes
          E0710 create the coop with classes: data.classes
          E0710 pass classes: "data" to use the data's names, or use data with the same number of classes
          E0710 use data with the same number of classes
          E0710 use exactly the same class names ("d og" is "d-og" in the model): create the zero_shot with classes: data.classes, pass classes: "data" (prompts of the zero_shot with the names of the data), or classes: "model" (class names of the zero_shot for the labels 0, 1, … of the data)

          """)
  }

  /// A program that asks for H is told when there is none.
  @Test func aNamedHalfMayBeMissing() {
    #expect(
      run(
        setup + """
          let z = zero_shot(clip, classes: names)
          for base in [names, [], ["cat"]] {
            let r = evaluate(z, on: test, base: base)
            print(r.base, r.new, r.h, r.h_is_missing)
          }
          let r = evaluate(z, on: test)
          print(r.base, r.h, r.h_is_missing)
          """) == """
          1.0 nan nan there are no images of new classes
          nan 1.0 nan there are no images of base classes
          1.0 1.0 1.0 nil
          nil nil nil

          """)
  }

  /// Where classes are shown.
  @Test(arguments: [
    ("birds", "classes: crane (0), owl, crane (2), bag"),
    ("birds", "classes with the same name, so their prompts are the same: crane"),
    ("birds.test", "crane (0) 1, owl 1, crane (2) 1, bag 1"), ("evaluate(z, on: birds.test)", "crane (2) "),
  ])
  func twinsAreShownApart(_ expression: String, _ part: String) {
    let session = librarySession()
    let result = session.interpreter.run(
      SourceFile(name: "test", text: setup + cranes + expression), mode: .cell)
    #expect(
      session.interpreter.document(of: result.value, limits: DocumentLimits(width: 100)).plain(width: 100)
        .contains(part))
  }
}
