import MocoBase

/// What a record of options may hold: `router { top_k: 2 }`. One list serves the check before a run, the function
/// that reads the record, and completion.
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

  /// The error of a name that the block does not have.
  public func unknown(_ name: String, owner: String) -> (message: String, help: String) {
    let shown = DisplayColumns.cut(name, to: 60)
    let near = Nearest.name(to: name, among: names).map { "did you mean '\($0)'? " } ?? ""
    return ("\(owner) has no option '\(shown)'", "\(near)options are \(names.joined(separator: ", "))")
  }
}

extension NativeFunction {
  /// The same function, with the options of those arguments that are records.
  public func taking(_ blocks: [String: OptionBlock]) -> NativeFunction {
    self.blocks = blocks
    return self
  }
}
