import MocoBase
import MocoTestSupport
import Testing

/// What an editor is answered at a place of a text.
@Suite struct FeatureTests {
  private static let markdown: Json = [
    "textDocument": [
      "hover": ["contentFormat": ["markdown", "plaintext"]],
      "completion": ["completionItem": ["documentationFormat": ["markdown"]]],
      "documentSymbol": ["hierarchicalDocumentSymbolSupport": true],
      "signatureHelp": ["signatureInformation": ["parameterInformation": ["labelOffsetSupport": true]]],
    ]
  ]

  /// A client with a text in which `|` is the cursor.
  private func at(_ marked: String) throws -> (client: EditorClient, line: Int, character: Int) {
    let client = try EditorClient(capabilities: Self.markdown)
    let before = marked.prefix { $0 != "|" }
    try client.open(String(before) + String(marked.dropFirst(before.count + 1)))
    let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
    return (client, lines.count - 1, lines.last?.utf16.count ?? 0)
  }

  private func labels(_ marked: String) throws -> [String] {
    let (client, line, character) = try at(marked)
    let found = try client.ask("completion", line: line, character)
    return (found["items"]?.arrayValue ?? []).compactMap { $0["label"]?.stringValue }
  }

  private func hover(_ marked: String) throws -> String? {
    let (client, line, character) = try at(marked)
    return try client.ask("hover", line: line, character)["contents"]?["value"]?.stringValue
  }

  // MARK: Completion

  @Test func namesOfTheLanguageAndOfTheFile() throws {
    #expect(try labels("enumer|") == ["enumerate"])
    #expect(try labels("let learning_rate = 0.1\nfunc learn(x) { x }\nlear|") == ["learn", "learning_rate"])
    #expect(try labels("func f(parametric) {\n  let palette = para|\n}\n").contains("parametric"))
    #expect(try labels("func f(parametric) {\n  parametric\n}\nparam|").contains("parametric") == false)
    #expect(try labels("for picture in [1] {\n  print(pict|)\n}").contains("picture"))
    #expect(try labels("// enumer|") == [])
  }

  @Test func membersOfWhatTheFileMakes() throws {
    let clip = try labels("let clip = load_clip(\"small\")\nclip.enc|\n")
    #expect(clip == ["encode_image", "encode_text"])
    #expect(try labels("let settings = {rate: 0.1, run: {epochs: 5}}\nsettings.r|").contains("rate"))
    #expect(try labels("let settings = {rate: 0.1, run: {epochs: 5}}\nsettings.run.|").contains("epochs"))
    #expect(try labels("let name = \"a\"\nname.starts|") == ["starts_with"])
    // A name of the file is not the built-in that it covers.
    #expect(try labels("let plot = 3\nplot.li|").contains("line") == false)
    #expect(try labels("plot.lin|") == ["line"])
    // A declaration that goes in a cycle ends.
    _ = try labels("let a = b\nlet b = a\na.|")
  }

  /// Completion looks at a few brackets around the cursor, and not at all of them.
  @Test(arguments: ["a{", "f(", "[", "a: {", "f(x: "]) func manyOpenBrackets(open: String) throws {
    let text = String(repeating: open, count: 20_000)
    #expect(try labels(text + "enumer|").contains("enumerate"))
    _ = try hover(text + "enumer|ate: ")
    _ = try signature(text + "|")
  }

  @Test func labelsOfCalls() throws {
    #expect(try labels("func area(width, height = 2) { width * height }\narea(hei|)").contains("height:"))
    #expect(try labels("round(2.5, dig|)").contains("digits:"))
  }

  @Test func namesOfModules() throws {
    #expect(try labels("use {euro|} from templates").contains("eurosat"))
    #expect(try labels("use templates\ntemplates.euro|").contains("eurosat"))
  }

  @Test func anEditCountsInTheEncodingAndClosesNoStringTwice() throws {
    let (client, line, character) = try at("let r = {lr: 1}\nprint(\"😀\", r[\"l|\"])")
    let item = try client.ask("completion", line: line, character)["items"]?[0]
    #expect(item?["textEdit"]?["newText"] == "lr\"]")
    #expect(item?["textEdit"]?["range"] == .range(1, character - 1, 1, character + 2))
    let (plain, row, place) = try at("let r = {lr: 1}\nr[\"l|")
    let open = try plain.ask("completion", line: row, place)["items"]?[0]
    #expect(open?["textEdit"]?["range"] == .range(1, place - 1, 1, place))
  }

  @Test func aCandidateSaysWhatItIs() throws {
    let (client, line, character) = try at("/// How fast.\nlet rate = 0.1\nrat|")
    let found = try client.ask("completion", line: line, character)
    #expect(found["isIncomplete"] == false)
    #expect(found["items"]?[0]?["detail"] == "Float")
    #expect(found["items"]?[0]?["documentation"]?["value"] == "How fast.")
    #expect(found["items"]?[0]?["kind"] == 21)
  }

  // MARK: Help

  @Test func hoveringOverNames() throws {
    let enumerate = try hover("for [i, x] in enu|merate([1]) { print(i, x) }")
    #expect(enumerate?.hasPrefix("```moco\nenumerate(") == true)
    #expect(try hover("load_clip(\"small\").enc|ode_text([\"a\"])")?.contains("encode_text(") == true)
    #expect(
      try hover("let clip = load_clip(\"small\")\nclip.enc|ode_text([\"a\"])")?.contains("encode_text(")
        == true)
    #expect(try hover("whi|le false { }")?.contains("Repeats") == true)
    #expect(
      try hover("/// The mean of two.\nfunc mean_of(a, b = 1) { (a + b) / 2 }\nmean_|of(1)")
        == "```moco\nmean_of(a, b = 1)\n```\n\nThe mean of two.")
    #expect(try hover("let rate = 0.1\nprint(ra|te)") == "```moco\nrate: Float = 0.1\n```")
    #expect(try hover("func f(x) { print(|x) }") == "```moco\nx: a parameter\n```")
    #expect(
      try hover("use {eurosat as sat} from templates\nprint(s|at)")
        == "```moco\nsat\n```\n\nFrom the module templates.")
    #expect(try hover("// see E03|01")?.hasPrefix("# E0301") == true)
    #expect(try hover("round(2.5, dig|its: 1)")?.contains("round(") == true)
    #expect(try hover("let a = | 1") == nil)
    #expect(try hover("\"enu|merate\"") == nil)
    #expect(try hover("nothing_of_the_|kind") == nil)
  }

  @Test func theRangeOfTheWord() throws {
    let (client, line, character) = try at("print(\"😀\", enu|merate)")
    #expect(try client.ask("hover", line: line, character)["range"] == .range(0, 12, 0, 21))
  }

  @Test func plainTextForAClientWithoutMarkdown() throws {
    let client = try EditorClient()
    try client.open("print(1)")
    #expect(try client.ask("hover", line: 0, 1)["contents"]?["kind"] == "plaintext")
  }

  private func signature(_ marked: String) throws -> (text: String, active: String?)? {
    let (client, line, character) = try at(marked)
    let found = try client.ask("signatureHelp", line: line, character)
    guard let text = found["signatures"]?[0]?["label"]?.stringValue else { return nil }
    let active = found["activeParameter"]?.intValue ?? -1
    guard
      let range = found["signatures"]?[0]?["parameters"]?[active]?["label"]?.arrayValue?.compactMap(
        \.intValue)
    else {
      return (text, nil)
    }
    return (text, String(decoding: Array(text.utf16)[range[0]..<range[1]], as: UTF16.self))
  }

  @Test func signatures() throws {
    let own = "func area(width, height = 2, ..2) { width }\n".replacing(", ..2", with: "")
    #expect(try signature(own + "area(|)")?.active == "width")
    #expect(try signature(own + "area(1, |)")?.active == "height = 2")
    #expect(try signature(own + "area(height: |)")?.active == "height = 2")
    #expect(try signature(own + "area(1, 2, |)")?.active == nil)
    #expect(try signature(own + "area(max(1, 2), |)")?.active == "height = 2")
    #expect(try signature(own + "area(\"a, b\", |)")?.text == "area(width, height = 2)")
    #expect(try signature("round(2.5, |)")?.active?.hasPrefix("digits") == true)
    #expect(try signature("[1, 2].append(|)")?.active != signature("append(|)")?.active)
    #expect(try signature("print(1)|") == nil)
    #expect(try signature("(|)") == nil)
    #expect(try signature("let a = 3\na(|)") == nil)
  }

  // MARK: Names

  @Test func definitionsAndReferences() throws {
    let client = try EditorClient()
    try client.open(
      "let count = 1\nfunc f(count) {\n  count + later()\n}\nfunc later() { count }\nprint(count, f(count), \"\\(count)\")\n"
    )
    #expect(try client.ask("definition", line: 2, 3)["range"] == .range(1, 7, 1, 12))
    #expect(try client.ask("definition", line: 4, 17)["range"] == .range(0, 4, 0, 9))
    #expect(try client.ask("definition", line: 2, 12)["range"] == .range(4, 5, 4, 10))
    let outer = try client.ask("references", line: 5, 8).arrayValue?.map { $0["range"] }
    #expect(
      outer == [
        .range(0, 4, 0, 9), .range(4, 15, 4, 20), .range(5, 6, 5, 11), .range(5, 15, 5, 20),
        .range(5, 26, 5, 31),
      ])
    let inner = try client.ask("documentHighlight", line: 1, 8).arrayValue?.map { $0["range"] }
    #expect(inner == [.range(1, 7, 1, 12), .range(2, 2, 2, 7)])
    #expect(try client.ask("definition", line: 5, 1) == .null)
    #expect(try client.ask("references", line: 5, 1) == [])
  }

  @Test func namesOfLoopsPatternsCellsAndMethods() throws {
    let client = try EditorClient()
    try client.open(
      """
      for [i, x] in enumerate([1]) { print(i, x) }
      let squares = [n * n for n in 1...4 if n > 1]
      var total = 0
      total += 1
      [total] = [2]
      func twice(x) { x * 2 }
      print(total.twice())
      try { total } catch e { print(e) }
      // %% Again
      let squares = 2
      print(squares)
      """)
    #expect(try client.ask("definition", line: 0, 37)["range"] == .range(0, 5, 0, 6))
    #expect(try client.ask("references", line: 1, 15).arrayValue?.count == 4)
    #expect(try client.ask("references", line: 2, 5).arrayValue?.count == 5)
    #expect(try client.ask("definition", line: 6, 14)["range"] == .range(5, 5, 5, 10))
    #expect(try client.ask("definition", line: 7, 31)["range"] == .range(7, 20, 7, 21))
    #expect(try client.ask("definition", line: 10, 8)["range"] == .range(9, 4, 9, 11))
    #expect(try client.ask("references", line: 10, 8).arrayValue?.count == 3)
  }

  @Test func aModuleLeadsToItsFile() throws {
    let folder = try TemporaryFolder()
    try folder.write("let a = 1\n", to: "own.moco")
    let client = try EditorClient()
    let address = "file://\(folder.path)/main.moco"
    try client.open("use \"./own.moco\" as own\nuse templates\nprint(own.a, templates)\n", address)
    #expect(
      try client.ask("definition", line: 0, 8, address)["uri"]?.stringValue
        == "file://\(folder.path)/own.moco")
    let library = try client.ask("definition", line: 1, 6, address)["uri"]?.stringValue
    #expect(library?.hasSuffix("/stdlib/modules/templates.moco") == true)
  }

  // MARK: The file as a whole

  private func whole(
    _ method: String, _ text: String, _ capabilities: Json = FeatureTests.markdown
  ) throws -> Json {
    let client = try EditorClient(capabilities: capabilities)
    try client.open(text)
    return try client.request(
      "textDocument/" + method, ["textDocument": ["uri": .string(EditorClient.address)]])
  }

  @Test func symbols() throws {
    let text =
      "let above = 1\n// %% First 😀\nlet a = 1\nfunc f(x) {\n  func g() { 1 }\n  g()\n}\n// %%\nvar b = a\n"
    let found = try whole("documentSymbol", text)
    #expect(found.arrayValue?.map { $0["name"]?.stringValue } == ["above", "First 😀", "Cell 3"])
    #expect(found[1]?["kind"] == 15 && found[1]?["selectionRange"] == .range(1, 0, 1, 14))
    #expect(found[1]?["range"]?["end"]?["line"] == 7)
    #expect(found[1]?["children"]?.arrayValue?.map { $0["name"]?.stringValue } == ["a", "f"])
    #expect(found[1]?["children"]?[1]?["children"]?[0]?["name"] == "g")
    #expect(found[2]?["children"]?[0]?["kind"] == 13)
    let flat = try whole("documentSymbol", text, [:])
    #expect(
      flat.arrayValue?.map { $0["name"]?.stringValue } == ["above", "First 😀", "a", "f", "g", "Cell 3", "b"])
    #expect(flat[4]?["containerName"] == "f")
    #expect(try whole("documentSymbol", "") == [])
    // What can be read of a text with an error.
    #expect(try whole("documentSymbol", "let a = 1\nlet b = (\n").arrayValue?.first?["name"] == "a")
  }

  @Test func folding() throws {
    let text = "// %% One\n// a\n// b\nlet a = [\n  1,\n]\n\n// %% Two\nfunc f() {\n  1\n}\n"
    let found = try whole("foldingRange", text).arrayValue?.map {
      "\($0["startLine"]?.intValue ?? -1)-\($0["endLine"]?.intValue ?? -1) \($0["kind"]?.stringValue ?? "")"
    }
    #expect(found == ["0-5 region", "1-2 comment", "3-4 ", "7-10 region", "8-9 "])
    #expect(try whole("foldingRange", "") == [])
    #expect(try whole("foldingRange", "print(1)") == [])
  }

  @Test func tokens() throws {
    let found = try whole("semanticTokens/full", "let a = \"\"\"\n😀\n  \"\"\" // x\nf(b: 1.5)\r\n")
    let numbers = found["data"]?.arrayValue?.compactMap(\.intValue) ?? []
    let rows = stride(from: 0, to: numbers.count, by: 5).map { Array(numbers[$0..<$0 + 5]) }
    #expect(
      rows == [
        [0, 0, 3, 3, 0], [0, 6, 1, 6, 0], [0, 2, 3, 1, 0], [1, 0, 2, 1, 0], [1, 0, 5, 1, 0], [0, 6, 4, 0, 0],
        [1, 0, 1, 4, 0], [0, 2, 1, 5, 0], [0, 1, 1, 6, 0], [0, 2, 3, 2, 0],
      ])
  }

  /// Applies edits from the end to the beginning.
  private func laidOut(_ text: String) throws -> String? {
    let client = try EditorClient(capabilities: ["general": ["positionEncodings": ["utf-8"]]])
    try client.open(text)
    let edits = try client.request(
      "textDocument/formatting",
      [
        "textDocument": ["uri": .string(EditorClient.address)],
        "options": ["tabSize": 2, "insertSpaces": true],
      ])
    guard let list = edits.arrayValue else { return nil }
    for (place, edit) in list.reversed().enumerated() {
      try client.change(
        [["range": edit["range"] ?? .null, "text": edit["newText"] ?? .null]], version: 2 + place)
    }
    // What the server has now is laid out, and what it says is in it can be read from its symbols.
    let again = try client.request(
      "textDocument/formatting", ["textDocument": ["uri": .string(EditorClient.address)]])
    #expect(again == [])
    var bytes = Array(text.utf8)
    let starts = text.utf8.enumerated().filter { $0.element == 10 }.map { $0.offset + 1 }
    func offset(_ place: Json?) -> Int {
      let line = place?["line"]?.intValue ?? 0
      return min(
        (line == 0 ? 0 : line <= starts.count ? starts[line - 1] : bytes.count)
          + (place?["character"]?.intValue ?? 0), bytes.count)
    }
    for edit in list.reversed() {
      bytes.replaceSubrange(
        offset(edit["range"]?["start"])..<offset(edit["range"]?["end"]),
        with: (edit["newText"]?.stringValue ?? "").utf8)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func layout() throws {
    #expect(
      try laidOut("let a=1\nlet b = 2\nif a==b {\nprint(a)\n}\n")
        == "let a = 1\nlet b = 2\nif a == b {\n  print(a)\n}\n")
    #expect(try laidOut("let a=1\r\nlet é=\"😀\"\r\n") == "let a = 1\r\nlet é = \"😀\"\r\n")
    #expect(try laidOut("let a = 1\n") == "let a = 1\n")
    #expect(try laidOut("\u{FEFF}let a=1\n") == "\u{FEFF}let a = 1\n")
    // Many empty lines become fewer, and the last line gets its end.
    #expect(try laidOut("let a=1\n\n\n\n\n\nlet b=2") == "let a = 1\n\n\nlet b = 2\n")
    #expect(try laidOut("let a = 1\n\n\n\n") == "let a = 1\n")
    #expect(try laidOut("let a = 1\r\n\r\n\r\n\r\n\r\nlet b=2\r\n") == "let a = 1\r\n\r\n\r\nlet b = 2\r\n")
    #expect(try laidOut("") == "")
    #expect(try laidOut("let a = (\n") == nil)
  }
}
