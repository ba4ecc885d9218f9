import Foundation
import MocoBase
import MocoKernel
import MocoTestSupport
import Testing

/// What clients ask while somebody types, and input that programs ask for.
@Suite struct AskTests {
  private func complete(_ client: Client, _ code: String, at cursor: Int? = nil) throws -> Json {
    var members: [(String, Json)] = [("code", .string(code))]
    if let cursor { members.append(("cursor_pos", .int(cursor))) }
    return try client.ask("complete_request", .object(JsonObject(members))).content
  }

  @Test func completionCountsCodePoints() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    try client.run("let squares = [1, 4]")
    // An accent of its own, a letter beyond the first 65,536, and one with an accent.
    for before in ["", "\"𝐚𝐚 é e\u{301} 🙂\"; ", "// é\n"] {
      let start = before.unicodeScalars.count
      let code = before + "squa"
      let found = try complete(client, code, at: start + 4)
      #expect(found["matches"]?.arrayValue?.contains("squares") == true, "\(found)")
      #expect(found["cursor_start"] == .int(start) && found["cursor_end"] == .int(start + 4))
      // Without a place it is the end.
      #expect(try complete(client, code) == found)
    }
    // In the middle of a word what is before the cursor counts.
    let middle = try complete(client, "squ + 1", at: 3)
    #expect(middle["cursor_end"] == 3 && middle["matches"]?.arrayValue?.contains("squares") == true)
  }

  @Test func theStartIsAPlace() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let found = try complete(client, "print", at: 0)
    #expect(found["status"] == "ok" && found["cursor_start"] == 0 && found["cursor_end"] == 0)
  }

  @Test func matchesHaveTypes() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let found = try complete(client, "prin")
    let types = found["metadata"]?["_jupyter_types_experimental"]?.arrayValue ?? []
    #expect(types.compactMap { $0["text"] } == found["matches"]?.arrayValue)
    let print = types.first { $0["text"] == "print" }
    #expect(print?["type"] == "function" && print?["start"] == 0 && print?["end"] == 4)
    #expect(
      try complete(client, "%ti")["matches"]?.arrayValue?.contains("%time") ?? false
        || complete(client, "%ti")["matches"]?.arrayValue?.contains("time") ?? false)
  }

  @Test func completionWorksBelowASyntaxError() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let found = try complete(client, "let = = 3\nprin")
    #expect(found["matches"]?.arrayValue?.contains("print") == true)
    #expect(found["cursor_start"] == 10 && found["cursor_end"] == 14)
  }

  @Test func inspectionFindsOrNot() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    func inspect(_ code: String, _ cursor: Int, _ detail: Int) throws -> Json {
      try client.ask(
        "inspect_request", ["code": .string(code), "cursor_pos": .int(cursor), "detail_level": .int(detail)]
      ).content
    }
    let short = try inspect("1 + len([1])", 6, 0)
    let long = try inspect("1 + len([1])", 6, 1)
    #expect(short["status"] == "ok" && short["found"] == true && short["metadata"] == [:])
    for type in ["text/plain", "text/markdown"] {
      let texts = [short, long].map { $0["data"]?[type]?.stringValue ?? "" }
      #expect(texts[0].contains("len") && texts[1].count > texts[0].count)
    }
    let nothing = try inspect("nothing_like_this", 4, 0)
    #expect(nothing["status"] == "ok" && nothing["found"] == false && nothing["data"] == [:])
    #expect(try inspect("", 0, 0)["found"] == false)
  }

  @Test func wholeInputsAreToldFromBegunAndWrongOnes() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    func state(_ code: String) throws -> Json {
      try client.ask("is_complete_request", ["code": .string(code)]).content
    }
    for code in ["1 + 1", "let a = [1]", "", "for i in 1...2 { i }", "?print"] {
      #expect(try state(code) == ["status": "complete"], "\(code)")
    }
    #expect(try state("for i in 1...2 {") == ["status": "incomplete", "indent": "  "])
    #expect(try state("let a = [1,")["status"] == "incomplete")
    for code in ["let = 3", "1 +* 2", ")"] { #expect(try state(code) == ["status": "invalid"], "\(code)") }
  }

  @Test func historyGivesTailRangeAndSearch() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    for code in ["1 + 1", "let a = 2", "print(a)", "1 + 1", "a"] { try client.run(code) }
    func history(_ content: [(String, Json)]) throws -> [Json] {
      let reply = try client.ask("history_request", .object(JsonObject(content))).content
      #expect(reply["status"] == "ok")
      return reply["history"]?.arrayValue ?? []
    }
    #expect(try history([("hist_access_type", "tail"), ("n", 2)]) == [[1, 4, "1 + 1"], [1, 5, "a"]])
    #expect(
      try history([("hist_access_type", "range"), ("session", 0), ("start", 2), ("stop", 4)]) == [
        [1, 2, "let a = 2"], [1, 3, "print(a)"],
      ])
    #expect(try history([("hist_access_type", "range"), ("session", -1), ("start", 0), ("stop", 9)]).isEmpty)
    let search: [(String, Json)] = [("hist_access_type", "search"), ("pattern", "*1*")]
    #expect(try history(search).compactMap { $0[1] } == [1, 4])
    #expect(try history(search + [("unique", true)]).compactMap { $0[1] } == [4])
    #expect(try history(search + [("n", 1)]).compactMap { $0[1] } == [4])
    #expect(try history([("hist_access_type", "search"), ("pattern", "?rint*")]).compactMap { $0[1] } == [3])
    let outputs = try history([("hist_access_type", "tail"), ("n", 3), ("output", true)])
    #expect(outputs.compactMap { $0[2] } == [["print(a)", .null], ["1 + 1", "2"], ["a", "2"]])
  }

  @Test func theHistoryOfNotebooksStaysAndIsApartFromThePrompts() throws {
    let place = try TemporaryFolder()
    try place.write("of the prompt\n", to: "history")
    for code in ["1 + 1", "2 + 2"] {
      let kernel = try RunningKernel(environment: ["MOCO_HISTORY": place.path + "/history"])
      let client = try kernel.client()
      try client.run(code)
      let tail = try client.ask("history_request", ["hist_access_type": "tail", "n": 9]).content["history"]
      #expect(
        tail == (code == "1 + 1" ? [[1, 1, "1 + 1"]] : [[0, 1, "1 + 1"], [1, 1, "2 + 2"]]),
        "\(String(describing: tail))")
    }
    #expect(
      try place.read("history") == "of the prompt\n" && place.read("history-jupyter") == "1 + 1\n2 + 2\n")
  }

  // MARK: Input

  @Test func inputIsAskedOfWhoHasSentTheCell() throws {
    let kernel = try RunningKernel()
    let other = try kernel.client()
    let client = try kernel.client()
    let cell = client.sendCell("let name = input(\"who? \")\nname + \"!\"", [("allow_stdin", true)])
    let question = try client.reply(on: client.stdin)
    #expect(question.content == ["prompt": "who? ", "password": false] && question.parentID == cell)
    // Nobody else may answer, and no answer to another question counts.
    other.send("input_reply", ["value": "other"], on: other.stdin)
    client.stdin.send(
      client.frames("input_reply", ["value": "wrong"], id: client.newID(), parent: ["msg_id": "another"]))
    client.stdin.send(
      client.frames("input_reply", ["value": "é𝐚"], id: client.newID(), parent: question.header))
    _ = try client.reply()
    let result = try client.published(until: cell).first { $0.type == "execute_result" }
    #expect(result?.content["data"]?["text/plain"] == "\"é𝐚!\"", "\(String(describing: result?.content))")
  }

  @Test func aLateAnswerIsForgotten() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    client.send("input_reply", ["value": "early"], on: client.stdin)
    // Other sockets may be read first. What comes after it on this one shows that it was read.
    client.stdin.send([Message.delimiter, Array("no signature".utf8), [], [], [], []])
    try kernel.waitForLog("a message on stdin was dropped")
    let cell = client.sendCell("input()")
    let question = try client.reply(on: client.stdin)
    client.stdin.send(
      client.frames("input_reply", ["value": "first"], id: client.newID(), parent: question.header))
    client.stdin.send(
      client.frames("input_reply", ["value": "second"], id: client.newID(), parent: question.header))
    _ = try client.reply()
    let result = try client.published(until: cell).first { $0.type == "execute_result" }
    #expect(result?.content["data"]?["text/plain"] == "\"first\"")
    #expect(try client.run("1 + 1").result == "2")
  }

  @Test func withoutInputAllowedItIsAnError() throws {
    let kernel = try RunningKernel()
    let exchange = try kernel.client().run("input(\"? \")", [("allow_stdin", false)])
    #expect(exchange.status == "error" && exchange.content["ename"] == "E0502")
  }

  @Test func whoAsksAndGoesEndsTheWait() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    client.sendCell("input(\"? \")")
    _ = try client.reply(on: client.stdin)
    client.stdin.hangUp()
    #expect(try client.reply().content["status"] == "ok")
  }
}
