import Glibc
import MocoBase
import MocoTensor

// N samples, C classes, D feature width, K = D + 1: the features and a column for the intercept.

/// Logistic regression over several classes, in double precision:
///
///     minimize ½‖W‖² + c Σ_i CE(W x_i + b, y_i)
///
/// The sum is over samples, W [C, D] is regularized and b [C] is not. The minimum is unique up to a constant that
/// is added to all intercepts; here they sum to zero.
///
/// Sums have a fixed order, so the result does not depend on the number of threads.
public final class LogisticRegression {
  /// The stopping rule of the iterations.
  public enum Rule: String, Sendable, CaseIterable {
    /// At the minimum: ‖∇‖ ≤ 1e-4 ‖W‖. The objective is at least as curved as ½‖W‖², so W is no further than
    /// about this part of its length from the minimum. Features are centred internally, and the intercepts are scaled like a
    /// feature: both speed up the fit and do not change the result.
    case minimum
    /// Where scikit-learn's solver stops by default, starting from zeros: no entry of the gradient of the
    /// objective divided by c N is above 1e-4. For large c that is long before the minimum, and published searches
    /// for c used this rule.
    case published

    /// The maximum number of iterations of a fit: the limit of OpenAI's and CoOp's programs, and ten times as many for the
    /// minimum.
    public var iterations: Int { self == .published ? 1000 : 10_000 }
  }

  /// A minimum, or the last point of the iterations.
  public struct Fit: Sendable {
    /// The weight of the data.
    public let c: Double
    /// Shape: [C, D], row after row.
    public let weights: [Double]
    /// Shape: [C]; they sum to zero.
    public let intercepts: [Double]
    /// ½‖W‖² + c Σ CE.
    public let objective: Double
    /// ‖∇‖ over ‖W‖: about how far W is from the minimum, relative to itself.
    public let error: Double
    /// The number of iterations.
    public let iterations: Int
    /// Whether the fit converged by its rule.
    public let isConverged: Bool
    /// W and b in the coordinates of the iterations.
    let state: [Double]
  }

  /// The stopping rule of a fit.
  public let rule: Rule
  let count: Int
  let width: Int
  let classes: Int
  let labels: [Int]
  private let mean: [Double]
  private let interceptScale: Double
  /// The features, centred by the rule, with a column for the intercept. Shape: [N, K].
  let inputs: Doubles

  /// - Parameters:
  ///   - features: Shape: [N, D], row after row.
  ///   - labels: N indices below `classes`; every class has samples.
  /// - Throws: E0705 if numbers do not match or are not finite; E0709 for a class without samples; E0405.
  public init<Number: BinaryFloatingPoint>(
    features: UnsafeBufferPointer<Number>, width: Int, labels: [Int], classes: Int,
    rule: Rule = .minimum
  ) throws {
    guard width > 0, !labels.isEmpty, features.count == labels.count.multipliedReportingOverflow(by: width).0,
      Gemm.fitsDouble(labels.count, width + 1, classes)
    else {
      throw Failure("E0705", "\(features.count) feature values do not match \(labels.count) labels")
    }
    var samples = [Int](repeating: 0, count: max(classes, 0))
    for label in labels {
      guard samples.indices.contains(label) else {
        throw Failure("E0705", "label \(label) is out of range for \(classes) classes")
      }
      samples[label] += 1
    }
    if let empty = samples.firstIndex(of: 0) {
      // Its intercept would have no minimum.
      throw Failure("E0709", "class \(empty) has no samples")
    }
    count = labels.count
    self.width = width
    self.classes = classes
    self.labels = labels
    let columns = width + 1
    inputs = try Doubles(labels.count * columns)
    let out = inputs.base
    var sums = [Double](repeating: 0, count: width)
    for i in 0..<labels.count {
      for j in 0..<width {
        let value = Double(features[i * width + j])
        guard value.isFinite else {
          throw Failure(
            "E0705", "the features of sample \(i) contain NaN or infinity", help: "check the features for nan"
          )
        }
        out[i * columns + j] = value
        sums[j] += value
      }
    }
    self.rule = rule
    if rule == .minimum {
      let mean = sums.map { $0 / Double(labels.count) }
      var squares = 0.0
      for i in 0..<labels.count {
        for j in 0..<width {
          out[i * columns + j] -= mean[j]
          squares += out[i * columns + j] * out[i * columns + j]
        }
      }
      let deviation = (squares / Double(labels.count * width)).squareRoot()
      self.mean = mean
      interceptScale = deviation > 0 && deviation.isFinite ? deviation : 1
    } else {
      mean = [Double](repeating: 0, count: width)
      interceptScale = 1
    }
    for i in 0..<labels.count { out[i * columns + width] = interceptScale }
  }

  /// Numbers of a state: [C, K].
  var stateCount: Int { classes * (width + 1) }

  /// A state in the original coordinates of the features.
  func fit(
    _ state: Doubles, c: Double, objective: Double, error: Double, iterations: Int, isConverged: Bool
  )
    -> Fit
  {
    let columns = width + 1
    var weights: [Double] = []
    weights.reserveCapacity(classes * width)
    var intercepts: [Double] = []
    for k in 0..<classes {
      var shift = 0.0
      for j in 0..<width {
        let value = state.base[k * columns + j]
        weights.append(value)
        shift += value * mean[j]
      }
      intercepts.append(state.base[k * columns + width] * interceptScale - shift)
    }
    let middle = intercepts.reduce(0, +) / Double(max(classes, 1))
    return Fit(
      c: c, weights: weights, intercepts: intercepts.map { $0 - middle }, objective: objective, error: error,
      iterations: iterations, isConverged: isConverged,
      state: Array(UnsafeBufferPointer(start: state.base, count: state.count)))
  }
}

/// Numbers in double precision, in memory that counts against the limit.
final class Doubles {
  let count: Int
  private let storage: Storage
  var base: UnsafeMutablePointer<Double> { storage.base.assumingMemoryBound(to: Double.self) }

  /// Zeros.
  ///
  /// - Throws: E0405 if memory runs out.
  init(_ count: Int) throws {
    self.count = max(count, 0)
    let (bytes, isTooLarge) = self.count.multipliedReportingOverflow(by: MemoryLayout<Double>.size)
    storage = try Storage(bytes: isTooLarge ? Int.max : bytes, zeroed: true)
  }

  /// The largest magnitude.
  func largest() -> Double { (0..<count).reduce(0) { max($0, abs(base[$1])) } }

  func copy(from other: Doubles) { base.update(from: other.base, count: min(count, other.count)) }

  func dot(_ other: Doubles) -> Double { Gemm.dot(base, other.base, count: min(count, other.count)) }

  func add(_ alpha: Double, _ other: Doubles) {
    Gemm.add(alpha, other.base, to: base, count: min(count, other.count))
  }
}
