import Foundation
import MocoBase
import MocoTestSupport
import Testing

/// The protocol's rules, in whole conversations with the program.
@Suite struct ConversationTests {
  private func code(_ answer: Json) -> Int? { answer["error"]?["code"]?.intValue }

  @Test func aConversationFromBeginningToEnd() throws {
    let client = try EditorClient(starts: false)
    let made = try client.request("initialize", ["capabilities": [:]])
    #expect(made["capabilities"]?["positionEncoding"] == "utf-16")
    #expect(made["serverInfo"]?["name"] == "moco")
    try client.notify("initialized", [:])
    #expect(try client.request("shutdown", .null) == .null)
    try client.notify("exit", .null)
    #expect(client.ended() == 0)
  }

  @Test func whatComesBeforeInitialize() throws {
    let client = try EditorClient(starts: false)
    #expect(code(try client.ask("textDocument/hover", [:])) == -32002)
    #expect(code(try client.ask("shutdown", .null)) == -32002)
    try client.open("let a = nothing_like_it")
    let made = try client.ask("initialize", ["capabilities": [:]])
    #expect(made["result"] != nil)
    // What was opened before is not there.
    #expect(
      code(try client.ask("textDocument/hover", ["textDocument": ["uri": .string(EditorClient.address)]]))
        == -32602)
    #expect(code(try client.ask("initialize", ["capabilities": [:]])) == -32600)
  }

  @Test func exitWithoutShutdown() throws {
    let client = try EditorClient()
    try client.notify("exit", .null)
    #expect(client.ended() == 1)
    let early = try EditorClient(starts: false)
    try early.notify("exit", .null)
    #expect(early.ended() == 1)
  }

  @Test func theEndOfTheInput() throws {
    #expect(try EditorClient().ended(closing: true) == 1)
    #expect(try EditorClient(starts: false).ended(closing: true) == 1)
    let client = try EditorClient()
    _ = try client.request("shutdown", .null)
    #expect(client.ended(closing: true) == 0)
    let cut = try EditorClient()
    try cut.send(Array("Content-Length: 100\r\n\r\n{\"json".utf8))
    #expect(cut.ended(closing: true) == 1)
  }

  @Test func afterShutdown() throws {
    let client = try EditorClient()
    _ = try client.request("shutdown", .null)
    #expect(code(try client.ask("textDocument/hover", [:])) == -32600)
    #expect(code(try client.ask("shutdown", .null)) == -32600)
    try client.open("let a = 1")
    try client.notify("exit", .null)
    #expect(client.ended() == 0)
  }

  @Test func methodsThatAreNotKnown() throws {
    let client = try EditorClient()
    #expect(code(try client.ask("textDocument/willWaltz", [:])) == -32601)
    #expect(code(try client.ask("$/question", [:])) == -32601)
    try client.notify("$/setTrace", ["value": "off"])
    try client.notify("textDocument/didWaltz", [:])
    try client.send(["jsonrpc": "2.0", "id": 77, "result": .null])
    try client.send(["jsonrpc": "2.0", "id": 77, "error": ["code": 1, "message": "no"]])
    #expect(try client.request("shutdown", .null) == .null)
    #expect(client.notifications == [])
  }

  @Test func messagesThatAreNoMessages() throws {
    let client = try EditorClient()
    func sent(_ text: String) throws -> Int? {
      try client.send(Array("Content-Length: \(text.utf8.count)\r\n\r\n\(text)".utf8))
      return code(try client.answer(to: .null))
    }
    #expect(try sent("{") == -32700)
    #expect(try sent("") == -32700)
    #expect(try sent("nonsense") == -32700)
    #expect(try sent("{\"a\": 1, \"a\": 2}") == -32700)
    #expect(try sent(String(repeating: "[", count: 100_000)) == -32700)
    #expect(try sent("[]") == -32600)
    #expect(try sent("[{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"shutdown\"}]") == -32600)
    #expect(try sent("3") == -32600)
    #expect(try sent("{}") == -32600)
    #expect(try sent("{\"jsonrpc\": \"1.0\", \"id\": 1, \"method\": \"shutdown\"}") == -32600)
    #expect(try sent("{\"jsonrpc\": \"2.0\", \"id\": null, \"method\": \"shutdown\"}") == -32600)
    #expect(try sent("{\"jsonrpc\": \"2.0\", \"id\": [1], \"method\": \"shutdown\"}") == -32600)
    #expect(try sent("{\"jsonrpc\": \"2.0\"}") == -32600)
    // Bytes that are not UTF-8.
    let bytes =
      Array("{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"".utf8) + [0xFF, 0xC3] + Array("\"}".utf8)
    try client.send(Array("Content-Length: \(bytes.count)\r\n\r\n".utf8) + bytes)
    #expect(code(try client.answer(to: .null)) == -32700)
    try client.send(Array("Content-Length: many\r\n\r\n".utf8))
    #expect(code(try client.answer(to: .null)) == -32700)
    try client.send(["jsonrpc": "2.0", "id": 5, "method": 3])
    #expect(code(try client.answer(to: 5)) == -32600)
    #expect(try client.request("shutdown", .null) == .null)
  }

  @Test func idsAreTextToo() throws {
    let client = try EditorClient()
    try client.send(["jsonrpc": "2.0", "id": "one", "method": "shutdown"])
    #expect(try client.answer(to: "one")["result"] == .null)
  }

  @Test(arguments: [
    "completion", "hover", "signatureHelp", "documentSymbol", "formatting", "definition", "references",
    "documentHighlight", "foldingRange", "semanticTokens/full",
  ]) func everyRequestRefusesWhatItCannotUse(method: String) throws {
    let client = try EditorClient()
    let address: Json = ["uri": .string(EditorClient.address)]
    let name = "textDocument/" + method
    for params in [
      Json.null, [], 3, [:], ["textDocument": .null], ["textDocument": ["uri": 3]], ["textDocument": address],
    ] {
      #expect(code(try client.ask(name, params)) == -32602)
    }
    try client.open("let a = 1")
    let takesPosition = !["documentSymbol", "formatting", "foldingRange", "semanticTokens/full"].contains(
      method)
    for position in [
      Json.null, [:], ["line": -1, "character": 0], ["line": "0", "character": 0],
      ["line": 0.5, "character": 0],
    ] {
      let answer = try client.ask(name, ["textDocument": address, "position": position])
      #expect(code(answer) == (takesPosition ? -32602 : nil))
    }
    // Past every end.
    for position in [Json.at(0, 999_999_999), .at(999_999_999, 0), .at(2_147_483_647, 2_147_483_647)] {
      #expect(code(try client.ask(name, ["textDocument": address, "position": position])) == nil)
    }
    try client.notify("textDocument/didClose", ["textDocument": address])
    #expect(code(try client.ask(name, ["textDocument": address, "position": Json.at(0, 0)])) == -32602)
  }

  @Test func aRequestThatWaitsIsCancelled() throws {
    let client = try EditorClient()
    var bytes: [UInt8] = []
    func add(_ message: Json) {
      let content = Array(message.serialized().utf8)
      bytes += Array("Content-Length: \(content.count)\r\n\r\n".utf8) + content
    }
    // In one piece, so that all of it is there at once.
    add(["jsonrpc": "2.0", "id": 501, "method": "textDocument/hover", "params": [:]])
    add(["jsonrpc": "2.0", "id": 502, "method": "textDocument/hover", "params": [:]])
    add(["jsonrpc": "2.0", "method": "$/cancelRequest", "params": ["id": 502]])
    add(["jsonrpc": "2.0", "method": "$/cancelRequest", "params": ["id": "502"]])
    add(["jsonrpc": "2.0", "method": "$/cancelRequest", "params": ["id": 999]])
    add(["jsonrpc": "2.0", "method": "$/cancelRequest"])
    add(["jsonrpc": "2.0", "id": 503, "method": "textDocument/hover", "params": [:]])
    try client.send(bytes)
    #expect(code(try client.answer(to: 501)) == -32602)
    #expect(code(try client.answer(to: 502)) == -32800)
    #expect(code(try client.answer(to: 503)) == -32602)
    // The number may be used again, and what is answered already cannot be cancelled.
    try client.notify("$/cancelRequest", ["id": 502])
    try client.send(["jsonrpc": "2.0", "id": 502, "method": "textDocument/hover", "params": [:]])
    #expect(code(try client.answer(to: 502)) == -32602)
  }

  @Test func encodings() throws {
    let cases: [(Json, String)] = [
      (["utf-8"], "utf-8"), (["utf-32", "utf-8"], "utf-32"), (["utf-7"], "utf-16"), ([], "utf-16"),
      (["utf-7", "utf-8"], "utf-8"),
      (.null, "utf-16"), (3, "utf-16"),
    ]
    for (offered, wanted) in cases {
      let client = try EditorClient(starts: false)
      let made = try client.request(
        "initialize", ["capabilities": ["general": ["positionEncodings": offered]]])
      #expect(made["capabilities"]?["positionEncoding"]?.stringValue == wanted)
    }
  }
}
