import MocoAutograd
import MocoLang
import MocoTensor

// Complete copies, for states of a notebook that are restored. Two objects that share numbers (a view and its
// tensor, a model and an optimizer of its parameters) would no longer share them: then no copy is made.

extension Variable {
  /// Whether the numbers belong to no other object; the owner is recorded.
  fileprivate func isAlone(_ memory: inout Set<ObjectIdentifier>) -> Bool {
    memory.insert(ObjectIdentifier(value.storage)).inserted
  }

  /// Copies the remaining state of a variable, besides its numbers.
  fileprivate func giveState(to other: Variable) throws {
    if other.requiresGrad != requiresGrad { other.requiresGrad = requiresGrad }
    other.grad = try grad?.copy()
  }
}

/// Copies the remaining state of the parameters. - Returns: whether they could be copied.
private func giveState(
  _ own: [Variable], to copies: [Variable], _ memory: inout Set<ObjectIdentifier>
) throws -> Bool {
  guard own.count == copies.count else { return false }
  for (old, new) in zip(own, copies) {
    guard old.isAlone(&memory) else { return false }
    try old.giveState(to: new)
  }
  return true
}

extension TensorValue {
  func copiedWhole(_ memory: inout Set<ObjectIdentifier>) throws -> AnyValue? {
    guard variable.isLeaf, parts == nil, variable.isAlone(&memory) else { return nil }
    let copy = Variable(try tensor.copy())
    try variable.giveState(to: copy)
    return .host(TensorValue(copy))
  }
}

extension ModelValue {
  func copiedWhole(_ memory: inout Set<ObjectIdentifier>) throws -> AnyValue? {
    guard let copy: ModelValue = try copied()?.asHost() else { return nil }
    copy.idle = idle
    let (own, others) = (model.trainableParameters, copy.model.trainableParameters)
    guard try giveState(own.map(\.variable), to: others.map(\.variable), &memory) else { return nil }
    return .host(copy)
  }
}

extension SoftPromptsValue {
  func copiedWhole(_ memory: inout Set<ObjectIdentifier>) throws -> AnyValue? {
    let copy = SoftPromptsValue(try prompts.copy())
    let (own, others) = (prompts.parameters, copy.prompts.parameters)
    guard try giveState(own.map(\.variable), to: others.map(\.variable), &memory) else { return nil }
    return .host(copy)
  }
}

extension RouterValue {
  func copiedWhole(_ memory: inout Set<ObjectIdentifier>) throws -> AnyValue? {
    let copy = RouterValue(try router.copy())
    let (own, others) = (router.parameters, copy.router.parameters)
    guard try giveState(own.map(\.variable), to: others.map(\.variable), &memory) else { return nil }
    return .host(copy)
  }
}
