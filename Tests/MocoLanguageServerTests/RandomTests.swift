import Foundation
import MocoBase
import MocoLanguageServer
import MocoTestSupport
import Testing

/// Programs of the test tree, damaged by random edits: every request has an answer, and the answers fit together.
@Suite struct RandomTests {
  /// A server in this process, and what it has said.
  private final class Talk {
    private(set) var said: [Json] = []
    private var server: LanguageServer?
    private var next = 1

    init(encoding: String) throws {
      server = LanguageServer { [unowned self] in said.append($0) }
      _ = try ask(
        "initialize",
        [
          "capabilities": [
            "general": ["positionEncodings": [.string(encoding)]],
            "textDocument": ["documentSymbol": ["hierarchicalDocumentSymbolSupport": true]],
          ]
        ])
    }

    func send(_ message: Json) {
      server?.receive(.content(Array(message.serialized().utf8)))
      while server?.isIdle == false { server?.work() }
    }

    func notify(_ method: String, _ params: Json) {
      send(["jsonrpc": "2.0", "method": .string(method), "params": params])
    }

    func ask(_ method: String, _ params: Json) throws -> Json {
      said = []
      send(["jsonrpc": "2.0", "id": .int(next), "method": .string(method), "params": params])
      let answer = said.first { $0["id"] == .int(next) }
      next += 1
      guard let result = answer?["result"] else {
        throw TestFailure("\(method) \(params.serialized()): \(answer?.serialized() ?? "no answer")")
      }
      return result
    }
  }

  private static let pieces = [
    "😀", "\r", "\n", "\r\n", "{", "}", "(", ")", "[", "]", "\"", "\\(", "\"\"\"", "// %% x", "let ",
    "func f(", "x.", "use {", "from ",
    "=> ", "1 epochs", "é", "e\u{301}", "train mix on ", "\t", "\u{0}", "%", "..", "|> ", ": ", ", ", "///",
    "\u{FEFF}",
  ]
  private static let programs: [String] = {
    let folder = Repository.root + "/Tests/Language"
    let names = (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).sorted()
    return names.filter { $0.hasSuffix(".moco") }.compactMap {
      try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
    }.filter { $0.utf8.count < 4000 }
  }()

  @Test(arguments: PositionEncoding.allCases) func answersFitTogether(encoding: PositionEncoding) throws {
    #expect(Self.programs.count > 50)
    let talk = try Talk(encoding: encoding.rawValue)
    var chance = Philox(seed: 5, stream: "random edits of " + encoding.rawValue)
    for turn in 0..<40 {
      let text = Self.programs[Int.random(in: 0..<Self.programs.count, using: &chance)]
      let address = Json.string("file:///tmp/random\(turn % 3).moco")
      talk.notify(
        "textDocument/didOpen",
        ["textDocument": ["uri": address, "languageId": "moco", "version": 1, "text": .string(text)]])
      let lines = text.utf8.count { $0 == 10 } + 2
      func place() -> Json {
        .at(Int.random(in: 0..<lines, using: &chance), Int.random(in: 0..<40, using: &chance))
      }
      for version in 2..<8 {
        let start = place()
        let end = Int.random(in: 0..<3, using: &chance) == 0 ? place() : start
        let new = (0..<Int.random(in: 0..<3, using: &chance)).map { _ in
          Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &chance)]
        }.joined()
        talk.notify(
          "textDocument/didChange",
          [
            "textDocument": ["uri": address, "version": .int(version)],
            "contentChanges": [["range": ["start": start, "end": end], "text": .string(new)]],
          ])
        let params: Json = [
          "textDocument": ["uri": address], "position": place(), "context": ["includeDeclaration": true],
        ]
        for method in ["completion", "hover", "signatureHelp", "formatting", "foldingRange"] {
          _ = try talk.ask("textDocument/" + method, params)
        }
        for symbol in try talk.ask("textDocument/documentSymbol", params).arrayValue ?? [] {
          expectInside(symbol)
        }
        let tokens = try talk.ask("textDocument/semanticTokens/full", params)["data"]?.arrayValue ?? []
        expectInOrder(tokens.compactMap(\.intValue))
        // What a name leads to is among its references, and leads to itself.
        let definition = try talk.ask("textDocument/definition", params)
        let references = try talk.ask("textDocument/references", params).arrayValue ?? []
        if let range = definition["range"], definition["uri"] == address {
          #expect(references.contains { $0["range"] == range })
          let again = try talk.ask(
            "textDocument/definition",
            ["textDocument": ["uri": address], "position": range["start"] ?? .null])
          #expect(again["range"] == range)
        }
      }
    }
  }

  private func place(_ json: Json?) -> Position {
    Position(line: json?["line"]?.intValue ?? -1, character: json?["character"]?.intValue ?? -1)
  }

  private func expectInside(_ symbol: Json) {
    let (range, selection) = (symbol["range"], symbol["selectionRange"])
    #expect(
      place(range?["start"]) <= place(selection?["start"]) && place(selection?["end"]) <= place(range?["end"])
    )
    #expect(symbol["name"]?.stringValue?.isEmpty == false)
    for child in symbol["children"]?.arrayValue ?? [] { expectInside(child) }
  }

  private func expectInOrder(_ numbers: [Int]) {
    #expect(numbers.count % 5 == 0 && numbers.allSatisfy { $0 >= 0 })
    var length = 0
    for start in stride(from: 0, to: numbers.count, by: 5) {
      if numbers[start] == 0, start > 0 { #expect(numbers[start + 1] >= length) }
      length = numbers[start + 2]
    }
  }
}
