import Synchronization

/// The first error among parallel tasks, for the caller to throw.
final class FirstError: Sendable {
  private let error = Mutex<(any Error)?>(nil)

  var happened: Bool { error.withLock { $0 != nil } }

  func note(_ new: any Error) {
    error.withLock { if $0 == nil { $0 = new } }
  }

  func rethrow() throws {
    if let error = error.withLock({ $0 }) { throw error }
  }
}
