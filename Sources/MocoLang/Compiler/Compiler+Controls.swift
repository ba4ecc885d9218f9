// Controls: `let k = slider(1...6, 2)` at the top level, where `slider` is a built-in that is marked as a
// control.

extension Compiler {
  /// The control that a callee names; nil if it is another function, or may be a function of the program.
  func controlFunction(_ callee: Expr) throws -> NativeFunction? {
    guard case .name(let name) = callee.kind, !ownNames.contains(name),
      let builtin = globals.builtins.slots[name], globals.words[builtin].tag == .native,
      case .global(let slot) = try resolve(name), globals.flags[slot] & GlobalFlag.declared == 0,
      let function = heap.interpreter?.nativeFunction(globals.words[builtin]), function.control != nil
    else { return nil }
    return function
  }

  /// Whether a top-level declaration declares a control.
  func isControl(_ binding: Binding) -> Bool {
    guard binding.controlCall != nil, case .call(let call) = binding.value.kind else { return false }
    return ((try? controlFunction(call.callee)) ?? nil) != nil
  }

  /// The function that replaces a control function in its declaration, with the value of `--set`; nil for
  /// other declarations.
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
