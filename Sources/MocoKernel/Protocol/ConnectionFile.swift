import MocoBase

/// The addresses of a kernel, written by the process that starts it.
package struct ConnectionFile: Equatable {
  /// The address that the sockets are bound to: a local IPv4 address.
  package var address: String
  /// The TCP port of each of the five sockets.
  package var ports: [Channel: Int]
  /// The key of the signatures; empty for no signatures.
  package var key: [UInt8]

  /// - Throws: E0501 and E0502 if the file is missing, is not a connection file, or requests unsupported features.
  package init(path: String) throws {
    try self.init(text: FileSystem.read(path, limit: 1 << 20), name: path)
  }

  /// - Parameter name: the name of the file in messages.
  package init(text: [UInt8], name: String) throws {
    func refusal(_ reason: String, _ help: String) -> Failure {
      Failure("E0502", "\(name) is not a connection file for this kernel: \(reason)", help: help)
    }
    let json: Json
    do {
      json = try Json.parse(text, name: name)
    } catch let error as Failure {
      throw refusal(error.message, "pass the file that Jupyter has written")
    }
    guard json.objectValue != nil else {
      throw refusal("it is \(json.kindName)", "pass the file that Jupyter has written")
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
          "it requests encryption by CURVE, which is not supported",
          "start the kernel without encryption, on this machine only")
      }
    }
    guard let address = json["ip"]?.stringValue, !address.isEmpty else {
      throw refusal("it has no ip", "pass the file that Jupyter has written")
    }
    self.address = address
    ports = [:]
    for channel in Channel.allCases {
      guard let port = json["\(channel.rawValue)_port"]?.intValue else {
        throw refusal("it has no \(channel.rawValue)_port", "pass the file that Jupyter has written")
      }
      guard (1...65535).contains(port) else {
        throw refusal("its \(channel.rawValue)_port is \(port)", "use ports from 1 to 65535")
      }
      ports[channel] = port
    }
    guard let key = json["key"]?.stringValue ?? (json["key"] == nil ? "" : nil) else {
      throw refusal("its key is not a string", "pass the file that Jupyter has written")
    }
    self.key = Array(key.utf8)
  }
}
