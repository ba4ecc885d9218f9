import Foundation
import MocoBase
import MocoLang
import MocoRuntime
import MocoSession
import MocoTestSupport
import Testing

/// What the server says of a text while it is typed.
@Suite struct DiagnosticsTests {
  private static let all: Json = [
    "textDocument": [
      "publishDiagnostics": [
        "versionSupport": true, "relatedInformation": true, "codeDescriptionSupport": true,
        "tagSupport": ["valueSet": [1, 2]],
      ]
    ]
  ]

  @Test func anErrorWithItsHelpAndPage() throws {
    let client = try EditorClient(capabilities: Self.all)
    try client.open("let first = 1\nprint(fisrt)\n", version: 4)
    let told = try client.diagnostics(of: EditorClient.address)
    #expect(told["version"] == 4)
    let found = told["diagnostics"]?[0] ?? .null
    #expect(told["diagnostics"]?.arrayValue?.count == 1)
    #expect(found["code"] == "E0301" && found["severity"] == 1 && found["source"] == "moco")
    let lines = found["message"]?.stringValue?.split(separator: "\n") ?? []
    #expect(lines.count == 2 && lines[0].contains("'fisrt'"))
    #expect(lines.last?.hasPrefix("help: ") == true && lines.last?.contains("'first'") == true)
    #expect(found["range"] == .range(1, 6, 1, 11))
    let link = found["codeDescription"]?["href"]?.stringValue ?? ""
    #expect(link.hasPrefix("file:///") && link.hasSuffix("/stdlib/errors/E0301.md"))
  }

  @Test func aClientThatUnderstandsLittle() throws {
    let client = try EditorClient()
    try client.open("let a = 1\nlet a = 2\n")
    let told = try client.diagnostics(of: EditorClient.address)
    #expect(told["version"] == nil)
    let found = told["diagnostics"]?[0]
    #expect(found?["code"] == "E0308")
    #expect(found?["codeDescription"] == nil && found?["relatedInformation"] == nil && found?["tags"] == nil)
  }

  @Test func furtherPlacesAndTags() throws {
    let client = try EditorClient(capabilities: Self.all)
    try client.open("let a = 1\nlet a = 2\nfunc f() {\n  let unused = 3\n  return 1\n  print(2)\n}\n")
    let found = try client.diagnostics(of: EditorClient.address)["diagnostics"]?.arrayValue ?? []
    let twice = found.first { $0["code"] == "E0308" }
    #expect(twice?["relatedInformation"]?[0]?["message"] == "first here")
    #expect(twice?["relatedInformation"]?[0]?["location"]?["range"] == .range(0, 4, 0, 5))
    for code in ["E0117", "E0112"] {
      let item = found.first { $0["code"]?.stringValue == code }
      #expect(item?["severity"] == 2 && item?["tags"] == [1], "\(code)")
    }
  }

  /// Ranges in texts with every kind of line break and letter, in every encoding.
  @Test func rangesAreExact() throws {
    let start = "let s = \"é😀e\u{301}👩‍👩‍👧\t\"; print(s"
    let cases: [(encoding: String, width: Int)] = [
      ("utf-8", start.utf8.count), ("utf-16", start.utf16.count), ("utf-32", start.unicodeScalars.count),
    ]
    for (encoding, width) in cases {
      for lineBreak in ["\n", "\r\n"] {
        let client = try EditorClient(capabilities: ["general": ["positionEncodings": [.string(encoding)]]])
        try client.open("// 😀\(lineBreak)\(lineBreak)\(start), nothing)\(lineBreak)")
        let found = try client.diagnostics(of: EditorClient.address)["diagnostics"]
        #expect(found?.arrayValue?.count == 1)
        #expect(found?[0]?["range"] == .range(2, width + 2, 2, width + 9), "\(encoding)")
      }
    }
    // A byte order mark is a letter of the text to the editor.
    let client = try EditorClient()
    try client.open("\u{FEFF}print(nothing)")
    #expect(
      try client.diagnostics(of: EditorClient.address)["diagnostics"]?[0]?["range"] == .range(0, 7, 0, 14))
    // A lone \r ends a line of the editor, and is a blank of the language.
    try client.change([["text": "let a =\rnothing\r"]], version: 2)
    #expect(
      try client.diagnostics(of: EditorClient.address)["diagnostics"]?[0]?["range"] == .range(1, 0, 1, 7))
  }

  @Test func theyFollowEachChange() throws {
    let client = try EditorClient(capabilities: Self.all)
    try client.open("let a = 1\nprint(a)\n")
    #expect(try client.diagnostics(of: EditorClient.address)["diagnostics"] == [])
    try client.change([["range": .range(0, 4, 0, 5), "text": "b"]], version: 2)
    let second = try client.diagnostics(of: EditorClient.address)
    #expect(second["version"] == 2 && second["diagnostics"]?[0]?["code"] == "E0301")
    // Two changes in one: the second counts in what the first has made.
    try client.change(
      [["range": .range(0, 0, 0, 0), "text": "// one\n"], ["range": .range(1, 4, 1, 5), "text": "a"]],
      version: 3)
    #expect(try client.diagnostics(of: EditorClient.address)["diagnostics"] == [])
    try client.change([["text": "print(c)"]], version: 4)
    #expect(
      try client.diagnostics(of: EditorClient.address)["diagnostics"]?[0]?["range"] == .range(0, 6, 0, 7))
  }

  @Test func twoFilesAndClosedOnes() throws {
    let client = try EditorClient()
    let other = "file:///tmp/other.moco"
    try client.open("print(nothing)")
    try client.open("print(1)", other)
    #expect(try client.diagnostics(of: EditorClient.address)["diagnostics"]?.arrayValue?.count == 1)
    #expect(try client.diagnostics(of: other)["diagnostics"] == [])
    try client.change([["text": "print(neither)"]], other, version: 2)
    #expect(try client.diagnostics(of: other)["diagnostics"]?.arrayValue?.count == 1)
    try client.notify("textDocument/didClose", ["textDocument": ["uri": .string(other)]])
    #expect(try client.diagnostics(of: other)["diagnostics"] == [])
    try client.change([["text": "print(1)"]], other, version: 3)
    try client.change([["text": "print(1)"]], version: 2)
    #expect(try client.diagnostics(of: EditorClient.address)["diagnostics"] == [])
    #expect(client.notifications.contains { $0["method"] == "window/logMessage" })
    try client.open("print(again)", other)
    #expect(try client.diagnostics(of: other)["diagnostics"]?.arrayValue?.count == 1)
  }

  @Test func whatIsNotAProgramIsLeftAlone() throws {
    let client = try EditorClient()
    for address in ["vscode-notebook-cell:/a.ipynb#W1", "file:///a.py"] {
      try client.notify(
        "textDocument/didOpen",
        [
          "textDocument": [
            "uri": .string(address), "languageId": address.hasSuffix("py") ? "python" : "moco", "version": 1,
            "text": "print(nothing)",
          ]
        ])
      #expect(try client.ask("hover", line: 0, 1, address) == .null)
      try client.change([["text": "x"]], address, version: 2)
      try client.notify("textDocument/didClose", ["textDocument": ["uri": .string(address)]])
    }
    #expect(try client.request("shutdown", .null) == .null)
    #expect(client.notifications == [])
  }

  @Test func changesThatCannotBeUsedAreSaid() throws {
    let client = try EditorClient()
    try client.open("print(1)")
    try client.change([["range": ["start": 1], "text": "x"], ["range": .range(0, 0, 0, 5)], 3], version: 2)
    try client.notify("textDocument/didChange", [:])
    try client.notify("textDocument/didOpen", ["textDocument": ["uri": 3]])
    try client.notify("textDocument/didClose", .null)
    #expect(try client.request("shutdown", .null) == .null)
    #expect(client.notifications.filter { $0["method"] == "window/logMessage" }.count == 6)
  }

  @Test func modulesAreReadFromTheDiskAgainWhenAFileIsSaved() throws {
    let folder = try TemporaryFolder()
    let client = try EditorClient()
    let address = "file://\(folder.path)/main.moco"
    try client.open("use {square} from \"./own.moco\"\nprint(square(2))\n", address)
    #expect(try client.diagnostics(of: address)["diagnostics"]?[0]?["code"] == "E0801")
    try folder.write("func square(x) { x * x }\n", to: "own.moco")
    try client.notify("textDocument/didSave", ["textDocument": ["uri": .string(address)]])
    #expect(try client.diagnostics(of: address)["diagnostics"] == [])
  }

  /// The same as `moco check` for the programs of the test tree, and nothing ends the server.
  @Test func theProgramsOfTheTestsAreRead() throws {
    let client = try EditorClient()
    let root = Repository.root + "/Tests/Diagnostics"
    let names = try FileManager.default.contentsOfDirectory(atPath: root).filter { $0.hasSuffix(".moco") }
      .sorted()
    #expect(names.count > 20)
    let runtime = Runtime(options: RuntimeOptions())
    var context = CheckContext(runtime.interpreter)
    context.moduleNames = runtime.moduleNames
    for name in names {
      let path = "\(root)/\(name)"
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
      let address = "file://\(path)"
      try client.open(text, address)
      let told = try client.diagnostics(of: address)["diagnostics"]?.arrayValue ?? []
      let wanted = CheckedProgram(try SourceFile.read(path), context).diagnostics
      #expect(told.map { $0["code"]?.stringValue } == wanted.map(\.code), "\(name)")
      for method in ["documentSymbol", "foldingRange", "semanticTokens/full", "formatting"] {
        _ = try client.request("textDocument/" + method, ["textDocument": ["uri": .string(address)]])
      }
      for (line, words) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().prefix(
        12)
      {
        for method in ["completion", "hover", "signatureHelp", "definition", "references"] {
          _ = try client.ask(method, line: line, words.utf16.count / 2, address)
        }
      }
    }
  }
}
