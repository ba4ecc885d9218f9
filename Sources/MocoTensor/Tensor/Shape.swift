import MocoBase

/// Arithmetic on shapes that neither traps nor wraps.
public enum Shape {
  /// More than programs need, and few enough that work for each pair of dimensions is negligible.
  public static let mostDimensions = 64

  /// Number of elements.
  ///
  /// - Throws: E0205 for a negative size, E0405 for more elements than memory can address.
  public static func count(_ shape: [Int]) throws -> Int {
    guard shape.count <= mostDimensions else {
      throw Failure("E0205", "too many dimensions: \(shape.count); a tensor has at most \(mostDimensions)")
    }
    var total = 1
    var empty = false
    var over = false
    for size in shape {
      guard size >= 0 else {
        throw Failure(
          "E0205", "\(size) is not a valid size in a shape",
          help: "use sizes of at least 0; the shape is \(text(shape))")
      }
      if size == 0 { empty = true }
      let (product, overflow) = total.multipliedReportingOverflow(by: max(size, 1))
      total = overflow ? Int.max : product
      over = over || overflow
    }
    // An empty tensor may be very long in another dimension; strides must still fit.
    guard !over, total <= Int.max / 16 else {
      throw Failure(
        "E0405", "a tensor of shape \(text(shape)) is too large for memory",
        help: "use a smaller size")
    }
    return empty ? 0 : total
  }

  /// Row-major strides in elements.
  package static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var i = shape.count - 1
    while i > 0 {
      strides[i - 1] = strides[i] * max(shape[i], 1)
      i -= 1
    }
    return strides
  }

  /// `[32, 512]`.
  public static func text(_ shape: [Int]) -> String {
    "[" + shape.map(String.init).joined(separator: ", ") + "]"
  }

  /// The common shape after broadcasting, as in NumPy; nil if the shapes do not broadcast.
  public static func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    var result = [Int](repeating: 1, count: rank)
    for i in 0..<rank {
      let x = i < rank - a.count ? 1 : a[i - (rank - a.count)]
      let y = i < rank - b.count ? 1 : b[i - (rank - b.count)]
      guard x == y || x == 1 || y == 1 else { return nil }
      result[i] = x == 1 ? y : x
    }
    return result
  }

  /// The common shape after broadcasting, as in NumPy.
  ///
  /// - Throws: E0204 naming both shapes and the dimension.
  package static func broadcast(_ a: [Int], _ b: [Int], for operation: String) throws -> [Int] {
    if let shape = broadcast(a, b) { return shape }
    let rank = max(a.count, b.count)
    var found = ""
    var help: String?
    for back in 1...rank {
      let x = back <= a.count ? a[a.count - back] : 1
      let y = back <= b.count ? b[b.count - back] : 1
      guard x != y, x != 1, y != 1 else { continue }
      found =
        "size \(x) on the left, \(y) on the right in \(back == 1 ? "the last dimension" : "dimension \(-back)")"
      break
    }
    // A vector that would match the rows of the other side is the common case.
    if b.count == 1, let n = b.first, let axis = a.lastIndex(of: n), axis < a.count - 1 {
      help =
        "reshape the right side to \(text([n] + [Int](repeating: 1, count: a.count - 1 - axis)))"
        + " to use it along dimension \(axis) of the left"
    } else if a.count == 1, let n = a.first, let axis = b.lastIndex(of: n), axis < b.count - 1 {
      help =
        "reshape the left side to \(text([n] + [Int](repeating: 1, count: b.count - 1 - axis)))"
        + " to use it along dimension \(axis) of the right"
    } else {
      help = "make the sizes equal, or one of them 1, counted from the last dimension"
    }
    throw Failure(
      "E0204", "\(operation): shapes \(text(a)) and \(text(b)) do not broadcast: \(found)",
      help: help,
      operandLabels: (text(a), text(b)))
  }

  /// An axis counted from either end, as an index.
  ///
  /// - Throws: E0205 naming operation, axis and shape.
  public static func axis(_ axis: Int, _ shape: [Int], for operation: String) throws -> Int {
    let rank = shape.count
    let index = axis < 0 ? axis &+ rank : axis
    guard index >= 0, index < rank else {
      throw Failure(
        "E0205", "\(operation): axis \(axis) does not exist in shape \(text(shape))",
        help: rank == 0
          ? "a scalar has no axes" : "use an axis from 0 to \(rank - 1), or from -1 back to -\(rank)")
    }
    return index
  }
}
