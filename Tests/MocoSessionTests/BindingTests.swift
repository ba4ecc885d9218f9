import MocoSession
import Testing

/// Names that a cell has made, given a value or changed in place.
@Suite struct BindingTests {
  @Test(arguments: [
    ("xs.append(4);", ["xs", "same", "outer"]), ("same[0] = 9", ["xs", "same", "outer"]),
    ("m[\"a\"] = 2", ["m"]), ("m.b = 1", ["m"]), ("remove(m, \"a\")", ["m"]),
    ("change();", ["xs", "same", "outer"]),
    ("outer.inner[1] += 1", ["xs", "same", "outer"]), ("t[0] = 5", ["t", "view"]),
    ("view[0] = 5", ["t", "view"]),
    ("w.assign(w * 2)", ["w"]), ("sum(w * w).backward()", ["w"]), ("w.requires_grad = false", ["w"]),
    ("s += \"!\"", ["s"]), ("longer();", ["s"]), ("count();", ["count"]), ("n = n", ["n"]),
    ("let k = 1", ["k"]),
    // Reading changes nothing.
    ("xs[0] + len(m); t[0]; sum(w); sorted(xs); copy(m); print(outer)", []),
    ("let xs2 = map(xs, x => x + 1)", ["xs2"]),
    ("show xs, t", []), ("xs.append(1) + 1", ["xs", "same", "outer"]),
    ("%time xs.append(4)", ["xs", "same", "outer"]),
  ])
  func changesInPlaceAreSeen(_ cell: String, _ expected: [String]) {
    let typed = Typed()
    let said = typed.enter(
      """
      let xs = [1, 2]; let same = xs; let outer = {inner: xs}; let m = {a: 1}; var s = "a"; var n = 1
      let t = zeros([3]); let view = t[0...1]; let w = tensor([1.0]); w.requires_grad = true
      func change() { xs.append(1) }
      func longer() { s += "x" }
      func counter() { var c = 0; return () => { c += 1; c } }
      let count = counter();
      """)
    #expect(!said.contains("error"), "\(said)")
    let outcome = typed.session.execute(cell)
    #expect(outcome.bindings == expected, "\(cell): \(outcome.diagnostics)")
  }

  /// What is too large to be looked at counts as changed where it may have been.
  @Test func largeValuesGoByTheWordsOfTheCell() {
    let typed = Typed()
    typed.enter("let big = [i for i in 0..<100_000]; let xs = [1]; func change() { big[0] = 1 }")
    for (cell, expected) in [
      ("big.append(1)", ["big"]), ("big[7]", ["big"]), ("change()", ["big"]), ("%time big[0] = 2", ["big"]),
      ("xs.append(1)", ["xs"]), ("len(xs)", []), ("1 + 1", []),
    ] {
      #expect(typed.session.execute(cell).bindings == expected, "\(cell)")
    }
  }

  @Test func modelsAreChangedByTraining() {
    let typed = Typed()
    typed.enter(PublishingTests.setup)
    typed.enter("let other = mixture(clip, ways, classes: names); let opt = adam(mix.parameters, lr: 0.1)")
    func changed(_ cell: String) -> [String] { typed.session.execute(cell).bindings }
    #expect(changed("train(mix, on: data.train, for: 1 epoch, batch: 10);") == ["mix"])
    #expect(changed("evaluate(mix, on: data.train);") == [])
    #expect(
      changed("for batch in data.train.batches(10) { mix.loss(batch).backward(); opt.step(); break }") == [
        "mix", "opt",
      ])
    #expect(changed("let run = train(other, on: data.train, for: 1 epoch, batch: 10);") == ["other", "run"])
    #expect(changed("mix.logits(data.train.batches(10)[0]);") == [])
    #expect(changed("clip.train_all()").contains("clip"))
  }
}
