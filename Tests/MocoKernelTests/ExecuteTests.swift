import Foundation
import MocoBase
import MocoKernel
import MocoTestSupport
import Testing

@Suite struct ExecuteTests {
  private func types(_ exchange: Client.Exchange) -> [String] {
    exchange.published.map { $0.state ?? $0.type }
  }

  @Test func theInputStandsBeforeItsOutputAndIdleBehind() throws {
    let kernel = try RunningKernel()
    let exchange = try kernel.client().run("print(\"a\"); 1 + 1")
    #expect(types(exchange) == ["busy", "execute_input", "stream", "execute_result", "idle"])
    #expect(exchange.of("execute_input")[0].content == ["code": "print(\"a\"); 1 + 1", "execution_count": 1])
    #expect(exchange.status == "ok" && exchange.count == 1)
    #expect(exchange.content["payload"] == [] && exchange.content["user_expressions"] == [:])
  }

  @Test func aResultHasDataMetadataAndCount() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let content = try #require(try client.run("[1, 2]").of("execute_result").first).content
    #expect(content["execution_count"] == 1 && content["metadata"] == [:])
    #expect(content["data"]?["text/plain"] == "[1, 2]")
    let table = try client.run("table([{a: 1}])").of("execute_result").first?.content["data"]
    #expect(table?["text/html"]?.stringValue?.contains("<table") == true)
    for value in ["nil == nil", "1.5", "\"text\"", "{a: 1}", "x => x", "print", "table([{a: 1}])", "[[]]"] {
      let shown = try client.run(value).of("execute_result").first?.content["data"]
      #expect(
        shown?["text/plain"]?.stringValue?.isEmpty == false, "\(value) shows \(String(describing: shown))")
    }
  }

  @Test func aFigureIsADrawing() throws {
    let kernel = try RunningKernel()
    let data = try kernel.client().run("plot.line([1, 2, 4])").of("execute_result").first?.content["data"]
    #expect(
      data?["image/svg+xml"]?.stringValue?.hasPrefix("<svg") == true,
      "\(String(describing: data?.objectValue?.keys))")
    #expect(data?["text/plain"]?.stringValue?.isEmpty == false && data?["text/html"] == nil)
    // The same as PNG, where cairo is there.
    if let png = data?["image/png"]?.stringValue {
      #expect(png.hasPrefix("iVBORw0KGgo"))
    } else {
      #expect(kernel.log.contains("figures are sent as SVG only: "), "\(kernel.log)")
    }
  }

  @Test func nothingIsShownOfStatementsAndOfWhatEndsInASemicolon() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    for code in ["1 + 1;", "let a = 1", "for i in 1...2 { let b = i }", "nil", "// only a comment"] {
      let exchange = try client.run(code)
      #expect(types(exchange) == ["busy", "execute_input", "idle"] && exchange.status == "ok", "\(code)")
    }
  }

  @Test func streamsKeepTheirOrderAndTheirCharacters() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let wide = "𝐚é日本🙂"
    let exchange = try client.run("for i in 1...5000 { print(i, \"\(wide)\") }")
    #expect(exchange.text("stdout") == (1...5000).map { "\($0) \(wide)\n" }.joined())
    // A name that hides a function is nothing to remark.
    let hidden = try client.run("print(1)\nlet len = 3\nprint(2)")
    #expect(hidden.text("stdout") == "1\n2\n" && hidden.text("stderr").isEmpty)
    // A note is nothing wrong, and stands where programs print.
    let note = try client.run("let clip = load_clip(\"small\");")
    #expect(note.text("stdout").contains("parameters") && note.text("stderr").isEmpty)
    let complaint = try client.run("%nothing")
    #expect(complaint.text("stderr").hasPrefix("unknown command %nothing") && complaint.status == "ok")
  }

  @Test func countsGoOnAndAnEmptyCellKeepsThem() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    #expect(try client.run("5").count == 1)
    let empty = try client.run("  \n ")
    #expect(empty.status == "ok" && empty.count == 1 && types(empty) == ["busy", "execute_input", "idle"])
    #expect(try client.run("").status == "ok")
    #expect(try client.run("%who").count == 2)
    #expect(try client.run("?print").count == 3)
    #expect(try client.run("no such").count == 4)
    let last = try client.run("Out[1]")
    #expect(last.count == 5 && last.result == "5")
  }

  @Test func userExpressionsStayApart() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let wanted: Json = ["a": "x * 2", "b": "nothing here", "c": "[x]", "d": 3]
    let exchange = try client.run("let x = 21", [("user_expressions", wanted)])
    let values = exchange.content["user_expressions"]
    #expect(values?["a"]?["data"]?["text/plain"] == "42" && values?["a"]?["status"] == "ok")
    #expect(values?["a"]?["metadata"] == [:])
    #expect(values?["b"]?["status"] == "error" && values?["b"]?["traceback"]?[0]?.stringValue != nil)
    #expect(values?["c"]?["data"]?["text/plain"] == "[21]" && values?["d"]?["status"] == "error")
    #expect(exchange.status == "ok" && types(exchange) == ["busy", "execute_input", "idle"])
    #expect(try client.run("x").count == 2)
    #expect(try client.run("nothing", [("user_expressions", ["a": "1"])]).content["user_expressions"] == [:])
  }

  @Test func silentLeavesNoTrace() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    try client.run("7")
    let silent = try client.run("let hidden = 3; hidden + 1", [("silent", true)])
    #expect(types(silent) == ["busy", "idle"] && silent.status == "ok" && silent.count == 1)
    #expect(try client.run("ans").result == "7")
    #expect(try client.run("hidden").count == 3)
    let history = try client.ask("history_request", ["hist_access_type": "tail", "n": 9]).content["history"]
    #expect(history?.arrayValue?.compactMap { $0[2]?.stringValue } == ["7", "ans", "hidden"])
  }

  @Test func withoutHistoryThereIsNoCount() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    try client.run("7")
    let exchange = try client.run("print(1); 8", [("store_history", false)])
    #expect(types(exchange) == ["busy", "execute_input", "stream", "execute_result", "idle"])
    #expect(exchange.count == 1 && exchange.result == "8")
    #expect(try client.run("[ans, len(Out)]").result == "[7, 1]")
    let history = try client.ask("history_request", ["hist_access_type": "tail", "n": 9]).content["history"]
    #expect(history?.arrayValue?.compactMap { $0[2]?.stringValue } == ["7", "[ans, len(Out)]"])
  }

  @Test func anErrorIsPublishedAndRepliedAlike() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    for code in ["[1][5]", "let = 3", "nothing", "func f() { 1 + \"a\" }\nf()", "%run nowhere.moco"] {
      let exchange = try client.run(code)
      let error = try #require(exchange.of("error").first, "\(code) publishes \(types(exchange))")
      #expect(exchange.of("error").count == 1 && exchange.status == "error")
      for name in ["ename", "evalue", "traceback"] { #expect(error.content[name] == exchange.content[name]) }
      let code = error.content["ename"]?.stringValue ?? ""
      #expect(code.hasPrefix("E") && error.content["evalue"]?.stringValue?.isEmpty == false)
      let lines = error.content["traceback"]?.arrayValue?.compactMap(\.stringValue) ?? []
      #expect(!lines.isEmpty && lines.allSatisfy { $0.contains("\u{1B}[") && $0.contains(code) })
    }
  }

  @Test func withNoColorTracebacksArePlain() throws {
    let kernel = try RunningKernel(environment: ["NO_COLOR": "1"])
    let lines =
      try kernel.client().run("[1][5]").content["traceback"]?.arrayValue?.compactMap(\.stringValue) ?? []
    #expect(!lines.isEmpty && !lines.contains { $0.contains("\u{1B}") })
  }

  @Test func displaysAndTheirUpdatesHaveOneId() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let shown = try client.run("show([1, 2])\nshow([3])")
    let ids = shown.of("display_data").compactMap { $0.content["transient"]?["display_id"]?.stringValue }
    #expect(types(shown) == ["busy", "execute_input", "display_data", "display_data", "idle"])
    #expect(Set(ids).count == 2)
    let training = try client.run(Lesson.training(epochs: 2))
    #expect(training.status == "ok", "\(training.content)")
    let first = training.of("display_data").compactMap { $0.content["transient"]?["display_id"]?.stringValue }
    let updates = training.of("update_display_data").compactMap {
      $0.content["transient"]?["display_id"]?.stringValue
    }
    // One display for the whole training, whatever it was updated by.
    #expect(first.count == 1 && Set(updates).subtracting(first).isEmpty)
    let last = (training.of("update_display_data").last ?? training.of("display_data").last)?.content
    // At the end a line and the curve stand there, the picture for whoever cannot show drawings.
    let line = last?["data"]?["text/plain"]?.stringValue ?? ""
    #expect(
      line.hasPrefix("mixture on train: 2 epochs, 8 steps, loss ") && !line.contains("\n"), "\(line)")
    #expect(last?["data"]?["text/html"]?.stringValue?.contains("<svg") == true)
    #expect((last?["data"]?["image/png"] == nil) == (last?["metadata"]?["image/png"] == nil))
    // As the value of a cell it is not shown twice.
    let value = try client.run("train(mix, on: data.train, for: 2 epochs, batch: 10)")
    #expect(value.of("execute_result").isEmpty && value.of("display_data").count == 1)
    let named = try client.run("ans.steps")
    #expect(named.result == "8")
  }

  @Test func progressComesTenTimesASecondAtMost() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    try client.run(Lesson.setup)
    let begin = Date()
    let training = try client.run("let long = train(mix, on: data.train, for: 300 epochs, batch: 10);")
    // No faster than the whole exchange allows, however slow the machine is; one more at the end.
    let most = Int(Date().timeIntervalSince(begin) * 10) + 2
    let updates = training.of("update_display_data")
    #expect(updates.count <= most, "\(updates.count) of \(most)")
    #expect(training.of("display_data").count == 1)
    let last = updates.last?.content["data"]?["text/plain"]?.stringValue ?? ""
    #expect(last.contains("300 epochs, 1200 steps"), "\(last)")
  }

  @Test func helpIsAPage() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    for code in ["?print", "print?"] {
      let question = try client.run(code)
      let page = question.content["payload"]?[0]
      #expect(page?["source"] == "page" && question.content["payload"]?.arrayValue?.count == 1)
      for type in ["text/markdown", "text/plain"] {
        #expect(page?["data"]?[type]?.stringValue?.contains("print") == true)
      }
      #expect(question.of("display_data").isEmpty)
    }
    // What a program shows is an output like others.
    let shown = try client.run("help(print)")
    #expect(shown.of("display_data").count == 1 && shown.content["payload"] == [])
  }

  @Test func clearingIsPublished() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let exchange = try client.run("print(1); clear_output(); print(2); clear_output(wait: true); show(3)")
    #expect(
      types(exchange) == [
        "busy", "execute_input", "stream", "clear_output", "stream", "clear_output", "display_data", "idle",
      ])
    #expect(exchange.of("clear_output").map(\.content) == [["wait": false], ["wait": true]])
  }

  @Test func aLoadedFileIsTheNextInput() throws {
    let kernel = try RunningKernel()
    try kernel.folder.write("let loaded = 1\n", to: "a.moco")
    let payload = try kernel.client().run("%load a.moco").content["payload"]
    #expect(payload?[0]?["source"] == "set_next_input" && payload?[0]?["replace"] == true)
    #expect(payload?[0]?["text"]?.stringValue?.contains("let loaded = 1") == true)
  }

  @Test func exitEndsTheKernelAndCallsOffWhatWaits() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let path = kernel.folder.path + "/sent"
    let cell = "while not exists(\"\(path)\") { sleep(0.005) }\nexit(3)"
    let ids = [cell, "print(1)"].map { client.sendCell($0) }
    try kernel.folder.write("", to: "sent")
    let reply = try client.reply()
    #expect(reply.content["payload"]?[0]?["source"] == "ask_exit" && reply.content["status"] == "ok")
    #expect(try client.reply().content["status"] == "aborted")
    for id in ids { #expect(try client.published(until: id).last?.state == "idle") }
    #expect(try kernel.ended() == 0)
  }

  /// What C code or a child writes to the process's own streams is not part of the protocol.
  @Test func theProcesssOwnStreamsDoNotDisturb() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let exchange = try client.run("!echo out; echo err >&2; echo direct > /dev/fd/2")
    #expect(exchange.status == "ok" && exchange.text("stdout").contains("out\n"))
    let lines = try client.run("let lines = !echo one; echo two\nlines")
    #expect(lines.published.last?.state == "idle")
    #expect(try client.run("1 + 1").result == "2")
  }
}
