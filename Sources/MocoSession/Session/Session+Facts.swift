import MocoBase
import MocoRuntime

extension Session {
  /// The title of a page of the session.
  package var title: String { "A session of moco \(Moco.version)" }

  /// Names and values for the footer of a page: the versions and settings that its results depend on.
  package var facts: [(name: String, value: String)] {
    var facts = [("moco", Moco.version), ("seed", String(runtime.context.seed))]
    if let startUpPath { facts.append(("start-up file", startUpPath)) }
    return facts.map { (name: $0.0, value: $0.1) }
  }
}
