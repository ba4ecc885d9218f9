import Foundation
import MocoLang
import MocoRuntime
import MocoSession
import MocoTestSupport
import Testing

/// Everything that has a name has a sentence, and can be found.
@Suite struct IndexTests {
  private func session() -> Runtime { Runtime(options: RuntimeOptions()) }

  @Test func everyFunctionAndMemberHasASentence() {
    let interpreter = session().interpreter
    func check(_ entry: IndexEntry) {
      let summary = entry.summary
      #expect(summary.hasSuffix("."), "\(entry.name): \(summary)")
      #expect(summary.count > 5 && summary.count <= 300, "\(entry.name): \(summary)")
      #expect(!summary.contains("\n"), "\(entry.name)")
    }
    for entry in interpreter.indexOfNames { check(entry) }
    for (type, members) in interpreter.indexOfTypes {
      #expect(type.summary.hasSuffix("."), "\(type.name)")
      for entry in members { check(entry) }
    }
    #expect(interpreter.indexOfNames.count > 100)
  }

  /// Objects of every kind: their members are those of the index, and of the types that it says.
  @Test func theIndexIsWhatObjectsHave() throws {
    let session = session()
    let folder = try TemporaryFolder()
    let sweep = folder.path
    let program = """
      make_folder("\(sweep)/a")
      write_json("\(sweep)/sweep.json", {format: "moco-sweep", version: 1, script: "a.moco", points: [
        {name: "a", identity: "a", settings: {method: "coop", shots: 1, seed: 1}}
      ]})
      write_json("\(sweep)/a/run.json", {point: "a", status: "finished", result: {accuracy: 0.6}})
      let swept = runs("\(sweep)")
      let clip = load_clip("small")
      let data = dataset("fashion")
      let few = data.few_shot(2)
      templates ways { group "plain" { "a photo of a {}." } group "dark" { "a dark photo of a {}." } }
      let mix = mixture(clip, ways, classes: data.classes)
      let single = coop(clip, classes: data.classes)
      let near = kgcoop(clip, classes: data.classes)
      let zero = zero_shot(clip, classes: data.classes)
      let probe = linear_probe(clip, few.train, c: 1.0)
      let asked = []
      let own = model {
        clip: clip, classes: data.classes
        texts: names => clip.encode_text(names, normalize: true)
        logits: (b, texts) => {
          append(asked, b)
          b.features @ texts.T
        }
      }
      let _ = own.loss(few.train.batches(2)[0])
      let found = train mix on few.train for 1 epochs { batch: 20 }
      let tiny = few.test.sample(8)
      let seen = evaluate mix on tiny
      let batch = tiny.batches(4)[0]
      let objects = [
        own, asked[0], ema(0.9),
        clip, data, few.train, tiny.batches(4), batch, tiny[0], tiny[0].image, mix, single, near, zero,
        probe,
        soft_prompts(clip, ways), mix.router, mix.parameters, ways, ways[0], found, sgd(mix.parameters, lr: 0.1),
        cosine(), seen, seen.confusion, route(mix, tiny[0]), forecast(mix, on: few.train, for: 1 epochs),
        table([{a: 1}]), plot, tensor([1.0]), mix.loss(batch),
        swept, swept.table(rows: "method", columns: "shots", value: "accuracy"),
      ]
      """
    let result = session.interpreter.run(SourceFile(name: "index", text: program))
    #expect(result.failure == nil, "\(result.diagnostics.map { $0.render(color: false) })")
    let objects = try #require(session.interpreter.value(named: "objects")?.asList)
    var met: Set<String> = []
    for value in objects {
      let object: any HostObject = try #require(value.asHost())
      met.insert(object.typeName)
      let type = try #require(session.interpreter.hostTypes[object.typeName], "\(object.typeName)")
      let known = type.members.map(\.name)
      for name in object.memberNames where !known.contains(name) {
        // The splits of a data set are its own.
        #expect(type.otherFields != nil && type.name == "Dataset", "\(type.name).\(name) is not in the index")
      }
      for member in type.members {
        if member.function != nil {
          #expect(object.method(member.name) != nil, "\(type.name).\(member.name)")
          continue
        }
        // Some objects of the type have the field, and then it is of the type that is said.
        guard object.memberNames.contains(member.name), let expected = member.type,
          let field = try object.member(member.name), !field.isNil
        else { continue }
        #expect(field.typeName == expected, "\(type.name).\(member.name)")
      }
      if let keys = type.keys { #expect(try object.member(keys)?.asList?.isEmpty == false, "\(type.name)") }
    }
    let missing = Set(session.interpreter.hostTypes.keys).subtracting(met)
    #expect(missing.isEmpty, "no object of \(missing.sorted())")
  }

  @Test func theTypesOfResultsAreTrue() {
    let session = session()
    let program = """
      let results = {
        upper: upper("a"), split: split("a b"), map: map([1], x => x), keys: keys({a: 1}), zeros: zeros([2]),
        randn: randn([2]), softmax: softmax(ones([2])), tensor: tensor([1]), cosine: cosine(), sgd: sgd(lr: 0.1),
        table: table([{a: 1}]), concat: concat([ones([1]), ones([1])]), router: router(4), join: join(["a"], ""),
        unique: unique([1]), zip: zip([1], [2]), str: str(1), type: type(1), one_hot: one_hot([0], classes: 2),
      }
      """
    let result = session.interpreter.run(SourceFile(name: "results", text: program))
    #expect(result.failure == nil, "\(result.diagnostics.map(\.message))")
    let fields = session.interpreter.value(named: "results")?.asRecord ?? [:]
    for (name, value) in fields {
      #expect(session.interpreter.resultTypes[name] == value.typeName, "\(name)")
    }
    for name in session.interpreter.resultTypes.keys {
      #expect(session.interpreter.value(named: name) != nil, "there is no function \(name)")
    }
  }

  @Test func whatGoesTogetherIsThere() {
    let interpreter = session().interpreter
    for (name, others) in interpreter.relatedNames {
      for each in [name] + others {
        let parts = each.split(separator: ".").map(String.init)
        let isThere =
          parts.count == 1
          ? interpreter.value(named: each) != nil : interpreter.hostTypes[parts[0]]?.member(parts[1]) != nil
        #expect(isThere, "\(each)")
      }
      for other in others {
        #expect(interpreter.relatedNames[other]?.contains(name) == true, "\(other): \(name)")
      }
    }
    for name in ["soft_prompts", "router", "restore", "train", "evaluate"] {
      #expect(interpreter.help(named: name)?.contains("See also: ") == true, "\(name)")
    }
    #expect(interpreter.help(member: "encode", ofType: "SoftPrompts")?.contains("`soft_prompts`") == true)
  }

  /// The page of the reference is what the index says; `MOCO_RECORD=1` writes it.
  @Test func thePageIsTheIndex() throws {
    let path = Built.root + "/stdlib/docs/all.md"
    let page = session().interpreter.indexPage
    if ProcessInfo.processInfo.environment["MOCO_RECORD"] != nil {
      try page.write(toFile: path, atomically: true, encoding: .utf8)
      Issue.record("recorded \(path)")
      return
    }
    let written = try String(contentsOfFile: path, encoding: .utf8)
    if written != page {
      let (old, new) = (Set(written.split(separator: "\n")), Set(page.split(separator: "\n")))
      let differing = new.symmetricDifference(old).sorted().prefix(10).joined(separator: "\n")
      Issue.record("all.md is old; MOCO_RECORD=1 writes it again. What differs:\n\(differing)")
    }
  }

  @Test func wordsAreFound() {
    let session = session()
    let index = SearchIndex(session.interpreter, library: StandardLibrary(root: Built.root + "/stdlib"))
    func questions(_ topic: String) -> [String] { index.find(topic).map(\.question) }
    #expect(questions("soft").contains("?soft_prompts"))
    #expect(questions("calibration").contains("?Report.ece"))
    #expect(questions("gradient").contains("?Tensor.grad"))
    #expect(questions("timeit").first == "?%timeit")
    #expect(questions("matrix product").contains("?@"))
    #expect(questions("division by zero").contains("?E0403"))
    #expect(questions("SHUFFLE").contains("?shuffle"))
    #expect(questions("xyzzy") == [])
    #expect(questions("!!") == [])
  }

  @Test func operatorsAreExplained() throws {
    for sign in ["@", "|>", "**", "..<", "//", "...", "??", "?", "=>", "%", "==", "[]", "."] {
      #expect(OperatorHelp.text(for: sign) != nil, "\(sign)")
    }
    #expect(OperatorHelp.text(for: "$") == nil)
    let pages = StandardLibrary(root: Built.root + "/stdlib").pages
    for (sign, entry) in OperatorHelp.entries {
      let result = session().interpreter.run(SourceFile(name: sign, text: entry.example))
      #expect(result.failure == nil, "\(sign): \(result.diagnostics.map(\.message))")
      #expect(pages.contains(entry.page), "\(sign)")
      #expect(entry.sentence.hasSuffix("."))
    }
  }

  @Test func summariesAreTheFirstSentence() {
    #expect(Summary.of("One. Two.") == "One.")
    #expect(Summary.of("A value of `a.b` or 1.5. More") == "A value of `a.b` or 1.5.")
    #expect(Summary.of("Over\n  lines\n\nMore.") == "Over lines.")
    #expect(
      Summary.of("Writes as `.svg`, `.html` or `.txt`: more\n\n```\nx\n```")
        == "Writes as `.svg`, `.html` or `.txt`: more.")
    #expect(Summary.of("What follows:\n\n- one") == "What follows.")
    #expect(Summary.of("") == "" && Summary.of(nil) == "")
  }
}
