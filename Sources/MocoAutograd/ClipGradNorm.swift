import CKernels
import MocoBase
import MocoTensor

extension Autograd {
  /// Scales the gradients of all variables together so that their norm is at most `limit`.
  ///
  /// - Returns: the norm before. If it is not finite, the gradients are not changed.
  /// - Throws: E0205 for a limit that is not positive.
  @discardableResult
  public static func clipGradNorm(_ variables: [Variable], _ limit: Float) throws -> Float {
    guard limit > 0 else {
      throw Failure("E0205", "clip_grad_norm: the limit must be positive, not \(limit)")
    }
    var squares = 0.0
    for variable in variables {
      guard let grad = variable.grad else { continue }
      squares += try grad.withFloats { values in
        values.baseAddress.map { moco_dot($0, $0, values.count) } ?? 0
      }
    }
    let norm = Float(squares.squareRoot())
    guard norm.isFinite, norm > limit else { return norm }
    for variable in variables {
      guard let grad = variable.grad else { continue }
      variable.grad = try grad.affine(limit / norm)
    }
    return norm
  }
}
