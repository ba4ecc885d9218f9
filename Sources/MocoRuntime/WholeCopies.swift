import MocoAutograd
import MocoLang
import MocoTensor

// Copies that lack nothing, for states of a notebook that are put back. Two objects that share numbers (a view and its
// tensor, a model and an optimizer of its parameters) would not share them any more: then there is no copy.

extension Variable {
  /// Whether the numbers are no other object's, which is noted.
  fileprivate func isAlone(_ memory: inout Set<ObjectIdentifier>) -> Bool {
    memory.insert(ObjectIdentifier(value.storage)).inserted
  }

  /// Gives another variable what a copy of the numbers leaves behind.
  fileprivate func giveState(to other: Variable) throws {
    if other.requiresGrad != requiresGrad { other.requiresGrad = requiresGrad }
    other.grad = try grad?.copy()
  }
}

/// Gives the copies of parameters what the copy left behind. - Returns: whether they could be copied at all.
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
