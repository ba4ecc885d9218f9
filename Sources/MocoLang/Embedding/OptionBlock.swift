import MocoBase

/// The valid keys of a record of options: `router { top_k: 2 }`. The check before a run, the function that
/// reads the record, and completion use the same list.
public struct OptionBlock: Sendable {
  /// The options, in the order in which messages list them.
  public var names: [String]
  /// Options that may be records themselves.
  public var blocks: [String: OptionBlock]

  /// A block of these options; `blocks` describes those that are records themselves, by name.
  public init(_ names: [String], blocks: [String: OptionBlock] = [:]) {
    self.names = names
    self.blocks = blocks
  }

  /// The error for a name that the block does not have.
  public func unknown(_ name: String, owner: String) -> (message: String, help: String) {
    let shown = DisplayColumns.cut(name, to: 60)
    let near = Nearest.name(to: name, among: names).map { "did you mean '\($0)'? " } ?? ""
    return ("\(owner) has no option '\(shown)'", "\(near)options are \(names.joined(separator: ", "))")
  }
}

extension NativeFunction {
  /// The same function, with the options of its record arguments.
  public func taking(_ blocks: [String: OptionBlock]) -> NativeFunction {
    self.blocks = blocks
    return self
  }
}
