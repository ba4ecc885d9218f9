import MocoBase

/// One run of a sweep, from its folder.
public struct SweepRun: Sendable {
  /// The state of a point.
  public enum State: String, Sendable, CaseIterable {
    /// It has finished.
    case finished
    /// It ended with an error, or with an exit status other than 0.
    case failed
    /// A process works on it.
    case running
    /// The process that worked on it no longer exists and left no result.
    case dead
    /// A signal stopped it.
    case interrupted
    /// It has not started.
    case missing
    /// It has finished, with input files that have changed since.
    case stale
  }

  /// The name of its folder: `coop-16-1-3fa9c2d1`.
  public let name: String
  /// The path of its folder, which may not exist yet.
  public let folder: String
  /// All settings of the program by name, in its order; for a run that has not started, those in its text.
  public let settings: JsonObject
  /// The argument of `result({…})`; nil if the run did not call it.
  public let result: JsonObject?
  /// Its state.
  public let state: State
  /// The duration in seconds; nil until it has ended.
  public let seconds: Double?
  /// Its full identity, in hexadecimal digits.
  public let identity: String
  /// The process that runs or ran it, if it has started.
  public let holder: ClaimHolder?
  /// Why it failed, was stopped or is stale; otherwise empty.
  public let reason: String

  /// A run; see the properties.
  package init(
    name: String, folder: String, settings: JsonObject, result: JsonObject?, state: State, seconds: Double?,
    identity: String, holder: ClaimHolder?, reason: String
  ) {
    self.name = name
    self.folder = folder
    self.settings = settings
    self.result = result
    self.state = state
    self.seconds = seconds
    self.identity = identity
    self.holder = holder
    self.reason = reason
  }

  /// Whether a sweep must still run it: it is missing, interrupted, dead or stale.
  public var isOpen: Bool {
    switch state {
    case .finished, .failed, .running: false
    case .dead, .interrupted, .missing, .stale: true
    }
  }
}
