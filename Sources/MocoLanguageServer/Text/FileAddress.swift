import MocoBase

/// Paths of files as addresses of the protocol, and back.
package enum FileAddress {
  /// The path of a `file:` address; nil for others.
  package static func path(_ address: String) -> String? {
    guard address.lowercased().hasPrefix("file://") else { return nil }
    let rest = address.dropFirst("file://".count)
    // A host may stand before the path; an empty one and localhost are this machine.
    guard let slash = rest.firstIndex(of: "/"), ["", "localhost"].contains(rest[..<slash].lowercased()) else {
      return nil
    }
    var bytes: [UInt8] = []
    let coded = Array(rest[slash...].prefix { $0 != "?" && $0 != "#" }.utf8)
    var at = 0
    while at < coded.count {
      if coded[at] == UInt8(ascii: "%"), at + 2 < coded.count,
        let byte = UInt8(String(decoding: coded[at + 1...at + 2], as: UTF8.self), radix: 16)
      {
        bytes.append(byte)
        at += 3
      } else {
        bytes.append(coded[at])
        at += 1
      }
    }
    return FileSystem.text(ofName: bytes)
  }

  /// The address of a file.
  ///
  /// - Parameter path: a path from the root.
  package static func address(_ path: String) -> String {
    var address = "file://"
    FileSystem.withSystemPath(path) { pointer in
      var at = 0
      while pointer[at] != 0 {
        let byte = UInt8(bitPattern: pointer[at])
        let isPlain =
          (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
          || [0x2D, 0x2E, 0x2F, 0x5F, 0x7E].contains(byte)
        address += isPlain ? String(Unicode.Scalar(byte)) : "%" + SHA256.digits([byte]).uppercased()
        at += 1
      }
    }
    return address
  }
}
