import MocoBase

/// A message received from a client.
package struct Message: Sendable {
  /// Why frames are not a message.
  package struct Fault: Error, Equatable {
    /// A text that follows "a message was dropped: ".
    package var text: String
  }

  /// The frames before the delimiter, which are sent back with the reply.
  package var route: [[UInt8]]
  /// The received header: the parent of all replies to the message.
  package var header: [UInt8]
  package var id: String
  /// `msg_type` of the header: "execute_request".
  package var type: String
  /// The `msg_id` of its parent; nil if it has none.
  package var parentID: String?
  /// The fourth frame: the content of the message.
  package var content: Json

  /// The frame between the routing prefix and the signature.
  package static let delimiter = Array("<IDS|MSG>".utf8)

  /// Reads frames: those before the delimiter, the delimiter, the signature, header, parent, metadata and content,
  /// and buffers, which are ignored.
  package init(_ frames: [[UInt8]], _ signer: Signer) throws(Fault) {
    guard let place = frames.firstIndex(of: Message.delimiter) else {
      throw Fault(text: "it has no delimiter")
    }
    route = Array(frames[..<place])
    let rest = frames[(place + 1)...]
    guard rest.count >= 5 else { throw Fault(text: "it has \(rest.count) of 5 frames after its delimiter") }
    let parts = Array(rest.dropFirst().prefix(4))
    guard signer.accepts(rest[rest.startIndex], of: parts) else {
      throw Fault(text: "its signature is not valid")
    }
    let header = try Message.object(parts[0], "header")
    guard let id = header["msg_id"]?.stringValue, let type = header["msg_type"]?.stringValue else {
      throw Fault(text: "its header has no msg_id and msg_type")
    }
    self.header = parts[0]
    self.id = id
    self.type = type
    parentID = try Message.object(parts[1], "parent_header")["msg_id"]?.stringValue
    _ = try Message.object(parts[2], "metadata")
    content = .object(try Message.object(parts[3], "content"))
  }

  private static func object(_ bytes: [UInt8], _ name: String) throws(Fault) -> JsonObject {
    guard let json = try? Json.parse(bytes) else { throw Fault(text: "its \(name) is not JSON") }
    guard let object = json.objectValue else {
      throw Fault(text: "its \(name) is \(json.kindName), not an object")
    }
    return object
  }
}

/// Makes the messages of one kernel.
///
/// - Safety: mutable state is guarded by the lock of the caller.
final class MessageWriter: @unchecked Sendable {
  /// The session of this process.
  let session: String
  let signer: Signer
  private var count = 0
  static let noParent = Array("{}".utf8)

  init(signer: Signer) {
    self.signer = signer
    var random = SystemRandomNumberGenerator()
    session = SHA256.digits((0..<16).map { _ in UInt8.random(in: 0...255, using: &random) })
  }

  /// The frames of a message after the routing frames, and its id.
  ///
  /// - Parameter parent: the received header of the request.
  func frames(_ type: String, parent: [UInt8], content: Json) -> (frames: [[UInt8]], id: String) {
    count += 1
    let id = "\(session)_\(count)"
    let header: Json = [
      "msg_id": .string(id), "session": .string(session), "username": "moco",
      "date": .string(Timestamp.now()), "msg_type": .string(type),
      "version": .string(KernelInfo.protocolVersion),
    ]
    let parts = [
      Array(header.serialized().utf8), parent, MessageWriter.noParent, Array(content.serialized().utf8),
    ]
    return ([Message.delimiter, signer.signature(parts)] + parts, id)
  }
}
