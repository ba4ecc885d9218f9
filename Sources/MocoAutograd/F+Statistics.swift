import MocoBase
import MocoTensor

extension F {
  /// The cumulative sums along an axis. Shape: that of `x`.
  ///
  /// - Throws: E0205, E0402.
  public static func cumulativeSum(_ x: Variable, axis: Int) throws -> Variable {
    unary("cumsum", x, try x.value.cumulativeSum(axis: axis)) {
      try $0.cumulativeSum(axis: axis, reversed: true)
    }
  }

  /// The differences of consecutive elements along an axis, which becomes one shorter.
  ///
  /// - Throws: E0205, E0402.
  public static func difference(_ x: Variable, axis: Int) throws -> Variable {
    let at = try Shape.axis(axis, x.shape, for: "diff")
    let count = x.shape[at]
    guard count > 0 else { return x }
    return try sub(
      slice(x, axis: at, from: 1, to: count), slice(x, axis: at, from: 0, to: count - 1))
  }

  /// The quantiles of an axis: linear interpolation between the two numbers next to position q · (n − 1) in
  /// sorted order. The result is nan if any number is nan. The gradient goes to those two numbers.
  ///
  /// - Shape: `x` with the axis as 1; one result for each share.
  /// - Throws: E0205 for an axis that does not exist or is empty.
  public static func quantiles(_ x: Variable, _ shares: [Double], axis: Int) throws -> [Variable] {
    let at = try Shape.axis(axis, x.shape, for: "quantile")
    let count = x.shape[at]
    guard count > 0 else {
      throw Failure(
        "E0205", "quantile of an empty tensor: shape \(Shape.text(x.shape)) is empty along axis \(at)")
    }
    let ordered = try sorted(x, axis: at, descending: false).values
    func element(_ place: Int) throws -> Variable { try slice(ordered, axis: at, from: place, to: place + 1) }
    // nan comes last.
    let last = try element(count - 1)
    let isNumber = try Tensor.compare(.equal, last.value, last.value)
    return try shares.map { share in
      let place = Swift.min(Swift.max(share, 0), 1) * Double(count - 1)
      let below = Int(place.rounded(.down))
      let part = Float(place - Double(below))
      var result = try element(below)
      if part > 0 {
        let above = try element(below + 1)
        // Equal numbers need no sum, which would be nan for infinite ones.
        let isEqual = try Tensor.compare(.equal, result.value, above.value)
        let between = try add(scale(result, 1 - part), scale(above, part))
        result = try select(isEqual, result, between)
      }
      return try select(isNumber, result, last)
    }
  }
}
