import Foundation
import MocoBase
import MocoKernel
import MocoTestSupport
import Testing

/// What every message of a kernel has, whatever it is about.
@Suite struct ProtocolTests {
  @Test func fiveSocketsAnswer() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    #expect(try client.ask("kernel_info_request").status == "ok")
    #expect(try client.ask("kernel_info_request", on: client.control).status == "ok")
    client.heartbeat.send([[], [0, 255, 7]])
    #expect(try client.heartbeat.receive() == [[], [0, 255, 7]])
  }

  @Test(arguments: ["localhost", "0.0.0.0", "*"])
  func otherAddressesAreHeeded(_ address: String) throws {
    let kernel = try RunningKernel(changes: [("ip", .string(address))])
    #expect(try kernel.client().run("1 + 1").result == "2")
  }

  @Test func kernelInfoSaysWhatTheLanguageIs() throws {
    let kernel = try RunningKernel()
    let info = try kernel.client().ask("kernel_info_request").content
    #expect(info["implementation"] == "moco" && info["protocol_version"] == "5.5")
    #expect(info["supported_features"] == [] && info["debugger"] == false)
    let language = info["language_info"]
    #expect(language?["name"] == "moco" && language?["file_extension"] == ".moco")
    #expect(language?["mimetype"] == "text/x-moco" && language?["version"]?.stringValue?.isEmpty == false)
    #expect(language?["codemirror_mode"] == "swift" && language?["pygments_lexer"] == "swift")
    #expect(info["banner"]?.stringValue?.hasPrefix("moco ") == true)
  }

  @Test func startingIsSaidOnceWithoutAParent() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    #expect(client.greetings.map(\.state) == [nil, "starting", "idle"])
    #expect(client.greetings.allSatisfy { $0.parent == [:] })
    #expect(try client.ask("kernel_info_request").published.map(\.state) == ["busy", "idle"])
  }

  /// On another connection a request may have been answered before.
  @Test func aSubscriberIsWelcomedAndToldHowThingsStand() throws {
    let kernel = try RunningKernel()
    try kernel.client().run("1 + 1")
    let late = try kernel.client()
    #expect(late.greetings.map(\.type) == ["iopub_welcome", "status"])
    #expect(late.greetings[0].parent == [:] && late.greetings[0].content == ["subscription": ""])
    #expect(late.greetings[1].state == "idle" && late.greetings[1].parent == [:])
    // With a topic, and as newer clients say it.
    let socket = try ClientSocket(port: kernel.ports[.iopub] ?? 0, type: "SUB")
    socket.write(ZMTP.command("SUBSCRIBE", Array("kernel.".utf8)))
    let frames = try #require(try socket.receive())
    #expect(frames.first == Array("kernel.".utf8))
    #expect(try Received(Array(frames.dropFirst())).type == "iopub_welcome")
    _ = try socket.receive()
    let client = try kernel.client()
    try client.run("1 + 1")
    #expect(try socket.receive().map { $0[0].starts(with: "kernel.".utf8) } == true)
  }

  @Test func aTopicThatNobodyWantsIsNotSent() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let socket = try ClientSocket(port: kernel.ports[.iopub] ?? 0, type: "SUB")
    socket.send([[1] + Array("another".utf8)])
    for _ in 0..<2 { #expect(try socket.receive()?[0] == Array("another".utf8)) }
    try client.run("1 + 1")
    socket.send([[0] + Array("another".utf8)])
    socket.send([[1]])
    // The next that comes is the welcome: nothing of the cell was sent.
    let next = try #require(try socket.receive())
    #expect(try next[0].isEmpty && Received(Array(next.dropFirst())).type == "iopub_welcome")
  }

  @Test func headersHaveTheirFieldsAndParentsStayAsTheyCame() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let id = client.newID()
    client.shell.send(
      client.frames(
        "execute_request", ["code": "print(1); 2"], id: id,
        extra: [("subshell_id", .null), ("extra", ["a": [1.5]])]))
    let messages = [try client.reply()] + (try client.published(until: id))
    #expect(messages.count == 6)
    for message in messages {
      #expect(message.parent["msg_id"] == .string(id) && message.parent["session"] == .string(client.session))
      #expect(message.parent["subshell_id"] == .null && message.parent["extra"] == ["a": [1.5]])
      let header = message.header
      for name in ["msg_id", "session", "username", "date", "msg_type", "version"] {
        #expect(header[name]?.stringValue?.isEmpty == false, "\(name) of \(header)")
      }
      let date = header["date"]?.stringValue ?? ""
      #expect(date.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil, "\(date)")
      #expect(client.signer.accepts(message.signature, of: message.parts))
    }
    #expect(Set(messages.map { $0.header["msg_id"]?.stringValue }).count == messages.count)
    #expect(Set(messages.map { $0.header["session"]?.stringValue }).count == 1)
  }

  @Test func aRestartTakesTheSamePortsAndANewSession() throws {
    let kernel = try RunningKernel()
    var client = try kernel.client()
    let before = try client.run("let a = 1").reply.header["session"]
    let ask = client.send("shutdown_request", ["restart": true], on: client.control)
    #expect(try client.reply(on: client.control).content == ["status": "ok", "restart": true])
    #expect(try client.published(until: ask).map(\.state) == ["busy", "idle"])
    #expect(try kernel.ended() == 0)
    try kernel.startAgain()
    client = try kernel.client()
    let after = try client.run("a")
    #expect(after.status == "error" && after.reply.header["session"] != before)
  }

  @Test func everyRequestIsBetweenBusyAndIdle() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let requests: [(String, Json)] = [
      ("kernel_info_request", [:]), ("execute_request", ["code": "1"]),
      ("execute_request", ["code": "nothing"]),
      ("complete_request", ["code": "pri", "cursor_pos": 3]),
      ("inspect_request", ["code": "print", "cursor_pos": 3]),
      ("is_complete_request", ["code": "1"]), ("history_request", ["hist_access_type": "tail", "n": 3]),
      ("comm_info_request", [:]),
    ]
    for (type, content) in requests {
      let exchange = try client.ask(type, content)
      #expect(
        exchange.published.first?.state == "busy" && exchange.published.last?.state == "idle", "\(type)")
      #expect(exchange.published.allSatisfy { $0.parentID == exchange.id })
      #expect(exchange.reply.type == type.replacing("_request", with: "_reply"))
    }
    // Nothing is known of these, and nothing else comes of them.
    for type in ["comm_msg", "comm_close", "debug_request", "something_request"] {
      let id = client.send(type, ["comm_id": "x"])
      #expect(try client.published(until: id).map(\.state) == ["busy", "idle"])
      let control = client.send(type, on: client.control)
      #expect(try client.published(until: control).map(\.state) == ["busy", "idle"])
    }
  }

  @Test func aCommOfAnUnknownTargetIsClosed() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    #expect(try client.ask("comm_info_request").content == ["status": "ok", "comms": [:]])
    let id = client.send("comm_open", ["comm_id": "c1", "target_name": "nobody", "data": [:]])
    let messages = try client.published(until: id)
    #expect(messages.map(\.type) == ["status", "comm_close", "status"])
    #expect(messages[1].content == ["comm_id": "c1", "data": [:]])
  }

  @Test func requestsWithoutTheirContentAreAnsweredWithAnError() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    for type in ["execute_request", "complete_request", "inspect_request", "history_request"] {
      for content in [[:], ["code": 3, "hist_access_type": []]] as [Json] {
        let exchange = try client.ask(type, content)
        #expect(exchange.status == "error" && exchange.content["evalue"]?.stringValue?.contains(type) == true)
      }
    }
    #expect(try client.ask("is_complete_request").status == "unknown")
    // Numbers beyond all bounds.
    let far: [Json] = [-5, 1e300, 9_223_372_036_854_775_807]
    for cursor in far {
      #expect(try client.ask("complete_request", ["code": "pri", "cursor_pos": cursor]).status == "ok")
      #expect(
        try client.ask("inspect_request", ["code": "pri", "cursor_pos": cursor, "detail_level": cursor])
          .status == "ok")
      #expect(try client.ask("history_request", ["hist_access_type": "tail", "n": cursor]).status == "ok")
    }
    #expect(try client.run("1 + 1").result == "2")
  }

  // MARK: Signatures and damage

  @Test func anEmptyKeyMeansNoSignatures() throws {
    let kernel = try RunningKernel(key: "")
    let exchange = try kernel.client().run("1 + 1")
    #expect(exchange.result == "2" && exchange.reply.signature.isEmpty)
    #expect(exchange.published.allSatisfy { $0.signature.isEmpty })
  }

  @Test func aWrongSignatureIsDroppedAndTheKernelLives() throws {
    let kernel = try RunningKernel()
    let stranger = try kernel.client(key: "another key")
    stranger.sendCell("exit(3)")
    stranger.send("shutdown_request", ["restart": false], on: stranger.control)
    try kernel.waitForLog("a message on shell was dropped: its signature is not valid")
    try kernel.waitForLog("a message on control was dropped: its signature is not valid")
    #expect(try kernel.client().run("1 + 1").result == "2")
  }

  @Test func malformedMessagesAreDroppedAndTheKernelLives() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    func signed(_ parts: [String]) -> [[UInt8]] {
      let parts = parts.map { Array($0.utf8) }
      return [Message.delimiter, client.signer.signature(parts)] + parts
    }
    client.shell.send([[1, 2, 3]])
    client.shell.send([])
    client.shell.send([Message.delimiter])
    client.shell.send(signed(["{", "{}", "{}", "{}"]))
    client.shell.send(signed(["{\"msg_id\": \"1\"}", "{}", "{}", "{}"]))
    client.shell.send(signed(["{\"msg_id\": \"1\", \"msg_type\": \"execute_request\"}", "{}", "{}", "[]"]))
    client.shell.send(Array(client.frames("execute_request", ["code": "1"], id: "x").dropLast()))
    #expect(try client.run("1 + 1").result == "2")
    for text in [
      "it has no delimiter", "its header is not JSON", "its header has no msg_id", "not an object",
      "it has 4 of 5",
    ] {
      try kernel.waitForLog(text)
    }
  }

  @Test func whatIsNoZeroMQIsRefusedAndTheKernelLives() throws {
    let kernel = try RunningKernel()
    let port = kernel.ports[.shell] ?? 0
    let browser = try ClientSocket(port: port, type: nil)
    browser.write(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
    #expect(browser.isClosedByKernel())
    let huge = try ClientSocket(port: port, type: "DEALER")
    huge.write([2, 0x7F, 0, 0, 0, 0, 0, 0, 0])
    #expect(huge.isClosedByKernel())
    let wrong = try ClientSocket(port: port, type: "SUB")
    #expect(wrong.isClosedByKernel())
    // Half a message, and gone.
    let cut = try ClientSocket(port: port, type: "DEALER")
    cut.write([0, 200, 1, 2])
    cut.hangUp()
    try kernel.waitForLog("a peer on shell does not use ZeroMQ's protocol")
    try kernel.waitForLog("a peer on shell sent a message of more than 64 MB")
    try kernel.waitForLog("a peer on shell is a socket of type SUB")
    #expect(try kernel.client().run("1 + 1").result == "2")
  }

  @Test func framesBeforeTheDelimiterComeBackAndBuffersAreTolerated() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let id = client.newID()
    let route: [[UInt8]] = [[0, 200], [], Array("me".utf8)]
    client.shell.send(route + client.frames("kernel_info_request", [:], id: id) + [[1, 2, 3], []])
    let reply = try client.reply()
    #expect(reply.route == route && reply.parentID == id)
  }

  @Test func aPingIsAnswered() throws {
    let kernel = try RunningKernel()
    let socket = try ClientSocket(port: kernel.ports[.shell] ?? 0, type: "DEALER")
    socket.write(ZMTP.command("PING", [0, 10, 1, 2, 3]))
    #expect(try socket.event() == .command(name: "PONG", body: [1, 2, 3]))
  }
}
