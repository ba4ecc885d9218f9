import MocoTensor

/// Operations on variables, each with its gradient.
///
/// Shapes and errors are those of the tensor library, which computes the values. This type adds
/// the gradients. An operation on variables that need no gradient costs no more than the tensor's.
public enum F {
  static func constant(_ value: Float) throws -> Variable { Variable(try Tensor(value)) }

  /// One input, one rule; `saved` lists the tensors that the rule reads and others may write to.
  static func unary(
    _ name: String, _ x: Variable, _ value: Tensor, saved: [Tensor] = [],
    _ rule: @escaping (Tensor) throws -> Tensor
  ) -> Variable {
    guard x.isTracked else { return Variable(value) }
    return Variable.custom(name, inputs: [x], value: value, saved: saved) { grad, _ in [try rule(grad)] }
  }
}

extension Variable {
  /// Whether an operation on this is recorded. An unrecorded operation on a trainable variable is counted.
  var isTracked: Bool {
    guard requiresGrad else { return false }
    if Autograd.isEnabled { return true }
    UnrecordedUses.note()
    return false
  }
}
