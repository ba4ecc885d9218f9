import MocoBase
import MocoRuntime

extension Session {
  /// What a page of the session is called.
  package var title: String { "A session of moco \(Moco.version)" }

  /// Names and values for the foot of a page: what its results depend on.
  package var facts: [(name: String, value: String)] {
    var facts = [("moco", Moco.version), ("seed", String(runtime.context.seed))]
    if let startUpPath { facts.append(("start-up file", startUpPath)) }
    return facts.map { (name: $0.0, value: $0.1) }
  }
}
