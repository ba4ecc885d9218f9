import CSystem
import MocoBase

/// Signs messages by HMAC with SHA-256, and verifies signatures.
package struct Signer: Sendable {
  private let key: [UInt8]

  /// - Parameter key: empty for no signatures: then every message is accepted.
  package init(key: [UInt8]) { self.key = key }

  /// The signature of frames, in hexadecimal digits; empty without a key.
  package func signature(_ frames: some Sequence<[UInt8]>) -> [UInt8] {
    guard !key.isEmpty else { return [] }
    let bytes = Array(frames.joined())
    var digest = [UInt8](repeating: 0, count: 32)
    guard moco_hmac_sha256(key, key.count, bytes, bytes.count, &digest) == 0 else { return [] }
    return Array(SHA256.digits(digest).utf8)
  }

  /// Whether a signature matches the received frames.
  package func accepts(_ signature: [UInt8], of frames: some Sequence<[UInt8]>) -> Bool {
    guard !key.isEmpty else { return true }
    let right = self.signature(frames)
    guard right.count == 64, signature.count == right.count else { return false }
    // The comparison takes the same time wherever the first difference is.
    return zip(signature, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
