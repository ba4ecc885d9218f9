import MocoBase
import MocoTensor

// N samples, C classes.

extension LogisticRegression {
  /// The objective along a direction.
  struct Line {
    /// The initial logits, and the change for a step of 1. Shape: [N, C].
    let logits: Doubles
    let change: Doubles
    let c: Double
    /// ⟨W, direction⟩ and ⟨direction, direction⟩ over weights.
    let weights: Double
    let length: Double
    /// The initial Σ CE, objective and derivative.
    let losses: Double
    let value: Double
    let slope: Double
  }

  /// The objective at a step.
  struct Point {
    let step: Double
    /// The increase from the initial value.
    let rise: Double
    let slope: Double
    let curvature: Double
  }

  private func point(_ line: Line, at step: Double) throws -> Point {
    try Cancellation.check()
    let sums = rowSums(3) { row, sums in lineSums(row, line, step, sums) }
    return Point(
      step: step,
      rise: line.c * (sums[0] - line.losses) + step * (line.weights + step * line.length / 2),
      slope: line.weights + step * line.length + line.c * sums[1],
      curvature: line.length + line.c * sums[2])
  }

  /// One row's cross-entropy at a step, with its first and second derivative.
  private func lineSums(_ row: Int, _ line: Line, _ step: Double, _ sums: UnsafeMutablePointer<Double>) {
    let z = line.logits.base + row * classes
    let d = line.change.base + row * classes
    var largest = -Double.infinity
    for k in 0..<classes { largest = max(largest, z[k] + step * d[k]) }
    var (total, first, second) = (0.0, 0.0, 0.0)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) { p in
      guard let base = p.baseAddress else { return }
      for k in 0..<classes { (base + k).initialize(to: z[k] + step * d[k] - largest) }
      Kernels.exp(base, base, count: classes)
      for k in 0..<classes {
        total += base[k]
        first += base[k] * d[k]
        second += base[k] * d[k] * d[k]
      }
    }
    let label = labels[row]
    let mean = first / total
    sums[0] += ExactMath.log(total) + largest - z[label] - step * d[label]
    sums[1] += mean - d[label]
    sums[2] += max(second / total - mean * mean, 0)
  }

  // MARK: To the minimum

  /// By Newton's method, a step at which the derivative is a tenth of its initial value and the objective is not higher; nil
  /// if rounding prevents it.
  func newtonStep(_ line: Line, first: Double?) throws -> Double? {
    var (low, high) = (0.0, Double.infinity)
    var step = first ?? 0
    for _ in 0..<80 {
      let point = try point(line, at: step)
      let isHigher = point.rise > 1e-12 * abs(line.value)
      if step > 0, abs(point.slope) <= 0.1 * abs(line.slope), !isHigher { return step }
      if point.slope < 0, !isHigher { low = step } else { high = step }
      var next = point.curvature > 0 ? step - point.slope / point.curvature : .nan
      if high == .infinity, step > 0 { next = min(next, 10 * step) }
      if !(next > low && next < high) { next = high < .infinity ? (low + high) / 2 : max(2 * step, 1e-12) }
      guard next != step, next.isFinite else { return nil }
      step = next
    }
    return nil
  }

  // MARK: As published

  /// A step by the search of Moré and Thuente (1994) with the constants of L-BFGS-B: the objective lies below a
  /// line with a thousandth of the initial slope, and the derivative is nine tenths of it or less. nil
  /// if there is none.
  func wolfeStep(_ line: Line, first: Double) throws -> Double? {
    let wanted = 1e-3 * line.slope
    var best = Point(step: 0, rise: 0, slope: line.slope, curvature: 0)
    var other = best
    var (isBracketed, isFirstStage) = (false, true)
    var (width, widthBefore) = (1e10, 2e10)
    var (low, high) = (0.0, 5 * first)
    var step = first
    for _ in 0..<50 {
      let point = try point(line, at: step)
      let allowed = step * wanted
      if isFirstStage, point.rise <= allowed, point.slope >= 0 { isFirstStage = false }
      if point.rise <= allowed, abs(point.slope) <= 0.9 * -line.slope { return step }
      if isBracketed, step <= low || step >= high || high - low <= 0.1 * high {
        return best.step > 0 ? best.step : nil
      }
      if isFirstStage, point.rise <= best.rise, point.rise > allowed {
        // The objective minus the line that it must be below.
        var (tiltedBest, tiltedOther) = (best.tilted(wanted), other.tilted(wanted))
        step = Point.next(
          best: &tiltedBest, other: &tiltedOther, point.tilted(wanted), &isBracketed, low, high)
        (best, other) = (tiltedBest.tilted(-wanted), tiltedOther.tilted(-wanted))
      } else {
        step = Point.next(best: &best, other: &other, point, &isBracketed, low, high)
      }
      if isBracketed {
        if abs(other.step - best.step) >= 0.66 * widthBefore {
          step = best.step + 0.5 * (other.step - best.step)
        }
        (widthBefore, width) = (width, abs(other.step - best.step))
        (low, high) = (min(best.step, other.step), max(best.step, other.step))
      } else {
        low = step + 1.1 * (step - best.step)
        high = step + 4 * (step - best.step)
      }
      guard step.isFinite, step > 0 else { return nil }
      if isBracketed, step <= low || step >= high || high - low <= 0.1 * high { step = best.step }
      guard step > 0 else { return nil }
    }
    return nil
  }
}

extension LogisticRegression.Point {
  /// The same for the function minus a line through the initial point.
  fileprivate func tilted(_ slope: Double) -> Self {
    Self(step: step, rise: rise - step * slope, slope: self.slope - slope, curvature: curvature)
  }

  /// The next step by the four cases of Moré and Thuente, and the interval that contains a minimum.
  fileprivate static func next(
    best: inout Self, other: inout Self, _ new: Self, _ isBracketed: inout Bool, _ low: Double, _ high: Double
  ) -> Double {
    let span = new.step - best.step
    let turn = new.slope * (best.slope < 0 ? -1.0 : 1.0)
    let next: Double
    /// The middle of the cubic's and the secant's formulas: θ and γ of the cubic through two points.
    func cubic(_ a: Self, _ b: Self, bounded: Bool = false) -> (theta: Double, gamma: Double) {
      let theta = 3 * (a.rise - b.rise) / (b.step - a.step) + a.slope + b.slope
      let scale = max(abs(theta), abs(a.slope), abs(b.slope))
      let square = (theta / scale) * (theta / scale) - (a.slope / scale) * (b.slope / scale)
      return (theta, scale * (bounded ? max(square, 0) : square).squareRoot())
    }
    if new.rise > best.rise {
      // Higher: the minimum is in between.
      let (theta, root) = cubic(best, new)
      let gamma = new.step < best.step ? -root : root
      let ratio = (gamma - best.slope + theta) / (gamma - best.slope + gamma + new.slope)
      let byCubic = best.step + ratio * span
      let byQuadratic = best.step + best.slope / ((best.rise - new.rise) / span + best.slope) / 2 * span
      next =
        abs(byCubic - best.step) < abs(byQuadratic - best.step)
        ? byCubic : byCubic + (byQuadratic - byCubic) / 2
      isBracketed = true
    } else if turn < 0 {
      // The slope has changed its sign: in between as well.
      let (theta, root) = cubic(best, new)
      let gamma = new.step > best.step ? -root : root
      let ratio = (gamma - new.slope + theta) / (gamma - new.slope + gamma + best.slope)
      let byCubic = new.step + ratio * (best.step - new.step)
      let bySecant = new.step + new.slope / (new.slope - best.slope) * (best.step - new.step)
      next = abs(byCubic - new.step) > abs(bySecant - new.step) ? byCubic : bySecant
      isBracketed = true
    } else if abs(new.slope) < abs(best.slope) {
      // Flatter.
      let (theta, root) = cubic(best, new, bounded: true)
      let gamma = new.step > best.step ? -root : root
      let ratio = (gamma - new.slope + theta) / (gamma + (best.slope - new.slope) + gamma)
      let byCubic =
        ratio < 0 && gamma != 0
        ? new.step + ratio * (best.step - new.step) : new.step > best.step ? high : low
      let bySecant = new.step + new.slope / (new.slope - best.slope) * (best.step - new.step)
      if isBracketed {
        let near = abs(byCubic - new.step) < abs(bySecant - new.step) ? byCubic : bySecant
        let bound = new.step + 0.66 * (other.step - new.step)
        next = new.step > best.step ? min(bound, near) : max(bound, near)
      } else {
        let far = abs(byCubic - new.step) > abs(bySecant - new.step) ? byCubic : bySecant
        next = max(low, min(high, far))
      }
    } else if isBracketed {
      let (theta, root) = cubic(new, other)
      let gamma = new.step > other.step ? -root : root
      let ratio = (gamma - new.slope + theta) / (gamma - new.slope + gamma + other.slope)
      next = new.step + ratio * (other.step - new.step)
    } else {
      next = new.step > best.step ? high : low
    }
    if new.rise > best.rise {
      other = new
    } else {
      if turn < 0 { other = best }
      best = new
    }
    return next
  }
}
