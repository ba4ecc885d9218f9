import MocoBase
import MocoTensor

extension F {
  /// The sum of all elements, formed in double precision.
  ///
  /// - Shape: [..] → []
  /// - Throws: E0402 when integers overflow.
  public static func sum(_ x: Variable) throws -> Variable {
    let shape = x.shape
    return unary("sum", x, try x.value.sum()) { try $0.expanded(to: shape) }
  }

  /// The sum along one axis, counted from the end when negative; `keep` leaves it as size 1.
  ///
  /// - Throws: E0205 for an axis that does not exist, E0402 when integers overflow.
  public static func sum(_ x: Variable, axis: Int, keep: Bool = false) throws -> Variable {
    try sum(x, axes: [axis], keep: keep)
  }

  /// The sum over several axes; `keep` leaves each as size 1.
  ///
  /// - Throws: E0205 for an axis that does not exist or is duplicated, E0402 when integers overflow.
  public static func sum(_ x: Variable, axes: [Int], keep: Bool = false) throws -> Variable {
    let value = try x.value.sum(axes: axes, keep: keep)
    guard x.isTracked else { return Variable(value) }
    let shape = x.shape
    let kept = try F.kept(shape, axes, "sum")
    return unary("sum", x, value) { try $0.reshaped(kept).expanded(to: shape) }
  }

  /// The mean of all elements, as float32.
  ///
  /// - Shape: [..] → []
  /// - Throws: E0205 for an empty tensor.
  public static func mean(_ x: Variable) throws -> Variable {
    let shape = x.shape
    let share = 1 / Float(Swift.max(x.value.count, 1))
    return unary("mean", x, try x.value.mean()) { try $0.affine(share).expanded(to: shape) }
  }

  /// The mean along one axis, counted from the end when negative; `keep` leaves it as size 1.
  ///
  /// - Throws: E0205 for an axis that is empty or does not exist.
  public static func mean(_ x: Variable, axis: Int, keep: Bool = false) throws -> Variable {
    try mean(x, axes: [axis], keep: keep)
  }

  /// The mean over several axes; `keep` leaves each as size 1.
  ///
  /// - Throws: E0205 for an axis that is empty, does not exist or is duplicated.
  public static func mean(_ x: Variable, axes: [Int], keep: Bool = false) throws -> Variable {
    // The sum rejects a duplicate axis, so the product is at most the number of elements.
    let total = try sum(x, axes: axes, keep: keep)
    let n = try axes.reduce(1) { $0 * x.shape[try Shape.axis($1, x.shape, for: "mean")] }
    guard n > 0 else {
      throw Failure(
        "E0205", "mean of an empty tensor: shape \(Shape.text(x.shape)) is empty along these axes")
    }
    return try scale(total, 1 / Float(n))
  }

  /// The variance along an axis, Σ (x − mean)² / (n − correction), as float32.
  ///
  /// `correction` is `ddof` in NumPy: 1 is Bessel's correction, an unbiased estimate from a sample; 0 is
  /// the population variance.
  ///
  /// - Throws: E0205 for an axis that does not exist, or has no more than `correction` elements.
  public static func variance(
    _ x: Variable, axis: Int, keep: Bool = false, correction: Int = 1
  ) throws -> Variable {
    let n = x.shape[try Shape.axis(axis, x.shape, for: "var")]
    guard n > correction else {
      throw Failure("E0205", "var needs more than \(correction) elements along axis \(axis), found \(n)")
    }
    let centered = try sub(x, mean(x, axis: axis, keep: true))
    return try scale(sum(square(centered), axis: axis, keep: keep), 1 / Float(n - correction))
  }

  /// The shape with the reduced axes as 1.
  static func kept(_ shape: [Int], _ axes: [Int], _ operation: String) throws -> [Int] {
    var kept = shape
    for axis in axes { kept[try Shape.axis(axis, shape, for: operation)] = 1 }
    return kept
  }

  /// Largest or smallest along an axis; the gradient goes to the first one.
  public static func extreme(
    _ sign: Tensor.Extreme, _ x: Variable, axis: Int, keep: Bool = false
  ) throws -> (values: Variable, indices: Tensor) {
    let (values, indices) = try x.value.extreme(sign, axis: axis, keep: true)
    let all = picked(sign == .max ? "max" : "min", x, axis, values, indices)
    if keep { return (all, indices) }
    return (try squeeze(all, axis), try indices.squeezed(axis))
  }

  /// The largest elements along an axis; the gradient goes to the first of equal ones. NaN takes precedence.
  ///
  /// - Throws: E0205 for an axis that is empty or does not exist.
  public static func max(_ x: Variable, axis: Int, keep: Bool = false) throws -> Variable {
    try extreme(.max, x, axis: axis, keep: keep).values
  }

  /// The smallest elements along an axis; the gradient goes to the first of equal ones. NaN takes precedence.
  ///
  /// - Throws: E0205 for an axis that is empty or does not exist.
  public static func min(_ x: Variable, axis: Int, keep: Bool = false) throws -> Variable {
    try extreme(.min, x, axis: axis, keep: keep).values
  }

  /// The largest of all elements, shape []; the gradient goes to the first of equal ones.
  ///
  /// - Throws: E0205 for an empty tensor.
  public static func max(_ x: Variable) throws -> Variable { try max(reshape(x, [x.value.count]), axis: 0) }
  /// The smallest of all elements, shape []; the gradient goes to the first of equal ones.
  ///
  /// - Throws: E0205 for an empty tensor.
  public static func min(_ x: Variable) throws -> Variable { try min(reshape(x, [x.value.count]), axis: 0) }
}
