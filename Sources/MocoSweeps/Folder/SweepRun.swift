import MocoBase

/// One run of a sweep, as its folder tells of it.
public struct SweepRun: Sendable {
  /// What has become of a point.
  public enum State: String, Sendable, CaseIterable {
    /// It ran to its end.
    case finished
    /// It ended with an error, or with an exit status other than 0.
    case failed
    /// A process works on it.
    case running
    /// The process that worked on it is gone and has left no end.
    case dead
    /// A signal stopped it.
    case interrupted
    /// It has not begun.
    case missing
    /// It ran to its end, on files that have changed since.
    case stale
  }

  /// The name of its folder: `coop-16-1-3fa9c2d1`.
  public let name: String
  /// The path of its folder, which may not be there yet.
  public let folder: String
  /// All settings of the program by their names, in its order; of a run that has not begun those that its text says.
  public let settings: JsonObject
  /// What `result({…})` was given; nil where the run did not come so far, or has given none.
  public let result: JsonObject?
  /// What has become of it.
  public let state: State
  /// How long it took, in seconds; nil until it has ended.
  public let seconds: Double?
  /// All of what tells it from other points, in hexadecimal digits.
  public let identity: String
  /// Where and since when it runs or ran, for those that have begun.
  public let holder: ClaimHolder?
  /// Why it failed, was stopped or is stale; empty for the others.
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

  /// Whether a sweep has still to run it: it is missing, interrupted, dead or stale.
  public var isOpen: Bool {
    switch state {
    case .finished, .failed, .running: false
    case .dead, .interrupted, .missing, .stale: true
    }
  }
}
