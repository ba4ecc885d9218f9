import MocoBase

/// Where a kernel listens, as whoever starts it has written it down.
package struct ConnectionFile: Equatable {
  /// The address that the sockets are bound to: of this machine, four numbers with points.
  package var address: String
  /// The TCP port of each of the five sockets.
  package var ports: [Channel: Int]
  /// What messages are signed with; empty for no signatures.
  package var key: [UInt8]

  /// - Throws: E0501 and E0502 where the file is missing, is not such a file, or asks for what this kernel does not do.
  package init(path: String) throws {
    try self.init(text: FileSystem.read(path, limit: 1 << 20), name: path)
  }

  /// - Parameter name: what messages call the file.
  package init(text: [UInt8], name: String) throws {
    func refusal(_ reason: String, _ help: String) -> Failure {
      Failure("E0502", "\(name) is not a connection file for this kernel: \(reason)", help: help)
    }
    let json: Json
    do {
      json = try Json.parse(text, name: name)
    } catch let error as Failure {
      throw refusal(error.message, "give the file that Jupyter has written")
    }
    guard json.objectValue != nil else {
      throw refusal("it is \(json.kindName)", "give the file that Jupyter has written")
    }
    let transport = json["transport"]?.stringValue ?? "tcp"
    guard transport == "tcp" else {
      throw refusal(
        "its transport is \"\(transport)\"",
        "use tcp: c.KernelManager.transport = \"tcp\" in Jupyter's settings")
    }
    let scheme = json["signature_scheme"]?.stringValue ?? "hmac-sha256"
    guard scheme == "hmac-sha256" else {
      throw refusal("its signature_scheme is \"\(scheme)\"", "use hmac-sha256")
    }
    for name in json.objectValue?.keys ?? [] where name.hasPrefix("curve_") {
      if let value = json[name]?.stringValue, !value.isEmpty {
        throw refusal(
          "it asks for encryption by CURVE", "start the kernel without encryption, on this machine alone")
      }
    }
    guard let address = json["ip"]?.stringValue, !address.isEmpty else {
      throw refusal("it has no ip", "give the file that Jupyter has written")
    }
    self.address = address
    ports = [:]
    for channel in Channel.allCases {
      guard let port = json["\(channel.rawValue)_port"]?.intValue else {
        throw refusal("it has no \(channel.rawValue)_port", "give the file that Jupyter has written")
      }
      guard (1...65535).contains(port) else {
        throw refusal("its \(channel.rawValue)_port is \(port)", "use ports from 1 to 65535")
      }
      ports[channel] = port
    }
    guard let key = json["key"]?.stringValue ?? (json["key"] == nil ? "" : nil) else {
      throw refusal("its key is not text", "give the file that Jupyter has written")
    }
    self.key = Array(key.utf8)
  }
}
