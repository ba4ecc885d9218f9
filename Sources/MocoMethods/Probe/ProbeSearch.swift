import MocoBase
import MocoTensor

// V validation images, C classes, D feature width.

/// The search for c of CoOp's program for linear probes, on validation images.
///
/// First 1e6, 1e4, … 1e-6, and the best of them, the first in case of a tie. Then eight rounds over the range from a
/// tenth of it to ten times it: both ends are fitted, the better one is kept (the left in case of a tie), and the other
/// moves to the middle of their logarithms. With the published rule, and fits from zeros, it gives the results of that
/// program.
public struct ProbeSearch: Sendable {
  /// The values that are tried first.
  public static let grid: [Double] = [1e6, 1e4, 1e2, 1, 1e-2, 1e-4, 1e-6]
  /// The number of halvings of the range around the best.
  public static let rounds = 8
  /// Each c is fitted once.
  public static let mostFits = grid.count + rounds + 1

  /// A value of c that was fitted.
  public struct Trial: Sendable {
    /// The weight of the data.
    public let c: Double
    /// On the validation images, 0…1.
    public let accuracy: Double
    /// Whether its fit converged.
    public let isConverged: Bool
  }

  /// In the order of the search, each c once.
  public private(set) var trials: [Trial] = []
  /// The c that each round kept.
  public private(set) var kept: [Double] = []

  /// A search without trials.
  package init() {}

  /// - Parameters:
  ///   - validation: Shape: [V, D], with V labels.
  ///   - round: called with the fit that each round keeps.
  ///   - progress: called with the number of fits so far.
  /// - Returns: the fit that the last round kept.
  /// - Throws: the errors of `minimize`.
  package mutating func run(
    _ regression: LogisticRegression, validation: ProbeSamples, iterations: Int,
    round: (LogisticRegression.Fit) throws -> Void = { _ in }, progress: (Int) -> Void = { _ in }
  ) throws -> LogisticRegression.Fit {
    var fits: [Double: (fit: LogisticRegression.Fit, accuracy: Double)] = [:]
    // Small c are fast, and each minimum is a good initial point for the next.
    for c in ProbeSearch.grid.reversed() {
      fits[c] = try ProbeSearch.fit(regression, c, validation, iterations, near: fits)
      progress(fits.count)
    }
    for c in ProbeSearch.grid { note(fits[c]) }
    var best = ProbeSearch.grid[0]
    for c in ProbeSearch.grid where fits[c]?.accuracy ?? 0 > fits[best]?.accuracy ?? 0 { best = c }
    var (left, right) = (0.1 * best, 10 * best)
    var last = fits[best]
    for _ in 0..<ProbeSearch.rounds {
      for c in [left, right] where fits[c] == nil {
        fits[c] = try ProbeSearch.fit(regression, c, validation, iterations, near: fits)
        note(fits[c])
        progress(fits.count)
      }
      guard let a = fits[left], let b = fits[right] else { break }
      let middle = (left * right).squareRoot()
      if a.accuracy < b.accuracy { left = middle } else { right = middle }
      let keeps = a.accuracy < b.accuracy ? b : a
      last = keeps
      kept.append(keeps.fit.c)
      try round(keeps.fit)
    }
    guard let last else { throw Failure("E0706", "the search for c found nothing") }
    return last.fit
  }

  private mutating func note(_ tried: (fit: LogisticRegression.Fit, accuracy: Double)?) {
    guard let tried else { return }
    trials.append(Trial(c: tried.fit.c, accuracy: tried.accuracy, isConverged: tried.fit.isConverged))
  }

  /// The minimum for c, starting from the one with the nearest c.
  private static func fit(
    _ regression: LogisticRegression, _ c: Double, _ validation: ProbeSamples, _ iterations: Int,
    near fits: [Double: (fit: LogisticRegression.Fit, accuracy: Double)]
  ) throws -> (fit: LogisticRegression.Fit, accuracy: Double) {
    let known = regression.rule == .published ? [:] : fits
    let nearest = known.keys.min { (abs(ExactMath.log($0 / c)), $0) < (abs(ExactMath.log($1 / c)), $1) }
    let fit = try regression.minimize(c: c, start: nearest.flatMap { known[$0]?.fit }, iterations: iterations)
    return (fit, try validation.accuracy(fit))
  }
}

/// Labelled features in double precision.
package struct ProbeSamples {
  /// Of each sample.
  package let labels: [Int]
  private let width: Int
  private let features: Doubles

  /// - Parameter features: Shape: [V, D].
  /// - Throws: E0705 if numbers do not match; E0405.
  package init<Number: BinaryFloatingPoint>(
    features: UnsafeBufferPointer<Number>, width: Int, labels: [Int]
  ) throws {
    guard !labels.isEmpty, width > 0, features.count == labels.count.multipliedReportingOverflow(by: width).0
    else {
      throw Failure("E0705", "\(features.count) feature values do not match \(labels.count) labels")
    }
    self.labels = labels
    self.width = width
    self.features = try Doubles(features.count)
    for i in 0..<features.count { self.features.base[i] = Double(features[i]) }
  }

  /// Logits by a fit. Shape: [V, C].
  ///
  /// - Throws: E0705 for another width; E0406.
  package func logits(_ fit: LogisticRegression.Fit) throws -> [Double] {
    let classes = fit.intercepts.count
    guard fit.weights.count == classes * width, Gemm.fitsDouble(labels.count, classes, width) else {
      throw Failure("E0705", "the features have width \(width), which differs from the width of the probe")
    }
    let out = try Doubles(labels.count * classes)
    fit.weights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      Gemm.run(
        false, true, m: labels.count, n: classes, k: width, alpha: 1, a: features.base, lda: width,
        b: weights,
        ldb: width, beta: 0, c: out.base, ldc: classes)
    }
    try Cancellation.check()
    return (0..<out.count).map { out.base[$0] + fit.intercepts[$0 % classes] }
  }

  /// The place of the largest logit of each sample, the first in case of a tie.
  package func predictions(_ fit: LogisticRegression.Fit) throws -> [Int] {
    let classes = fit.intercepts.count
    let logits = try logits(fit)
    return labels.indices.map { row in
      var best = 0
      for k in 1..<max(classes, 1) where logits[row * classes + k] > logits[row * classes + best] { best = k }
      return best
    }
  }

  /// 0…1.
  package func accuracy(_ fit: LogisticRegression.Fit) throws -> Double {
    let right = zip(try predictions(fit), labels).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
    return Double(right) / Double(labels.count)
  }
}
