/// A request of HTTP/1.1.
package struct HTTPRequest: Equatable {
  /// GET, POST, …
  package var method = ""
  /// The path, as it was sent.
  package var target = ""
  /// In order; names in lower case.
  package var headers: [(name: String, value: String)] = []
  /// The bytes after the head.
  package var body: [UInt8] = []
  /// Whether the connection stays open afterwards.
  package var keepsAlive = true

  /// The value of a header; nil if it is missing or duplicated.
  package subscript(_ name: String) -> String? {
    let found = headers.filter { $0.name == name }
    return found.count == 1 ? found[0].value : nil
  }

  package static func == (a: HTTPRequest, b: HTTPRequest) -> Bool {
    a.method == b.method && a.target == b.target && a.body == b.body
  }
}

/// Why received data is not an accepted request.
package struct HTTPFault: Error, Equatable {
  /// The status of the answer.
  package var status: Int
  /// The message.
  package var words: String
}

extension HTTPRequest {
  /// The maximum bytes of a head and of a body.
  static let mostHead = 16 << 10
  static let mostBody = 64 << 10

  /// Reads the first request of the received data.
  ///
  /// - Returns: the request and its length in bytes; nil if it is incomplete.
  /// - Throws: if it cannot become one.
  package static func read(_ bytes: [UInt8]) throws(HTTPFault) -> (request: HTTPRequest, count: Int)? {
    guard let end = headEnd(bytes) else {
      if bytes.count > mostHead { throw HTTPFault(status: 431, words: "the head is too long") }
      return nil
    }
    guard end <= mostHead else { throw HTTPFault(status: 431, words: "the head is too long") }
    guard let head = String(validating: bytes[..<(end - 4)], as: UTF8.self),
      !head.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\r" && $0 != "\n" && $0 != "\t" })
    else { throw HTTPFault(status: 400, words: "the head is not text") }
    // By scalars: "\r\n" is one character.
    let lines = head.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.last == "\r" ? line.dropLast() : line)
    }
    var request = HTTPRequest()
    let first = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
    guard first.count == 3, !first[0].isEmpty, first[1].hasPrefix("/") else {
      throw HTTPFault(status: 400, words: "the first line is not a request")
    }
    guard first[2] == "HTTP/1.1" || first[2] == "HTTP/1.0" else {
      throw HTTPFault(status: 505, words: "only HTTP/1.1 is supported")
    }
    (request.method, request.target) = (String(first[0]), String(first[1]))
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
        throw HTTPFault(status: 400, words: "a line of the head is not a header")
      }
      let name = line[..<colon]
      guard !name.contains(where: \.isWhitespace) else {
        throw HTTPFault(status: 400, words: "a line of the head is not a header")
      }
      var value = line[line.index(after: colon)...]
      while value.first == " " || value.first == "\t" { value.removeFirst() }
      while value.last == " " || value.last == "\t" { value.removeLast() }
      request.headers.append((name.lowercased(), String(value)))
    }
    if request.headers.contains(where: { $0.name == "transfer-encoding" }) {
      throw HTTPFault(status: 501, words: "a body needs a Content-Length")
    }
    let close = request["connection"]?.lowercased()
    request.keepsAlive = first[2] == "HTTP/1.1" ? close != "close" : false
    let lengths = request.headers.filter { $0.name == "content-length" }
    guard let length = lengths.first else {
      if request.method == "POST" { throw HTTPFault(status: 411, words: "a POST needs a Content-Length") }
      return (request, end)
    }
    guard lengths.count == 1, !length.value.isEmpty, length.value.utf8.allSatisfy({ (48...57).contains($0) })
    else { throw HTTPFault(status: 400, words: "the Content-Length is not a number") }
    guard let count = Int(length.value), count <= mostBody else {
      throw HTTPFault(status: 413, words: "the body is too long")
    }
    guard bytes.count >= end + count else { return nil }
    request.body = Array(bytes[end..<(end + count)])
    return (request, end + count)
  }

  /// The position after the empty line.
  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for at in 0...(min(bytes.count, mostHead + 4) - 4)
    where bytes[at] == 13 && bytes[at + 1] == 10 && bytes[at + 2] == 13 && bytes[at + 3] == 10 {
      return at + 4
    }
    return nil
  }
}

/// An answer.
package struct HTTPAnswer {
  /// The status, and the media type.
  package var status = 200
  var kind = "text/plain; charset=utf-8"
  var headers: [(name: String, value: String)] = []
  /// The bytes after the head.
  package var body: [UInt8] = []
  /// Whether events follow, until one side closes.
  package var isStream = false

  /// A sentence.
  static func words(_ status: Int, _ text: String) -> HTTPAnswer {
    HTTPAnswer(status: status, body: Array((text + "\n").utf8))
  }

  private static let reasons = [
    200: "OK", 204: "No Content", 400: "Bad Request", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 408: "Request Timeout", 411: "Length Required", 413: "Content Too Large",
    421: "Misdirected Request", 431: "Request Header Fields Too Large", 501: "Not Implemented",
    503: "Service Unavailable", 505: "HTTP Version Not Supported",
  ]

  /// The bytes to send.
  func bytes(keepsAlive: Bool, withBody: Bool = true) -> [UInt8] {
    var head = "HTTP/1.1 \(status) \(Self.reasons[status] ?? "")\r\n"
    if status != 204 { head += "Content-Type: \(kind)\r\n" }
    if !isStream, status != 204 { head += "Content-Length: \(body.count)\r\n" }
    for header in headers { head += "\(header.name): \(header.value)\r\n" }
    head += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
    head += "Cross-Origin-Resource-Policy: same-origin\r\n"
    head += "Connection: \(keepsAlive || isStream ? "keep-alive" : "close")\r\n\r\n"
    return Array(head.utf8) + (withBody ? body : [])
  }
}
