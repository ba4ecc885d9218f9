import Glibc
import MocoBase

/// A paired permutation test: if the two values of each pair were exchangeable, how often would the mean difference be as far from 0
/// as the observed one? Two-sided. E. S. Edgington, Randomization Tests, is the source of the exact form, B. Phipson
/// and G. K. Smyth (2010) of the one with random flips.
public struct PermutationTest: Sendable {
  /// How sign flips were enumerated.
  public enum Form: Sendable, Equatable {
    /// All differing pairs have the same absolute difference: the binomial distribution of the signs decides.
    case signs
    /// All sign flips of the differing pairs.
    case all
    /// This many random sign flips.
    case random(Int)
  }

  /// The mean of `a` minus the mean of `b`.
  public let difference: Double
  /// The probability of a mean difference as far from 0, if the values of a pair were exchangeable.
  public let p: Double
  /// The number of pairs.
  public let pairs: Int
  /// The number of pairs with different values; the others do not matter.
  public let differing: Int
  /// How it was computed.
  public let form: Form

  /// The maximum number of differing pairs for an enumeration of all flips: about a million flips.
  public static let mostFlipped = 20

  /// Compares pairs of finite numbers.
  ///
  /// - Parameters:
  ///   - a: a number for each image, such as 1 for a correct prediction and 0 for a wrong one.
  ///   - b: the same for another model, for the same images in the same order.
  ///   - flips: number of random flips if not all can be enumerated; p is (1 + as far) / (1 + flips).
  ///   - seed: the seed of the random flips.
  /// - Throws: E0712 if they are not pairs; E0406 when interrupted.
  public init(_ a: [Double], _ b: [Double], flips: Int = 10_000, seed: UInt64 = 0) throws {
    guard a.count == b.count, !a.isEmpty else {
      throw Failure(
        "E0712",
        a.count == b.count
          ? "there are no pairs to test"
          : "the lists have different lengths: \(a.count) and \(b.count) numbers",
        help: "pass one number per image, for the same images in the same order", argument: "b")
    }
    for (name, values) in [("a", a), ("b", b)] {
      guard let place = values.firstIndex(where: { !$0.isFinite }) else { continue }
      throw Failure(
        "E0712", "'\(name)' is \(values[place]) at index \(place)", help: "leave out pairs without a number",
        argument: name)
    }
    let differences = zip(a, b).map { $0 - $1 }
    let found = differences.filter { $0 != 0 }
    let sum = found.reduce(0, +)
    difference = sum / Double(a.count)
    (pairs, differing) = (a.count, found.count)
    // Sums in another order differ in the last bits.
    let scale = found.reduce(0) { $0 + abs($1) }
    let bound = abs(sum) - 1e-12 * scale
    if let size = found.first.map({ abs($0) }), found.allSatisfy({ abs($0) == size }) {
      form = .signs
      let ups = found.count { $0 > 0 }
      p = PermutationTest.binomial(max(ups, found.count - ups), of: found.count)
    } else if found.count <= PermutationTest.mostFlipped {
      form = found.isEmpty ? .signs : .all
      p = found.isEmpty ? 1 : try PermutationTest.enumerated(found, bound)
    } else {
      form = .random(flips)
      p = try PermutationTest.drawn(found, bound, flips: flips, seed: seed)
    }
  }

  /// The probability of `most` or more of `count` fair signs being equal.
  private static func binomial(_ most: Int, of count: Int) -> Double {
    guard 2 * most > count else { return 1 }
    if count <= 60 {
      // Integers, without rounding.
      var (ways, sum) = (1, 0)
      for k in 0...(count - most) {
        sum += ways
        ways = ways * (count - k) / (k + 1)
      }
      return min(1, 2 * Double(sum) / Double(1 << count))
    }
    func logarithm(_ k: Int) -> Double {
      lgamma(Double(count) + 1) - lgamma(Double(k) + 1) - lgamma(Double(count - k) + 1) - Double(count)
        * M_LN2
    }
    // From the smallest on; each is the previous one times a ratio.
    var term = exp(logarithm(most))
    var terms: [Double] = []
    for k in most...count {
      terms.append(term)
      if term == 0 { break }
      term *= Double(count - k) / Double(k + 1)
    }
    return min(1, 2 * terms.reversed().reduce(0, +))
  }

  /// The share of all flips with a sum as far from 0.
  private static func enumerated(_ found: [Double], _ bound: Double) throws -> Double {
    // Sums of the flips of each half; a flip of all is one of each.
    func sums(_ part: ArraySlice<Double>) -> [Double] {
      part.reduce([0]) { sums, value in sums.map { $0 + value } + sums.map { $0 - value } }
    }
    let half = found.count / 2
    let (left, right) = (sums(found[..<half]), sums(found[half...]))
    var count = 0
    for one in left {
      try Cancellation.check()
      for other in right where abs(one + other) >= bound { count += 1 }
    }
    return Double(count) / Double(left.count * right.count)
  }

  /// The share of random flips, including the observed one.
  private static func drawn(_ found: [Double], _ bound: Double, flips: Int, seed: UInt64) throws -> Double {
    var count = 0
    for flip in 0..<flips {
      if flip % 256 == 0 { try Cancellation.check() }
      var random = Philox(seed: seed, stream: "permutation", index: flip)
      var sum = 0.0
      var bits: UInt64 = 0
      for (place, value) in found.enumerated() {
        if place % 64 == 0 { bits = random.next() }
        sum += bits & 1 == 1 ? value : -value
        bits >>= 1
      }
      if abs(sum) >= bound { count += 1 }
    }
    return Double(count + 1) / Double(flips + 1)
  }

  /// The method, in words.
  public var method: String {
    switch form {
    case .signs: differing == 0 ? "no pair differs" : "exact: signs of \(differing) differing pairs"
    case .all: "exact: all \(1 << differing) sign flips of \(differing) differing pairs"
    case .random(let flips): "\(flips) random sign flips of \(differing) differing pairs"
    }
  }
}
