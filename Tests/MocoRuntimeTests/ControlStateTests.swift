import Foundation
import MocoTestSupport
import Testing

/// Exported pages with controls: every state is what a run with these settings shows.
@Suite(.serialized) struct ControlStateTests {
  /// A page, taken apart.
  private struct Page {
    let text: String
    let values: [String: [String]]
    let cells: [String: (controls: [String], places: [Int])]
    let outputs: [String]

    init(_ path: String) throws {
      text = try String(contentsOfFile: path, encoding: .utf8)
      let data =
        text.components(separatedBy: "id=\"moco-states\">").dropFirst().first?
        .components(separatedBy: "</script>").first ?? "{}"
      let json = try JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any] ?? [:]
      values = json["values"] as? [String: [String]] ?? [:]
      outputs = json["outputs"] as? [String] ?? []
      var cells: [String: (controls: [String], places: [Int])] = [:]
      for (index, cell) in json["cells"] as? [String: [String: Any]] ?? [:] {
        cells[index] = (cell["controls"] as? [String] ?? [], cell["places"] as? [Int] ?? [])
      }
      self.cells = cells
    }

    /// What a cell shows for some values.
    func state(_ cell: String, _ set: [String: String]) -> String? {
      guard let states = cells[cell] else { return nil }
      var at = 0
      for name in states.controls {
        guard let place = values[name]?.firstIndex(of: set[name] ?? "") else { return nil }
        at = at * (values[name]?.count ?? 1) + place
      }
      return states.places.indices.contains(at) ? outputs[states.places[at]] : nil
    }

    /// What a cell shows in the page as it is.
    func shown(_ cell: String) -> String? {
      text.components(separatedBy: "<div class=\"outputs\" id=\"outputs-\(cell)\">\n").dropFirst().first?
        .components(separatedBy: "</div>\n</section>").first
    }
  }

  private func inFolder<Result>(_ program: String, _ work: (String) throws -> Result) throws -> Result {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try program.write(toFile: folder + "/a.moco", atomically: true, encoding: .utf8)
    return try work(folder)
  }

  // Copies of a process under a sanitizer start threads of their own.
  private static let environment = ["TSAN_OPTIONS": "die_after_fork=0", "MOCO_THREADS": "2"]

  private func export(
    _ folder: String, _ arguments: [String], to name: String = "a.html"
  ) throws
    -> MocoProcess.Result
  {
    try MocoProcess.run(
      ["export", "a.moco", "-o", name] + arguments, in: folder, environment: Self.environment)
  }

  /// A model changed in place, random numbers, an error, and cells between that depend on nothing.
  static let program = """
    // %% Once
    let base = sum([n * n for n in 1...100])
    append_text("log.txt", "once\\n")
    let layer = parameter(tensor([1.0, 2.0]))
    let opt = sgd([layer], lr: 0.1)

    // %% A
    let k = slider(1...3, 2)

    // %% Changed in place
    for _ in 0..<k {
      (layer * layer).sum().backward()
      opt.step()
      opt.zero_grad()
    }
    layer

    // %% Of none
    let other = base + 1
    append_text("log.txt", "other\\n")
    other

    // %% B
    let style = choose(["plain", "</script><!--<script>"], label: "a <b>")

    // %% Of both
    let drawn = random()
    print(layer, style, drawn, other)
    assert(k != 3, "three fails")
    k * 10

    // %% Below
    print("below", k)

    // %% Alone
    let on = toggle()
    print(on, base)

    """

  /// Copies that work at the same time lose nothing of each other.
  @Test func statesAreTheSameEachTime() throws {
    try inFolder(Self.program) { folder in
      var found: Set<String> = []
      for _ in 0..<12 {
        _ = try export(folder, [])
        let page = try String(contentsOfFile: folder + "/a.html", encoding: .utf8)
        let states = page.components(separatedBy: "id=\"moco-states\">").dropFirst().first?.components(
          separatedBy: "</script>")
        found.insert(states?.first ?? "no states")
      }
      #expect(found.count == 1)
    }
  }

  @Test func everyStateIsThatOfARunWithTheseSettings() throws {
    try inFolder(Self.program) { folder in
      let made = try export(folder, [])
      #expect(made.status == 0, "\(made.errors)")
      // 3 × 2 of those that meet, and 2 of the toggle.
      #expect(made.errors.contains("8 states of "), "\(made.errors)")
      #expect(made.errors.contains("a.html: "), "\(made.errors)")
      let log = try String(contentsOfFile: folder + "/log.txt", encoding: .utf8)
      #expect(log == "once\nother\n", "what depends on no control runs once")
      let page = try Page(folder + "/a.html")
      #expect(
        page.values == [
          "k": ["1", "2", "3"], "style": ["plain", "</script><!--<script>"], "on": ["false", "true"],
        ])
      #expect(page.cells["7"]?.controls == ["k", "style", "on"], "it is not shown below an error")
      for k in ["1", "2", "3"] {
        for style in page.values["style"] ?? [] {
          for on in ["false", "true"] {
            let set = ["k": k, "style": style, "on": on]
            _ = try export(folder, set.flatMap { ["--set", "\($0.key)=\($0.value)"] }, to: "one.html")
            let one = try Page(folder + "/one.html")
            for cell in page.cells.keys.sorted() {
              let state = page.state(cell, set)
              #expect(
                state != nil && state == one.shown(cell),
                "\(cell) \(set): \(state ?? "") \(one.shown(cell) ?? "")")
            }
          }
        }
      }
      #expect(page.state("5", ["k": "3", "style": "plain"])?.contains("three fails") == true)
      #expect(page.state("6", ["k": "3", "style": "plain"]) == "")
      #expect(page.text.components(separatedBy: "<script").count == 3, "data and script, and no other")
      #expect(page.text.components(separatedBy: "</script>").count == 3)
      #expect(page.text.contains("<label for=\"control-4-0\">a &lt;b&gt;</label>"))
      #expect(page.text.contains("need JavaScript"))
    }
  }

  @Test func equalOutputsAreStoredOnce() throws {
    try inFolder("// %%\nlet k = slider(0..<100)\n// %%\nprint(k % 2)\n") { folder in
      _ = try export(folder, [])
      let page = try Page(folder + "/a.html")
      #expect(page.cells["1"]?.places.count == 100)
      #expect(page.outputs.count == 3, "\(page.outputs)")
    }
  }

  @Test func independentControlsAddUp() throws {
    let text = ["a", "b", "c"].map { "// %%\nlet \($0) = slider(1...10)\nprint(\($0))\n" }.joined()
    try inFolder(text) { folder in
      let made = try export(folder, [])
      #expect(made.errors.contains("30 states of 3 cells"), "\(made.errors)")
    }
  }

  @Test func tooManyStatesAreRefusedWithTheirNumbers() throws {
    try inFolder("// %%\nlet a = slider(1...30)\nlet b = slider(1...20)\nprint(a, b)\n") { folder in
      let made = try export(folder, [])
      #expect(made.status != 0)
      #expect(made.errors.contains("error[E1005]"), "\(made.errors)")
      #expect(made.errors.contains("600 states") && made.errors.contains("a 30 × b 20"), "\(made.errors)")
      #expect(made.errors.contains("--controls default"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/a.html"))
      let fixed = try export(folder, ["--controls", "default", "--set", "b=7"])
      #expect(fixed.status == 0, "\(fixed.errors)")
      let page = try String(contentsOfFile: folder + "/a.html", encoding: .utf8)
      #expect(page.contains("are fixed at the values") && !page.contains("<script"))
      #expect(page.contains("1 7"))
    }
  }

  @Test func valuesThatDependOnAnotherControlAreRefused() throws {
    try inFolder("// %%\nlet n = slider(2...4, 3)\n// %%\nlet k = slider(1...n)\nprint(k)\n") { folder in
      let made = try export(folder, [])
      #expect(
        made.errors.contains("error[E1005]: the values of the control 'k' depend on another"),
        "\(made.errors)")
    }
  }

  /// `over` takes a value that it does not name; the page has it beside those that it names.
  @Test func aValueBesideThoseOfOverIsAState() throws {
    try inFolder("// %%\nlet shots = over([1, 2, 4])\n// %%\nprint(\"twice\", shots * 2)\n") { folder in
      let made = try export(folder, ["--set", "shots=3"])
      #expect(made.status == 0 && made.errors.contains("4 states"), "\(made.errors)")
      let page = try String(contentsOfFile: folder + "/a.html", encoding: .utf8)
      for value in [2, 4, 6, 8] { #expect(page.contains("twice \(value)"), "\(value)") }
    }
  }

  @Test func aTextFieldStaysAndThePageSaysSo() throws {
    try inFolder("// %%\nlet words = text_field(\"a \\\"<b>\")\n// %%\nprint(words)\n") { folder in
      let made = try export(folder, [])
      #expect(made.status == 0, "\(made.errors)")
      let page = try String(contentsOfFile: folder + "/a.html", encoding: .utf8)
      #expect(page.contains("are fixed at the values from when it was written") && !page.contains("<script"))
      #expect(page.contains("value=\"a &quot;&lt;b&gt;\""))
    }
  }

  @Test func otherFormatsShowTheDefault() throws {
    try inFolder("// %%\nlet k = slider(1...6, 2)\n// %%\nprint(k)\n") { folder in
      for name in ["a.md", "a.ipynb"] {
        let made = try export(folder, ["--set", "k=3"], to: name)
        #expect(made.status == 0, "\(made.errors)")
        let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
        #expect(text.contains("k = 3  (slider 1…6)"), "\(text)")
      }
    }
  }

  @Test func anErrorAboveTheControlsEndsTheRun() throws {
    try inFolder("// %%\nlet k = slider(1...6, 2)\nprint(k)\n// %%\nassert(false, \"no\")\n// %%\nprint(1)\n")
    { folder in
      let made = try export(folder, [])
      #expect(made.status == 70)
      let page = try String(contentsOfFile: folder + "/a.html", encoding: .utf8)
      #expect(page.contains("<pre tabindex=\"0\" class=\"printed\">2</pre>"))
      #expect(!page.contains("class=\"printed\">1</pre>"))
    }
  }
}
