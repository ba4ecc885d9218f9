// Controls: `let k = slider(1...6, 2)` at the top level, where `slider` is a built-in that is marked so.

extension Compiler {
  /// The control that a callee names; nil where it is another function, or may be one of the program's.
  func controlFunction(_ callee: Expr) throws -> NativeFunction? {
    guard case .name(let name) = callee.kind, !ownNames.contains(name),
      let builtin = globals.builtins.slots[name], globals.words[builtin].tag == .native,
      case .global(let slot) = try resolve(name), globals.flags[slot] & GlobalFlag.declared == 0,
      let function = heap.interpreter?.nativeFunction(globals.words[builtin]), function.control != nil
    else { return nil }
    return function
  }

  /// Whether a declaration of the top level makes a control.
  func isControl(_ binding: Binding) -> Bool {
    guard binding.controlCall != nil, case .call(let call) = binding.value.kind else { return false }
    return ((try? controlFunction(call.callee)) ?? nil) != nil
  }

  /// The function that stands for a control's in its declaration, with what `--set` says; nil for other declarations.
  func declared(_ binding: Binding) throws -> NativeFunction? {
    guard let name = binding.controlCall?.name, case .call(let call) = binding.value.kind,
      let function = try controlFunction(call.callee)
    else { return nil }
    let setting = overrides[name]
    if setting != nil { usedOverrides.insert(name) }
    return function.declared(
      ControlDeclaration(name: name, setting: setting, isInModule: module !== heap.interpreter?.main))
  }
}
