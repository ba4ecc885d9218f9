import Foundation
import MocoBase
import MocoKernel
import MocoTestSupport
import Testing

/// Several clients, slow clients, and clients that go.
@Suite struct CrowdTests {
  @Test func allClientsSeeWhatIsPublished() throws {
    let kernel = try RunningKernel()
    let (first, second) = (try kernel.client(), try kernel.client())
    let exchange = try first.run("print(\"seen\"); 1 + 1")
    let seen = try second.published(until: exchange.id)
    #expect(seen.map(\.parts) == exchange.published.map(\.parts))
    // Replies go to who has asked.
    #expect(try second.run("2").result == "2")
    _ = try first.published(until: "\(second.session)-1")
    #expect(try first.run("3").reply.parentID == "\(first.session)-2")
  }

  @Test func twoClientsThatRunCellsAtOnceGetTheirOwnReplies() throws {
    let kernel = try RunningKernel()
    let clients = try (0..<2).map { _ in try kernel.client() }
    let ids = clients.map { client in (0..<50).map { client.sendCell("print(\($0)); \($0)") } }
    for (client, own) in zip(clients, ids) {
      #expect(try own.map { _ in try client.reply().parentID } == own)
      let others = Set(ids.flatMap { $0 })
      var idle: Set<String> = []
      while idle.count < 100, let message = try client.published() {
        if message.state == "idle", let id = message.parentID { idle.insert(id) }
      }
      #expect(idle == others)
    }
  }

  @Test func twentyThousandPrintsReachAClientThatSleeps() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let code = "for i in 1...20000 { print(i, \"\(String(repeating: "x", count: 200))\") }"
    let id = client.sendCell(code)
    sleep(2)
    let messages = try client.published(until: id)
    let text = messages.filter { $0.type == "stream" }.compactMap { $0.content["text"]?.stringValue }.joined()
    let numbers = text.split(separator: "\n").compactMap {
      $0.split(separator: " ").first.flatMap { Int($0) }
    }
    #expect(numbers == Array(1...20000))
    #expect(try client.reply().content["status"] == "ok")
  }

  @Test func tenThousandDisplaysArrive() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let exchange = try client.run("for i in 1...10000 { show(i) }")
    let shown = exchange.of("display_data").compactMap { $0.content["data"]?["text/plain"]?.stringValue }
    #expect(shown == (1...10000).map(String.init) && exchange.status == "ok")
  }

  @Test func aClientThatGoesInTheMidstDisturbsNobody() throws {
    let kernel = try RunningKernel()
    let staying = try kernel.client()
    let going = try kernel.client()
    let begun = kernel.folder.path + "/begun"
    let id = going.sendCell(
      "write_text(\"\(begun)\", \"\")\nfor i in 1...50000 { print(i, \"\(String(repeating: "y", count: 100))\") }"
    )
    try staying.wait(for: begun)
    for socket in [going.shell, going.control, going.stdin, going.iopub, going.heartbeat] { socket.hangUp() }
    let messages = try staying.published(until: id)
    #expect(messages.contains { $0.type == "stream" })
    #expect(try staying.run("1 + 1").result == "2")
  }

  @Test func connectionsHaveALimitAndComeBackBelowIt() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let port = kernel.ports[.heartbeat] ?? 0
    var crowd = (0..<251).compactMap { _ in try? ClientSocket(port: port, type: "REQ") }
    let refused = try ClientSocket(port: port, type: nil)
    #expect(refused.isClosedByKernel())
    crowd.removeAll()
    #expect(try client.run("1 + 1").result == "2")
    for _ in 0..<1000 { if (try? ClientSocket(port: port, type: "REQ")) != nil { return } }
    Issue.record("no connection is accepted any more")
  }
}
