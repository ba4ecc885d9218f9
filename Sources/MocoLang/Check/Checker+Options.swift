// Options in record arguments of a call: `router { top_k: 2 }`.

extension Checker {
  /// Checks the record arguments of a call whose options are known.
  mutating func checkBlocks(_ call: Call, _ callable: CheckContext.Callable) {
    guard !callable.blocks.isEmpty else { return }
    let byPosition = callable.parameters.filter { !$0.isNameOnly }
    var position = 0
    for argument in call.arguments {
      var name = argument.name
      switch argument.kind {
      case .spread: return
      case .named: break
      case .positional:
        if position < byPosition.count { name = byPosition[position].name }
        position += 1
      }
      guard let name, let block = callable.blocks[name] else { continue }
      check(argument.value, block, owner: name)
    }
  }

  private mutating func check(_ value: Expr, _ block: OptionBlock, owner: String) {
    guard case .record(let entries) = value.kind else { return }
    for case .field(let name, let span, let value) in entries {
      guard block.names.contains(name) else {
        let (message, help) = block.unknown(name, owner: owner)
        report("E0306", message, at: span, help: help)
        continue
      }
      if let inner = block.blocks[name] { check(value, inner, owner: "\(owner).\(name)") }
    }
  }
}
