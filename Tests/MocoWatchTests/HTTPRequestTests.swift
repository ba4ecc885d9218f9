import MocoWatch
import Testing

@Suite struct HTTPRequestTests {
  private func read(_ text: String) throws -> (request: HTTPRequest, count: Int)? {
    try HTTPRequest.read(Array(text.utf8))
  }

  private func status(_ text: String) -> Int? {
    do {
      _ = try HTTPRequest.read(Array(text.utf8))
      return nil
    } catch { return error.status }
  }

  @Test func aRequestIsReadAndWhatFollowsIsLeft() throws {
    let text = "GET /a?b HTTP/1.1\r\nHost: x\r\nAccept: \t a b \r\n\r\nGET /"
    let found = try #require(try read(text))
    #expect(found.request.method == "GET")
    #expect(found.request.target == "/a?b")
    #expect(found.request["accept"] == "a b")
    #expect(found.request.keepsAlive)
    #expect(found.count == text.utf8.count - 5)
  }

  @Test func aBodyIsWaitedFor() throws {
    let head = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
    #expect(try read(head + "{ }") == nil)
    let found = try #require(try read(head + "{  }GET"))
    #expect(found.request.body == Array("{  }".utf8))
    #expect(found.count == head.utf8.count + 4)
  }

  @Test func everyPrefixOfARequestIsNoRequestYet() throws {
    let text = Array("POST /run HTTP/1.1\r\nHost: 127.0.0.1:1\r\nContent-Length: 2\r\n\r\n{}".utf8)
    for count in 0..<text.count { #expect(try HTTPRequest.read(Array(text[..<count])) == nil) }
    #expect(try HTTPRequest.read(text) != nil)
  }

  @Test(arguments: [
    ("GET /\r\n\r\n", 400), ("GET  / HTTP/1.1\r\n\r\n", 400), ("/ HTTP/1.1\r\n\r\n", 400),
    ("GET x HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/2\r\n\r\n", 505), ("GET / FTP\r\n\r\n", 505),
    ("GET / HTTP/1.1\r\nno header\r\n\r\n", 400), ("GET / HTTP/1.1\r\nA : b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n : b\r\n\r\n", 400), ("GET / HTTP/1.1\r\na: b\r\n c\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\na: \u{1}\r\n\r\n", 400), ("POST / HTTP/1.1\r\n\r\n", 411),
    ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nContent-Length: \r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
  ])
  func whatIsNoRequestIsRefused(_ text: String, _ expected: Int) { #expect(status(text) == expected) }

  @Test func longHeadsAreRefusedBeforeTheyEnd() {
    #expect(status("GET / HTTP/1.1\r\na: " + String(repeating: "x", count: 17_000)) == 431)
    #expect(status("GET / HTTP/1.1\r\na: " + String(repeating: "x", count: 17_000) + "\r\n\r\n") == 431)
  }

  @Test func bytesThatAreNoTextAreRefused() {
    let bytes = Array("GET /".utf8) + [0xFF] + Array(" HTTP/1.1\r\n\r\n".utf8)
    do {
      _ = try HTTPRequest.read(bytes)
      Issue.record("it was read")
    } catch { #expect(error.status == 400) }
  }
}
