import MocoTensor

/// Operations on variables, each with its gradient.
///
/// Shapes follow the tensor library, and so do errors. Values are computed by it; what is added here is
/// the way back. An operation on variables that need no gradient costs no more than the tensor's.
public enum F {
  static func constant(_ value: Float) throws -> Variable { Variable(try Tensor(value)) }

  /// One input, one rule; `saved` is what the rule reads of memory that others may write to.
  static func unary(
    _ name: String, _ x: Variable, _ value: Tensor, saved: [Tensor] = [],
    _ rule: @escaping (Tensor) throws -> Tensor
  ) -> Variable {
    guard x.isTracked else { return Variable(value) }
    return Variable.custom(name, inputs: [x], value: value, saved: saved) { grad, _ in [try rule(grad)] }
  }
}

extension Variable {
  /// Whether an operation on this is recorded; one that is not, although this trains, is noted.
  var isTracked: Bool {
    guard requiresGrad else { return false }
    if Autograd.isEnabled { return true }
    UnrecordedUses.note()
    return false
  }
}
