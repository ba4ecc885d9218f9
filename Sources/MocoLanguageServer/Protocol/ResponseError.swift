import MocoBase

/// Why a request cannot be answered, by the codes of JSON-RPC and of the protocol.
package struct ResponseError: Error {
  /// The codes that this server gives.
  package enum Code: Int {
    case parseError = -32700
    case invalidRequest = -32600
    case methodNotFound = -32601
    case invalidParams = -32602
    case serverNotInitialized = -32002
    case requestCancelled = -32800
  }

  /// What kind of fault it is.
  package var code: Code
  /// What is wrong, for a person.
  package var message: String

  static func params(_ message: String) -> ResponseError {
    ResponseError(code: .invalidParams, message: message)
  }
}

/// The JSON of messages.
enum Message {
  static func response(_ id: Json, _ result: Json) -> Json {
    ["jsonrpc": "2.0", "id": id, "result": result]
  }

  static func response(_ id: Json, _ error: ResponseError) -> Json {
    [
      "jsonrpc": "2.0", "id": id,
      "error": ["code": .int(error.code.rawValue), "message": .string(error.message)],
    ]
  }

  static func notification(_ method: String, _ params: Json) -> Json {
    ["jsonrpc": "2.0", "method": .string(method), "params": params]
  }

  /// With its header.
  static func framed(_ message: Json) -> [UInt8] {
    let content = Array(message.serialized().utf8)
    return Array("Content-Length: \(content.count)\r\n\r\n".utf8) + content
  }
}
