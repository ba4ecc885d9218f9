import MocoBase
import MocoTensor

// N samples, C classes, K columns of the inputs.

extension LogisticRegression {
  /// The minimum for `c`, or the point where the rule stops, by L-BFGS (Liu and Nocedal 1989) with ten pairs.
  ///
  /// Along a direction the logits change linearly, so a line search needs no matrix product; an
  /// iteration has two: the logits of the direction and the new gradient.
  /// - Parameters:
  ///   - start: the initial point, such as the minimum for a neighbouring c; nil for zeros.
  ///   - iterations: the maximum number of iterations, nil for the rule's; the fit tells whether it has converged.
  /// - Throws: E0706 for a c that is not above 0; E0405; E0406 when interrupted.
  public func minimize(c: Double, start: Fit? = nil, iterations limit: Int? = nil) throws -> Fit {
    let limit = limit ?? rule.iterations
    guard c > 0, c.isFinite else {
      throw Failure("E0706", "c is \(c)", help: "use a number above 0, such as 0.316", argument: "c")
    }
    let state = try Doubles(stateCount)
    if let start, start.state.count == stateCount {
      for i in 0..<stateCount { state.base[i] = start.state[i] }
    }
    let gradient = try Doubles(stateCount)
    let direction = try Doubles(stateCount)
    let logits = try Doubles(count * classes)
    let change = try Doubles(count * classes)
    let residual = try Doubles(count * classes)
    var memory = try CurvatureMemory(count: stateCount, pairs: 10)

    try product(state, into: logits)
    var losses = residuals(logits, into: residual)
    var value = weightProduct(state, state) / 2 + c * losses
    try self.gradient(residual, state, c, into: gradient)
    let first = gradient.dot(gradient).squareRoot()
    var (iteration, isConverged, error) = (0, false, 0.0)
    var gain = Double.infinity
    while true {
      let length = max(weightProduct(state, state), 0).squareRoot()
      let slope = gradient.dot(gradient).squareRoot()
      error = slope == 0 ? 0 : slope / length
      switch rule {
      // The second: the rounding error of a gradient with W zero at the minimum.
      case .minimum: isConverged = slope <= max(1e-4 * length, 1e-13 * first)
      case .published: isConverged = gradient.largest() <= 1e-4 * c * Double(count) || gain <= 64 * 0x1p-52
      }
      if isConverged || iteration >= limit { break }
      memory.direction(gradient, into: direction)
      var along = gradient.dot(direction)
      if !(along < 0) {
        memory.forget()
        memory.direction(gradient, into: direction)
        along = gradient.dot(direction)
      }
      try product(direction, into: change)
      let line = Line(
        logits: logits, change: change, c: c, weights: weightProduct(state, direction),
        length: weightProduct(direction, direction), losses: losses, value: value, slope: along)
      let step: Double?
      switch rule {
      case .minimum: step = try newtonStep(line, first: memory.isEmpty ? nil : 1)
      case .published: step = try wolfeStep(line, first: memory.isEmpty ? 1 / slope : 1)
      }
      guard let step else { break }
      memory.begin(gradient)
      state.add(step, direction)
      if iteration % 64 == 63 {
        // Sums of many steps have lost some digits.
        try product(state, into: logits)
      } else {
        logits.add(step, change)
      }
      losses = residuals(logits, into: residual)
      let next = weightProduct(state, state) / 2 + c * losses
      // Relative to the mean loss, or to 1.
      gain = (value - next) / max(abs(value), abs(next), c * Double(count))
      value = next
      try self.gradient(residual, state, c, into: gradient)
      memory.finish(step, direction, gradient)
      iteration += 1
    }
    return fit(
      state, c: c, objective: value, error: error, iterations: iteration, isConverged: isConverged)
  }

  // MARK: Products

  /// logits = inputs · statesᵀ. Shape: [N, C].
  private func product(_ state: Doubles, into logits: Doubles) throws {
    let columns = width + 1
    Gemm.run(
      false, true, m: count, n: classes, k: columns, alpha: 1, a: inputs.base, lda: columns, b: state.base,
      ldb: columns, beta: 0, c: logits.base, ldc: classes)
    try Cancellation.check()
  }

  /// ∇ = W (0 for the intercepts) + c residualᵀ · inputs. Shape: [C, K].
  private func gradient(_ residual: Doubles, _ state: Doubles, _ c: Double, into gradient: Doubles) throws {
    let columns = width + 1
    gradient.copy(from: state)
    for k in 0..<classes { gradient.base[k * columns + width] = 0 }
    Gemm.run(
      true, false, m: classes, n: columns, k: count, alpha: c, a: residual.base, lda: classes, b: inputs.base,
      ldb: columns, beta: 1, c: gradient.base, ldc: columns)
    try Cancellation.check()
  }

  /// Σ over weights, without the intercepts.
  private func weightProduct(_ a: Doubles, _ b: Doubles) -> Double {
    var sum = a.dot(b)
    let columns = width + 1
    for k in 0..<classes { sum -= a.base[k * columns + width] * b.base[k * columns + width] }
    return sum
  }

  // MARK: Rows

  private static let rowsOfTask = 64

  /// residual = softmax(logits) − one-hot; the sum of cross-entropies.
  private func residuals(_ logits: Doubles, into residual: Doubles) -> Double {
    rowSums(1) { row, sums in
      let z = logits.base + row * classes
      let out = residual.base + row * classes
      var largest = z[0]
      for k in 1..<classes { largest = max(largest, z[k]) }
      for k in 0..<classes { out[k] = z[k] - largest }
      Kernels.exp(out, out, count: classes)
      var total = 0.0
      for k in 0..<classes { total += out[k] }
      for k in 0..<classes { out[k] /= total }
      let label = labels[row]
      out[label] -= 1
      sums[0] += ExactMath.log(total) + largest - z[label]
    }[0]
  }

  /// Sums over rows, in an order that does not depend on threads.
  func rowSums(_ width: Int, _ body: (Int, UnsafeMutablePointer<Double>) -> Void) -> [Double] {
    let tasks = (count - 1) / LogisticRegression.rowsOfTask + 1
    var parts = [Double](repeating: 0, count: tasks * width)
    parts.withUnsafeMutableBufferPointer { parts in
      guard let base = parts.baseAddress else { return }
      // - Safety: each task works on its own part, and the caller waits for all of them.
      nonisolated(unsafe) let (out, body) = (base, body)
      Parallel.chunks(count, size: LogisticRegression.rowsOfTask) { rows in
        let own = out + rows.lowerBound / LogisticRegression.rowsOfTask * width
        for row in rows { body(row, own) }
      }
    }
    var sums = [Double](repeating: 0, count: width)
    for (i, value) in parts.enumerated() { sums[i % width] += value }
    return sums
  }
}
