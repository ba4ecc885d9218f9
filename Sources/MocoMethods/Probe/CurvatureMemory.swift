/// The last steps and their gradient changes: an estimate of the curvature.
struct CurvatureMemory {
  private var steps: [Doubles] = []
  private var changes: [Doubles] = []
  private var products: [Double] = []
  /// Indices in the order of age.
  private var order: [Int] = []
  private var free: [Int] = []
  private let before: Doubles

  /// - Throws: E0405.
  init(count: Int, pairs: Int) throws {
    for place in 0..<pairs {
      steps.append(try Doubles(count))
      changes.append(try Doubles(count))
      free.append(place)
    }
    products = [Double](repeating: 0, count: pairs)
    before = try Doubles(count)
  }

  var isEmpty: Bool { order.isEmpty }

  mutating func forget() {
    free += order
    order = []
  }

  /// −H ∇ by the two loops over the pairs.
  func direction(_ gradient: Doubles, into out: Doubles) {
    out.copy(from: gradient)
    var factors: [Double] = []
    for place in order.reversed() {
      let factor = steps[place].dot(out) / products[place]
      factors.append(factor)
      out.add(-factor, changes[place])
    }
    var scale = 1.0
    if let last = order.last { scale = products[last] / changes[last].dot(changes[last]) }
    for i in 0..<out.count { out.base[i] *= scale }
    for (place, factor) in zip(order, factors.reversed()) {
      out.add(factor - changes[place].dot(out) / products[place], steps[place])
    }
    for i in 0..<out.count { out.base[i] = -out.base[i] }
  }

  mutating func begin(_ gradient: Doubles) { before.copy(from: gradient) }

  mutating func finish(_ step: Double, _ direction: Doubles, _ gradient: Doubles) {
    let place = free.popLast() ?? order.removeFirst()
    for i in 0..<direction.count {
      steps[place].base[i] = step * direction.base[i]
      changes[place].base[i] = gradient.base[i] - before.base[i]
    }
    let product = steps[place].dot(changes[place])
    // The objective is convex: only rounding can make this non-positive.
    guard product > 0, product.isFinite else {
      free.append(place)
      return
    }
    products[place] = product
    order.append(place)
  }
}
