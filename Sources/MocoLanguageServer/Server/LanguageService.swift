import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// The server over two streams, as an editor starts it.
package enum LanguageService {
  /// Answers until the client says `exit`, or is gone.
  ///
  /// - Returns: the status to end the process with: 0 where the client has shut the server down before.
  package static func run(input: Int32, output: Int32) -> Int32 {
    var isBroken = false
    let server = LanguageServer { message in
      let bytes = Message.framed(message)
      do { try bytes.withUnsafeBytes { try FileSystem.write($0, to: output, path: "the client") } } catch {
        isBroken = true
      }
    }
    var reader = MessageReader()
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while server.exitStatus == nil, !isBroken {
      // What has arrived is taken first, so that cancelled requests are known.
      var place = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
      let isThere = server.isIdle || (poll(&place, 1, 0) > 0 && place.revents != 0)
      if isThere {
        let count = read(input, &piece, piece.count)
        if count < 0, errno == EINTR || errno == EAGAIN { continue }
        if count <= 0 {
          while !server.isIdle, server.exitStatus == nil { server.work() }
          server.inputEnded()
          break
        }
        reader.push(piece[..<count])
        while let item = reader.next() { server.receive(item) }
      }
      if !server.isIdle { server.work() }
    }
    return isBroken ? 1 : server.exitStatus ?? 1
  }
}
