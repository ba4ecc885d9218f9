import MocoBase
import MocoWatch
import Synchronization
import Testing

@Suite struct ServerTests {
  private final class Asked: Sendable {
    private let list = Mutex<[WatchRequest]>([])
    func add(_ request: WatchRequest) { list.withLock { $0.append(request) } }
    var all: [WatchRequest] { list.withLock { $0 } }
  }

  /// A server of a page, and what it was asked for.
  private final class Served: Sendable {
    let server: PageServer
    let hub = PageHub()
    let asked = Asked()

    init() throws {
      let list = asked
      let site = try WatchSite(page: { "<p>the page \($0)</p>" }, asked: { list.add($0) })
      server = try PageServer(port: nil, site: site, hub: hub)
      try server.start()
    }

    deinit { server.stop() }

    var port: Int { server.site.port }
    var token: String { server.site.token }

    /// The answer to a request, up to the end of the connection.
    func answer(
      _ method: String, _ path: String, host: String? = nil, _ more: [String] = [], body: String? = nil
    ) -> String {
      guard let client = RawClient(port: port) else { return "no connection" }
      var text = "\(method) \(path) HTTP/1.1\r\nHost: \(host ?? "127.0.0.1:\(port)")\r\nConnection: close\r\n"
      for line in more { text += line + "\r\n" }
      if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
      client.send(text + "\r\n" + (body ?? ""))
      return client.readToEnd()
    }

    func status(
      _ method: String, _ path: String, host: String? = nil, _ more: [String] = [], body: String? = nil
    ) -> Int? {
      Int(answer(method, path, host: host, more, body: body).split(separator: " ").dropFirst().first ?? "")
    }
  }

  @Test func thePageIsServedToWhoKnowsTheAddress() throws {
    let served = try Served()
    let answer = served.answer("GET", "/\(served.token)/")
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(answer.contains("the page "))
    #expect(answer.contains("Content-Security-Policy: default-src 'none'; script-src 'nonce-"))
    #expect(served.server.site.address == "http://127.0.0.1:\(served.port)/\(served.token)/")
    #expect(served.token.count == 64)
    #expect(served.status("GET", "/\(served.token)/", host: "localhost:\(served.port)") == 200)
    #expect(served.answer("HEAD", "/\(served.token)/").hasSuffix("\r\n\r\n"))
  }

  @Test func othersGetNothing() throws {
    let served = try Served()
    let own = "/\(served.token)/"
    let wrong = "/" + String(repeating: "0", count: 64) + "/"
    #expect(served.status("GET", "/") == 403)
    #expect(served.status("GET", wrong) == 403)
    #expect(served.status("POST", wrong + "run-all", body: "{}") == 403)
    #expect(served.status("GET", "/favicon.ico") == 404)
    #expect(served.status("GET", own + "nothing") == 404)
    #expect(served.status("GET", own + "../") == 404)
    #expect(served.status("GET", String(own.dropLast())) == 404)
    for host in ["evil.example", "evil.example:\(served.port)", "127.0.0.1", "127.0.0.1:1", ""] {
      #expect(served.status("GET", own, host: host) == 421, "\(host)")
    }
    #expect(served.status("GET", own, ["Host: 127.0.0.1:\(served.port)"]) == 400)
    for origin in [
      "http://evil.example", "null", "https://127.0.0.1:\(served.port)", "http://127.0.0.1:1", "",
    ] {
      #expect(served.status("POST", own + "run-all", ["Origin: \(origin)"], body: "{}") == 403, "\(origin)")
    }
    #expect(served.status("POST", own + "run-all", ["Sec-Fetch-Site: cross-site"], body: "{}") == 403)
    #expect(served.asked.all == [])
    #expect(
      served.status("POST", own + "run-all", ["Origin: http://127.0.0.1:\(served.port)"], body: "{}") == 204)
    #expect(served.asked.all == [.runAll])
  }

  @Test func wrongMethodsAndBodies() throws {
    let served = try Served()
    let own = "/\(served.token)/"
    #expect(served.status("POST", own, body: "") == 405)
    #expect(served.status("DELETE", own) == 405)
    #expect(served.answer("GET", own + "run").contains("Allow: POST\r\n"))
    #expect(served.status("POST", own + "events", body: "") == 405)
    for body in ["[]", "{", "{\"cell\": \"x\"}", "{\"cell\": 1.5}", "{}"] {
      #expect(served.status("POST", own + "run", body: body) == 400, "\(body)")
    }
    #expect(served.status("POST", own + "set", body: "{\"name\": \"a\"}") == 400)
    #expect(served.status("POST", own + "run", body: "{\"cell\": 3}") == 204)
    #expect(served.status("POST", own + "set", body: "{\"name\": \"k\", \"value\": \"3\"}") == 204)
    #expect(served.asked.all == [.run(3), .set(name: "k", value: "3")])
    #expect(served.status("POST", own + "run", ["Content-Length: 99999"]) == 413)
    #expect(served.status("POST", own + "run") == 411)
    #expect(served.status("GET", own, ["X: " + String(repeating: "x", count: 20_000)]) == 431)
  }

  @Test func severalRequestsComeOverOneConnection() throws {
    let served = try Served()
    let client = try #require(RawClient(port: served.port))
    let request = "GET /\(served.token)/ HTTP/1.1\r\nHost: 127.0.0.1:\(served.port)\r\n\r\n"
    client.send(request + request.prefix(20))
    #expect(client.read(upTo: "</p>") != nil)
    client.send(String(request.dropFirst(20)))
    #expect(client.read(upTo: "</p>") != nil)
  }

  @Test func changesComeToEveryPageAndOnePageMayGo() throws {
    let served = try Served()
    served.hub.set(order: [1])
    served.hub.set(.outputs, of: 1, to: "first")
    let request = "GET /\(served.token)/events HTTP/1.1\r\nHost: 127.0.0.1:\(served.port)\r\n\r\n"
    let one = try #require(RawClient(port: served.port))
    one.send(request)
    #expect(one.read(upTo: "\"first\"}]}\n\n")?.contains("text/event-stream") == true)
    do {
      let other = try #require(RawClient(port: served.port))
      other.send(request)
      #expect(other.read(upTo: "\"first\"}]}\n\n") != nil)
    }
    served.hub.set(.outputs, of: 1, to: "second\nline")
    #expect(one.read(upTo: "\n\n") == "data: {\"cells\": [{\"id\": 1, \"outputs\": \"second\\nline\"}]}\n\n")
    let late = try #require(RawClient(port: served.port))
    late.send(request)
    #expect(late.read(upTo: "second\\nline\"}]}\n\n") != nil)
  }

  @Test func aPageThatReadsNothingHoldsNobodyUp() throws {
    let served = try Served()
    served.hub.set(order: [1])
    let request = "GET /\(served.token)/events HTTP/1.1\r\nHost: 127.0.0.1:\(served.port)\r\n\r\n"
    let silent = try #require(RawClient(port: served.port))
    silent.send(request)
    let reader = try #require(RawClient(port: served.port))
    reader.send(request)
    let large = String(repeating: "x", count: 3 << 20)
    for turn in 0..<8 { served.hub.set(.outputs, of: 1, to: "\(turn)\(large)") }
    #expect(reader.read(upTo: "7xxx") != nil)
    #expect(served.status("GET", "/\(served.token)/") == 200)
  }

  @Test func aPortInUseIsSaid() throws {
    let served = try Served()
    do {
      _ = try PageServer(port: served.port, site: served.server.site, hub: PageHub())
      Issue.record("it was had twice")
    } catch let failure as Failure {
      #expect(failure.code == "E0502")
      #expect(failure.message.contains("port \(served.port)"))
      #expect(failure.help?.hasPrefix("remove --port") == true)
    }
  }
}
