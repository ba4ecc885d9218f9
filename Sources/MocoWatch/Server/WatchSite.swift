import MocoBase

/// What the page asks for.
package enum WatchRequest: Equatable, Sendable {
  /// A cell, by its identifier, with those that it needs.
  case run(Int)
  /// Every cell that is stale.
  case runAll
  /// The running cell is to stop.
  case interrupt
  /// A control, or another setting, gets a value.
  case set(name: String, value: String)
}

/// Which requests are answered, and how. No socket is known here.
///
/// Everything lies below a random word: who does not know it gets nothing, also another page of the same browser. That the
/// host is this machine's own name keeps names out that were made to lead here; that the origin is the page's own keeps other
/// pages out that would send requests blindly.
package struct WatchSite: Sendable {
  /// The port that is listened to, once it is known.
  package var port = 0
  /// The random word.
  package let token: String
  /// The page, for a nonce.
  let page: @Sendable (String) -> String
  /// Told what the page asks for.
  let asked: @Sendable (WatchRequest) -> Void

  /// The address of the page.
  package var address: String { "http://127.0.0.1:\(port)/\(token)/" }

  /// A site with a word of its own.
  ///
  /// - Throws: E0502 where the system gives no random numbers.
  package init(
    page: @escaping @Sendable (String) -> String, asked: @escaping @Sendable (WatchRequest) -> Void
  ) throws {
    token = try Token.make()
    (self.page, self.asked) = (page, asked)
  }

  private func isOwn(host: String) -> Bool { host == "127.0.0.1:\(port)" || host == "localhost:\(port)" }

  /// The answer to a request.
  package func answer(_ request: HTTPRequest) -> HTTPAnswer {
    guard request.headers.filter({ $0.name == "host" }).count == 1, let host = request["host"] else {
      return .words(400, "a request names one host")
    }
    guard isOwn(host: host.lowercased()) else { return .words(421, "this is 127.0.0.1, and no other host") }
    if request.headers.contains(where: { $0.name == "origin" }) {
      guard let origin = request["origin"]?.lowercased(), origin.hasPrefix("http://"),
        isOwn(host: String(origin.dropFirst(7)))
      else { return .words(403, "only the page itself may ask") }
    }
    if let site = request["sec-fetch-site"], site != "same-origin", site != "none" {
      return .words(403, "only the page itself may ask")
    }
    let path = request.target.prefix { $0 != "?" }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
    let word = parts.first ?? ""
    guard Token.areEqual(word, token) else {
      return word.isEmpty || word.utf8.count == token.utf8.count
        ? .words(403, "open the whole address that moco watch has printed")
        : .words(404, "there is nothing here")
    }
    let rest = parts.dropFirst().joined(separator: "/")
    guard parts.count > 1 else {
      return HTTPAnswer(
        status: 404, headers: [], body: Array("the address ends with a slash\n".utf8))
    }
    switch rest {
    case "": return method(request, ["GET", "HEAD"]) { pageAnswer() }
    case "events":
      return method(request, ["GET"]) {
        HTTPAnswer(kind: "text/event-stream; charset=utf-8", isStream: true)
      }
    case "run", "run-all", "interrupt", "set":
      return method(request, ["POST"]) { command(rest, request.body) }
    default: return .words(404, "there is nothing here")
    }
  }

  private func method(_ request: HTTPRequest, _ allowed: [String], _ answer: () -> HTTPAnswer) -> HTTPAnswer {
    if allowed.contains(request.method) { return answer() }
    var refusal = HTTPAnswer.words(405, "this takes \(allowed.joined(separator: " and "))")
    refusal.headers = [("Allow", allowed.joined(separator: ", "))]
    return refusal
  }

  private func pageAnswer() -> HTTPAnswer {
    guard let nonce = try? Token.make(bytes: 16) else { return .words(503, "there are no random numbers") }
    let policy =
      "default-src 'none'; script-src 'nonce-\(nonce)'; style-src-elem 'nonce-\(nonce)'; "
      + "style-src-attr 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
      + "frame-ancestors 'none'"
    return HTTPAnswer(
      kind: "text/html; charset=utf-8", headers: [("Content-Security-Policy", policy)],
      body: Array(page(nonce).utf8))
  }

  private func command(_ name: String, _ body: [UInt8]) -> HTTPAnswer {
    let json = String(validating: body, as: UTF8.self).flatMap { text in
      text.isEmpty ? Json.object(JsonObject()) : try? Json.parse(text, name: "the request")
    }
    guard let json, json.objectValue != nil else { return .words(400, "the body is not a JSON object") }
    switch name {
    case "run-all": asked(.runAll)
    case "interrupt": asked(.interrupt)
    case "run":
      guard let cell = json["cell"]?.intValue else { return .words(400, "cell is missing") }
      asked(.run(cell))
    default:
      guard let name = json["name"]?.stringValue, let value = json["value"]?.stringValue else {
        return .words(400, "name and value are missing")
      }
      asked(.set(name: name, value: value))
    }
    return HTTPAnswer(status: 204)
  }
}
