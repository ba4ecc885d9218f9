import MocoDocument
import MocoLang
import MocoRuntime
import MocoSession
import MocoTestSupport
import Testing

/// An object that remembers what it was asked for.
private final class Watched: HostObject {
  var asked: [String] = []
  var typeName: String { "Watched" }
  var memberNames: [String] { ["images", "size"] }
  func member(_ name: String) throws -> AnyValue? {
    asked.append(name)
    return .list([1, 2, 3])
  }
  func index(_ items: [HostIndex]) throws -> AnyValue? {
    asked.append("[]")
    return .host(Watched())
  }
  func document(_ limits: DocumentLimits) -> Document {
    asked.append("document")
    return Document()
  }
}

/// Completion from types, without running anything.
@Suite struct LookupTests {
  private func candidates(_ text: String, in session: Runtime, behind: String = "") -> [String] {
    let names = session.moduleNames
    let completer = Completer(
      interpreter: session.interpreter, library: StandardLibrary(root: Built.root + "/stdlib"),
      moduleNames: { (try? names($0, SourceFile(name: "prompt", text: ""))) ?? [] })
    return completer.completion(text + behind, cursor: text.unicodeScalars.count).texts
  }

  @Test func nothingIsAskedOfObjects() throws {
    let session = Runtime(options: RuntimeOptions())
    let watched = Watched()
    session.interpreter.define("w", .host(watched))
    #expect(
      session.interpreter.run(SourceFile(name: "", text: "let r = {inside: w}; let xs = [w]")).failure == nil)
    for text in [
      "w.", "w.im", "w.images.", "w.images.sha", "w.images[0].", "w[0].im", "w[\"", "w[\"a\"].x", "w.images(",
      "w(",
      "r.inside.images.le", "xs[0].size.", "f(w.images.", "w.images.shape[0].", "train w on w.images { ",
      "w.", "w { ",
    ] {
      _ = candidates(text, in: session)
    }
    _ = session.interpreter.help(member: "images", of: .host(watched))
    _ = session.interpreter.help(named: "w", showsValue: true)
    #expect(watched.asked == [])
    #expect(candidates("w.im", in: session) == ["images"])
  }

  @Test func typesLeadThroughFieldsAndCalls() throws {
    let session = Runtime(options: RuntimeOptions())
    let program = """
      let data = dataset("fashion")
      let batch = data.test.batches(100)[0]
      let t = ones([2, 3])
      """
    #expect(session.interpreter.run(SourceFile(name: "", text: program)).failure == nil)
    func find(_ text: String) -> [String] { candidates(text, in: session) }
    #expect(find("batch.images.sha") == ["shape"])
    #expect(find("data.few_shot(4).tr") == ["train"])
    #expect(find("data.few_shot(4).train.ba").contains("batches"))
    #expect(find("data.few_shot(4, see").isEmpty == false)
    #expect(find("data.train[0].ima") == ["image"])
    #expect(find("data.train[0].image.gr") == ["grey"])
    #expect(find("data[\"train\"].lab") == ["labels"])
    #expect(find("data[\"tr") == ["train\"]"])
    #expect(find("t.detach().sha") == ["shape"])
    #expect(find("t[0, 1].sha") == ["shape"])
    #expect(find("zeros([2]).sha") == ["shape"])
    #expect(find("\"a\".upper().lo").contains("lower"))
    #expect(find("load_clip(\"small\").encode_te") == ["encode_text"])
    #expect(find("data.train.batches(size").contains("size: "))
    #expect(
      find("data.few_shot(4).train.batches(si") == ["sin", "size: "]
        || find("data.few_shot(4).train.batches(si").contains("size: "))
    // A function of the program has no known result.
    #expect(
      session.interpreter.run(SourceFile(name: "", text: "func zeros(x) { x }"), mode: .cell).failure == nil)
    #expect(find("zeros([2]).shap").isEmpty)
  }

  @Test func blocksOfferTheirOptions() throws {
    let session = Runtime(options: RuntimeOptions())
    func find(_ text: String) -> [String] { candidates(text, in: session) }
    #expect(find("mixture(clip, ways, classes: c) { router { to").contains("top_k: "))
    #expect(
      find("let m = mixture(clip, ways, classes: c) {\n  router { top_k: 2, ") == [
        "bias: ", "kind: ", "scale: ",
      ])
    #expect(find("mixture(clip, ways, loss: { te").contains("text: "))
    #expect(find("mixture(clip, ways) { loss { text: { wei").contains("weight: "))
    // Whatever function says what its blocks take.
    #expect(find("clip_model({}) { config { emb").contains("embedding: "))
    #expect(find("clip_model() { config { text { lay").contains("layers: "))
    #expect(find("train mix on data.train { bat").contains("batch: "))
    // A record of one's own has no options.
    #expect(!find("let x = { to").contains("top_k: "))
  }

  @Test func importsOfferTheNamesOfTheModule() throws {
    let session = Runtime(options: RuntimeOptions())
    #expect(candidates("use {euro", in: session, behind: "} from templates") == ["eurosat"])
    #expect(candidates("use {eurosat, ", in: session, behind: "} from templates").contains("dtd"))
    #expect(!candidates("use {eurosat, ", in: session, behind: "} from templates").contains("eurosat"))
    #expect(candidates("use {euro", in: session).contains("eurosat"))
    #expect(candidates("use {eurosat as e", in: session, behind: "} from templates") == [])
    #expect(candidates("use {x", in: session, behind: "} from nothing_of_that_name") == [])
  }
}
