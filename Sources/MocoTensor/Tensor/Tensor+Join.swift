import CKernels
import MocoBase

extension Tensor {
  /// The narrowest type that holds all.
  static func common(_ tensors: [Tensor]) -> DType {
    var type = tensors.first?.dtype ?? .float32
    for t in tensors where t.dtype != type {
      type = type == .float32 || t.dtype == .float32 ? .float32 : .int64
    }
    return type
  }

  /// Joined along an existing axis.
  ///
  /// - Throws: E0205 for no tensors, or shapes that differ elsewhere.
  public static func concat(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    guard let first = tensors.first else {
      throw Failure("E0205", "concat needs at least one tensor")
    }
    guard first.rank > 0 else {
      throw Failure(
        "E0205", "concat: tensors of rank 0 have no axis",
        help: "use stack to make a vector")
    }
    let at = try Shape.axis(axis, first.shape, for: "concat")
    var shape = first.shape
    shape[at] = 0
    for (i, t) in tensors.enumerated() {
      let fits =
        t.rank == first.rank && t.shape.indices.allSatisfy { $0 == at || t.shape[$0] == first.shape[$0] }
      guard fits else {
        throw Failure(
          "E0205",
          "concat: shape mismatch: tensor \(i) has \(Shape.text(t.shape)), the first has \(Shape.text(first.shape))",
          help: "make all dimensions except axis \(at) equal",
          operandLabels: (Shape.text(first.shape), Shape.text(t.shape)))
      }
      let (sum, overflow) = shape[at].addingReportingOverflow(t.shape[at])
      guard !overflow else { throw Failure.absurd("concat: the joined tensors") }
      shape[at] = sum
    }
    let type = common(tensors)
    let out = try Tensor(uninitialized: shape, type)
    var from = 0
    for t in tensors {
      let part = try out.sliced(axis: at, from: from, to: from + t.shape[at])
      Strided.copy(try t.cast(to: type), to: part)
      from += t.shape[at]
    }
    return out
  }

  /// Joined along a new axis.
  ///
  /// - Throws: E0205 for no tensors, or shapes that differ.
  public static func stack(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    guard let first = tensors.first else {
      throw Failure("E0205", "stack needs at least one tensor")
    }
    for (i, t) in tensors.enumerated() where t.shape != first.shape {
      throw Failure(
        "E0205",
        "stack: shape mismatch: tensor \(i) has \(Shape.text(t.shape)), the first has \(Shape.text(first.shape))",
        help: "make all shapes equal", operandLabels: (Shape.text(first.shape), Shape.text(t.shape)))
    }
    let at = try Shape.axis(axis, first.shape + [1], for: "stack")
    return try concat(tensors.map { try $0.unsqueezed(at) }, axis: at)
  }
}
