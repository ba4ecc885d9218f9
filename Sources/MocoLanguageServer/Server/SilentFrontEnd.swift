import MocoSession

/// The front end of a session that runs nothing: what it would say goes nowhere.
final class SilentFrontEnd: SessionDelegate {
  func stream(_ text: String, to kind: StreamKind) {}
}
