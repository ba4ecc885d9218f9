import MocoBase

/// A request of the page.
package enum WatchRequest: Equatable, Sendable {
  /// A cell, by its identifier, with those that it needs.
  case run(Int)
  /// Every cell that is stale.
  case runAll
  /// Stops the running cell.
  case interrupt
  /// Sets a control, or another setting.
  case set(name: String, value: String)
}

/// Answers requests. It does not depend on sockets.
///
/// All paths begin with a random token: without it nothing is served, not even to another page of the same browser.
/// The check of the host rejects foreign names that resolve to this machine; the check of the origin rejects other
/// pages that send requests blindly.
package struct WatchSite: Sendable {
  /// The listening port, once it is known.
  package var port = 0
  /// The random token.
  package let token: String
  /// The page, for a nonce.
  let page: @Sendable (String) -> String
  /// Called with the requests of the page.
  let asked: @Sendable (WatchRequest) -> Void

  /// The address of the page.
  package var address: String { "http://127.0.0.1:\(port)/\(token)/" }

  /// A site with a new token.
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
      return .words(400, "a request needs exactly one Host header")
    }
    guard isOwn(host: host.lowercased()) else { return .words(421, "this server is 127.0.0.1 only") }
    if request.headers.contains(where: { $0.name == "origin" }) {
      guard let origin = request["origin"]?.lowercased(), origin.hasPrefix("http://"),
        isOwn(host: String(origin.dropFirst(7)))
      else { return .words(403, "only the page itself may send requests") }
    }
    if let site = request["sec-fetch-site"], site != "same-origin", site != "none" {
      return .words(403, "only the page itself may send requests")
    }
    let path = request.target.prefix { $0 != "?" }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
    let word = parts.first ?? ""
    guard Token.areEqual(word, token) else {
      return word.isEmpty || word.utf8.count == token.utf8.count
        ? .words(403, "open the complete address printed by moco watch")
        : .words(404, "not found")
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
    default: return .words(404, "not found")
    }
  }

  private func method(_ request: HTTPRequest, _ allowed: [String], _ answer: () -> HTTPAnswer) -> HTTPAnswer {
    if allowed.contains(request.method) { return answer() }
    var refusal = HTTPAnswer.words(405, "use \(allowed.joined(separator: " or "))")
    refusal.headers = [("Allow", allowed.joined(separator: ", "))]
    return refusal
  }

  private func pageAnswer() -> HTTPAnswer {
    guard let nonce = try? Token.make(bytes: 16) else {
      return .words(503, "no random numbers are available")
    }
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
