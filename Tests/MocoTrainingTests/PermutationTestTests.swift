import MocoBase
import MocoTraining
import Testing

/// The paired permutation test, against enumeration and against scipy.stats.permutation_test(permutation_type="samples").
@Suite struct PermutationTestTests {
  /// Every flip of every pair, one by one.
  private func enumerated(_ a: [Double], _ b: [Double]) -> Double {
    let differences = zip(a, b).map { $0 - $1 }
    let found = abs(differences.reduce(0, +))
    var count = 0
    for flip in 0..<(1 << differences.count) {
      var sum = 0.0
      for (place, value) in differences.enumerated() { sum += flip >> place & 1 == 1 ? -value : value }
      if abs(sum) >= found - 1e-9 { count += 1 }
    }
    return Double(count) / Double(1 << differences.count)
  }

  @Test func exactFormsAgreeWithEnumeration() throws {
    var random = Philox(seed: 5, stream: "test", index: 0)
    for round in 0..<60 {
      let count = 1 + random.nextInt(below: 11)
      let isRight = round % 2 == 0
      func numbers() -> [Double] {
        (0..<count).map { _ in
          isRight ? Double(random.nextInt(below: 2)) : Double(random.nextInt(below: 7)) / 4
        }
      }
      let (a, b) = (numbers(), numbers())
      let test = try PermutationTest(a, b)
      #expect(abs(test.p - enumerated(a, b)) < 1e-12, "\(a) \(b)")
      if isRight { #expect(test.form == .signs) }
    }
  }

  /// scipy 1.17: permutation_test((a, b), lambda x, y, axis: np.mean(x - y, axis), permutation_type="samples",
  /// n_resamples=np.inf).pvalue
  @Test func figuresAreSciPys() throws {
    let a = [0.9, 0.8, 0.75, 0.6, 0.95, 0.7, 0.65, 0.85]
    let b = [0.7, 0.82, 0.6, 0.55, 0.9, 0.72, 0.5, 0.8]
    let test = try PermutationTest(a, b)
    #expect(abs(test.p - 0.03125) < 1e-12 && test.form == .all && abs(test.difference - 0.07625) < 1e-12)
    let right = try PermutationTest([1, 1, 1, 1, 0, 1, 1, 0, 1, 1], [0, 1, 0, 0, 1, 0, 1, 0, 0, 0])
    #expect(right.p == 0.125 && right.differing == 7 && right.pairs == 10)
    #expect(right.method == "exact: signs of 7 differing pairs")
  }

  /// scipy.stats.binomtest(k, n).pvalue
  @Test func manyPairsStayExact() throws {
    func p(_ ups: Int, _ downs: Int) throws -> Double {
      let ones = [Double](repeating: 1, count: ups) + [Double](repeating: 0, count: downs + 5)
      let others =
        [Double](repeating: 0, count: ups) + [Double](repeating: 1, count: downs) + [0, 0, 0, 0, 0]
      return try PermutationTest(ones, others).p
    }
    func isNear(_ value: Double, _ wanted: Double) -> Bool { abs(value / wanted - 1) < 1e-9 }
    #expect(isNear(try p(60, 40), 0.05688793364098089))
    #expect(isNear(try p(300, 200), 8.940066542253288e-06))
    #expect(try p(50, 50) == 1)
    #expect(isNear(try p(1, 0), 1))
    #expect(isNear(try p(20, 0), 2 * 0x1p-20))
    #expect(try p(5000, 0) < 1e-300)
  }

  @Test func randomFlipsAreNearTheExactShare() throws {
    var random = Philox(seed: 6, stream: "test", index: 0)
    let a = (0..<40).map { _ in random.nextDouble() + 0.1 }
    let b = (0..<40).map { _ in random.nextDouble() }
    let one = try PermutationTest(a, b, flips: 20_000, seed: 1)
    #expect(one.form == .random(20_000))
    #expect(try PermutationTest(a, b, flips: 20_000, seed: 1).p == one.p)
    let other = try PermutationTest(a, b, flips: 20_000, seed: 2)
    // Four deviations of a share of so many draws.
    #expect(abs(one.p - other.p) < 4 * (2 * one.p * (1 - one.p) / 20_000).squareRoot() + 1e-9)
    #expect(try PermutationTest(a, b, flips: 1, seed: 1).p >= 0.5)
    let far = try PermutationTest(a.map { $0 + 100 }, b, flips: 999)
    #expect(far.p == 0.001)
  }

  @Test func whatAreNoPairsIsRefused() {
    for (a, b) in [([1.0], [1.0, 2.0]), ([], []), ([.nan], [1.0]), ([1.0], [.infinity])] {
      #expect(throws: Failure.self) { try PermutationTest(a, b) }
    }
    #expect((try? PermutationTest([1, 2], [1, 2]).p) == 1)
  }
}
